"""Tables of trade as they are published, and how each says what a row is.

BACI (a year a file, as CSV or Parquet), UN Comtrade (both shapes of its CSV), and any other
table whose columns are told. A row that cannot be used is set aside with its reason, and
counted; what is no row of its own (sums over all partners or products) is left out, and
counted too.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from derbes.errors import DataError, Problem, RequestError, nearest
from derbes.language import _
from derbes.results.trade import LEVELS, OTHER_FLOWS, PARTS_OF_ROWS, WORLD_ROWS
from derbes.trade.engine import TableEngine, named, quoted

BACI, COMTRADE, TABLE = "BACI", "UN Comtrade", "table"
RECONCILED, IMPORT, EXPORT, RE_EXPORT, RE_IMPORT = range(5)
"""Who reports a row: nobody alone, the buyer, the seller; and what only passes through."""
PARTS = {
    "year": True,
    "exporter": True,
    "importer": True,
    "product": True,
    "value": True,
    "weight": False,
    "month": False,
}
"""What a table may tell of a row → whether it has to."""
_DELIMITERS = ",;\t|"
_MONEY = {"USD": 1.0, "1000 USD": 1e3, "million USD": 1e6}
_MASS = {"kg": 1.0, "t": 1e3, "kt": 1e6}
_UNIT = re.compile(r"^(?P<column>.*?)\s*\[(?P<unit>[^\]]*)\]$")
_VINTAGE = re.compile(r"(?<![0-9A-Za-z])V?(20\d{4}[a-z]?)(?![0-9A-Za-z])")
_REVISION = re.compile(
    r"(?<![0-9A-Za-z])(?:HS|H)(92|96|02|07|12|17|22|0|1|2|3|4|5|6)(?![0-9A-Za-z])"
)
_REVISIONS = ("92", "96", "02", "07", "12", "17", "22")


@dataclass(frozen=True, slots=True)
class TableLayout:
    """What the columns of a table are; each as an expression of the engine over texts."""

    source: str
    year: str
    exporter: str
    importer: str
    product: str
    value: str
    """[USD]"""
    weight: str = "NULL"
    """[kg]"""
    month: str = "'0'"
    """0: the row is of a whole year."""
    flow: str = f"{RECONCILED}"
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Reason → condition under which a row is no row of its own."""
    revision: str = ""
    """Column that tells the revision of the HS; empty: the name of the file does."""


@dataclass(frozen=True, slots=True)
class TradeTable:
    """A file to be read: its layout, and how its text is cut into cells."""

    path: Path
    layout: TableLayout
    delimiter: str = ""
    """Empty: Parquet."""

    @property
    def scan(self) -> str:
        """The table as an expression of the engine; every cell is a text."""
        if not self.delimiter:
            return f"read_parquet({quoted(self.path)}, file_row_number = true)"
        return (
            f"read_csv({quoted(self.path)}, delim = {quoted(self.delimiter)}, header = true, "
            "all_varchar = true, store_rejects = true, rejects_limit = 0, quote = '\"', "
            "escape = '\"', null_padding = false, strict_mode = true)"
        )


def source_of(engine: TableEngine, path: Path, mapping: str = "") -> TradeTable:
    """What a file is, by its heading.

    Args:
        engine: Reads the heading of Parquet.
        path: CSV (also compressed with gzip) or Parquet.
        mapping: Columns of a table that is neither BACI nor Comtrade, such as
            `year=Year, exporter=From, importer=To, product=HS, value=Value [1000 USD]`.

    Raises:
        DataError: There is no such file, it is cut off, or its heading is not known.
        RequestError: The mapping names no column.
    """
    if path.is_dir():
        raise DataError(_("{file}: is a folder. Fix: name the files in it.").format(file=path))
    if not path.is_file():
        text = _("{file}: there is no such file, or it is a pipe or a device. Fix: check the path.")
        raise DataError(text.format(file=path))
    if path.suffix == ".parquet":
        heading, delimiter = _parquet_heading(engine, path), ""
    else:
        heading, delimiter = _csv_heading(path)
    if mapping:
        return TradeTable(path, _mapped(path, heading, mapping, delimiter), delimiter)
    layout = _known_layout(heading, delimiter)
    if layout is None:
        raise DataError(_unknown(path, heading))
    return TradeTable(path, layout, delimiter)


def _parquet_heading(engine: TableEngine, path: Path) -> list[str]:
    try:
        rows = engine.rows(f"DESCRIBE SELECT * FROM read_parquet({quoted(path)})")
    except DataError as error:
        text = _("{file}: is no whole Parquet file. Fix: download it again.")
        raise DataError(text.format(file=path)) from error
    return [str(row[0]) for row in rows]


def _csv_heading(path: Path) -> tuple[list[str], str]:
    """Names of the columns, and what stands between them; the file is looked at to its end."""
    try:
        with _text_of(path) as file:
            line = file.readline()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        text = _("{file}: cannot be read as text: {reason}. Fix: save it as CSV in UTF-8.")
        raise DataError(text.format(file=path, reason=error)) from error
    if not line.strip():
        text = _("{file}: is empty. Fix: download it again.")
        raise DataError(text.format(file=path))
    delimiter = max(_DELIMITERS, key=line.count)
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))], delimiter


def _text_of(path: Path) -> io.TextIOBase:
    import gzip  # noqa: PLC0415

    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _known_layout(heading: Sequence[str], delimiter: str) -> TableLayout | None:
    """The layout of BACI or Comtrade, or None."""
    has = {name.casefold(): name for name in heading}

    def cell(name: str) -> str:
        return f"trim({named(has[name.casefold()])}::VARCHAR)"

    def number(name: str) -> str:
        return _number_of(cell(name), delimiter)

    if {"t", "i", "j", "k", "v", "q"} <= set(has):
        value, weight = f"1000 * {number('v')}", f"1000 * {number('q')}"
        return TableLayout(BACI, cell("t"), cell("i"), cell("j"), cell("k"), value, weight)
    new = {"reportercode", "partnercode", "cmdcode", "flowcode", "primaryvalue", "refyear"}
    if new <= set(has):
        return _new_comtrade(has, cell, number)
    old = {"reporter code", "partner code", "commodity code", "trade value (us$)", "year"}
    if old <= set(has) and "trade flow" in has:
        return _old_comtrade(has, cell, number)
    return None


_FLOWS = {"M": IMPORT, "X": EXPORT, "RX": RE_EXPORT, "RM": RE_IMPORT}
_OLD_FLOWS = {
    "import": IMPORT, "imports": IMPORT, "export": EXPORT, "exports": EXPORT,
    "re-export": RE_EXPORT, "re-exports": RE_EXPORT, "re-import": RE_IMPORT,
    "re-imports": RE_IMPORT,
}  # fmt: skip


def _flow(cell: str, flows: Mapping[str, int]) -> str:
    cases = " ".join(f"WHEN {quoted(name)} THEN {flow}" for name, flow in flows.items())
    return f"CASE {cell} {cases} END"


def _sides(flow: str, reporter: str, partner: str) -> tuple[str, str]:
    """Exporter and importer: who reports is the buyer of imports, the seller of exports."""
    is_import = f"{flow} IN ({IMPORT}, {RE_IMPORT})"
    return (
        f"CASE WHEN {is_import} THEN {partner} ELSE {reporter} END",
        f"CASE WHEN {is_import} THEN {reporter} ELSE {partner} END",
    )


def _new_comtrade(
    has: Mapping[str, str], cell: Callable[[str], str], number: Callable[[str], str]
) -> TableLayout:
    flow = _flow(cell("flowcode"), _FLOWS)
    exporter, importer = _sides(flow, cell("reportercode"), cell("partnercode"))
    parts = {"partner2code": "0", "motcode": "0", "customscode": "C00", "moscode": "0"}
    told = {name: whole for name, whole in parts.items() if name in has}
    finer = " OR ".join(f"{cell(name)} <> {quoted(whole)}" for name, whole in told.items())
    monthly = f"{cell('freqcode')} = 'M'" if "freqcode" in has else "false"
    return TableLayout(
        COMTRADE,
        cell("refyear"),
        exporter,
        importer,
        cell("cmdcode"),
        number("primaryvalue"),
        number("netwgt") if "netwgt" in has else "NULL",
        f"CASE WHEN {monthly} THEN {cell('refmonth')} ELSE '0' END" if "refmonth" in has else "'0'",
        flow,
        {
            WORLD_ROWS: f"{cell('partnercode')} = '0' OR {cell('reportercode')} = '0'",
            OTHER_FLOWS: f"{flow} IS NULL",
            PARTS_OF_ROWS: finer or "false",
            LEVELS: f"regexp_matches({cell('cmdcode')}, '^([A-Z].*|[0-9]{{1,4}})$')",
        },
        revision=cell("classificationcode") if "classificationcode" in has else "",
    )


def _old_comtrade(
    has: Mapping[str, str], cell: Callable[[str], str], number: Callable[[str], str]
) -> TableLayout:
    flow = _flow(f"lower({cell('trade flow')})", _OLD_FLOWS)
    exporter, importer = _sides(flow, cell("reporter code"), cell("partner code"))
    period = cell("period") if "period" in has else cell("year")
    return TableLayout(
        COMTRADE,
        cell("year"),
        exporter,
        importer,
        cell("commodity code"),
        number("trade value (us$)"),
        number("netweight (kg)") if "netweight (kg)" in has else "NULL",
        f"CASE WHEN length({period}) = 6 THEN {period}[5:6] ELSE '0' END",
        flow,
        {
            WORLD_ROWS: f"{cell('partner code')} = '0' OR {cell('reporter code')} = '0'",
            OTHER_FLOWS: f"{flow} IS NULL",
            LEVELS: f"regexp_matches({cell('commodity code')}, '^([A-Z].*|[0-9]{{1,4}})$')",
        },
        revision=cell("classification") if "classification" in has else "",
    )


def _number_of(cell: str, delimiter: str) -> str:
    """A cell as a number; where cells are apart by semicolons, a comma is a decimal comma."""
    text = cell
    if delimiter == ";":
        text = f"replace(replace(replace({cell}, ' ', ''), chr(160), ''), ',', '.')"
    return f"TRY_CAST({text} AS DOUBLE)"


def _mapped(path: Path, heading: Sequence[str], mapping: str, delimiter: str) -> TableLayout:
    """The layout that a mapping tells."""
    told, problems = _told_columns(heading, mapping)
    for part, is_needed in PARTS.items():
        if is_needed and part not in told and not any(p.where == part for p in problems):
            what = _("the mapping does not tell the {part}").format(part=part)
            fix = _("add {part}=COLUMN; the columns are: {columns}").format(
                part=part, columns=", ".join(heading)
            )
            problems.append(Problem(part, what, fix=fix))
    if problems:
        raise RequestError(str(path), problems)

    def cell(part: str) -> str:
        return f"trim({named(told[part][0])}::VARCHAR)"

    def amount(part: str) -> str:
        return f"{told[part][1]!r} * {_number_of(cell(part), delimiter)}"

    return TableLayout(
        TABLE,
        cell("year"),
        cell("exporter"),
        cell("importer"),
        cell("product"),
        amount("value"),
        amount("weight") if "weight" in told else "NULL",
        cell("month") if "month" in told else "'0'",
    )


def _told_columns(
    heading: Sequence[str], mapping: str
) -> tuple[dict[str, tuple[str, float]], list[Problem]]:
    """Part of a row → its column and what one of its unit is; and what is wrong."""
    told: dict[str, tuple[str, float]] = {}
    problems: list[Problem] = []
    for pair in mapping.split(","):
        part, is_pair, column = (word.strip() for word in pair.partition("="))
        if not is_pair or part not in PARTS:
            what = _('"{pair}" tells no part of a row').format(pair=pair.strip())
            near = nearest(part, PARTS)
            fix = _('did you mean "{name}"?').format(name=near[0]) if near else ""
            fix = fix or _("write PART=COLUMN; the parts are: {parts}").format(
                parts=", ".join(PARTS)
            )
            problems.append(Problem("map", what, fix=fix))
            continue
        name, unit = column, ""
        if column not in heading and (found := _UNIT.match(column)):
            name, unit = found["column"], found["unit"]
        problem = _column_problem(part, name, unit, heading)
        if problem:
            problems.append(problem)
        else:
            told[part] = (name, {**_MONEY, **_MASS}.get(unit, 1.0))
    return told, problems


def _column_problem(part: str, name: str, unit: str, heading: Sequence[str]) -> Problem | None:
    if name not in heading:
        what = _('there is no column "{name}"').format(name=name)
        near = nearest(name, heading)
        fix = _('did you mean "{name}"?').format(name=near[0]) if near else ""
        fix = fix or _("the columns are: {columns}").format(columns=", ".join(heading))
        return Problem(part, what, fix=fix)
    units = {"value": _MONEY, "weight": _MASS}.get(part, {})
    if units and unit not in units:
        what = _('"{unit}" is no unit of a {part}').format(unit=unit, part=part)
        if not unit:
            what = _("the unit of the {part} is not told").format(part=part)
        fix = _("write it in brackets behind the column: {part}={name} [{units}]")
        return Problem(
            part, what, fix=fix.format(part=part, name=name, units=_("] or [").join(units))
        )
    return None


def _unknown(path: Path, heading: Sequence[str]) -> str:
    """The message for a table that is neither."""
    if len(heading) == 1:
        text = _(
            '{file}: its first line is one cell, "{line}". Fix: save it as CSV with a comma, a '
            "semicolon or a tab between cells, and with a heading."
        )
        return text.format(file=path, line=heading[0][:60])
    text = _(
        "{file}: the columns are {columns}; neither BACI (t, i, j, k, v, q) nor UN Comtrade "
        "(reporterCode, partnerCode, cmdCode, flowCode, refYear, primaryValue). Fix: tell them "
        'with --map "year=COLUMN, exporter=COLUMN, importer=COLUMN, product=COLUMN, '
        'value=COLUMN [1000 USD], weight=COLUMN [t]".'
    )
    shown = ", ".join(f'"{name}"' for name in heading[:12]) + (", …" if len(heading) > 12 else "")
    return text.format(file=path, columns=shown)


def vintage_of(path: Path) -> str:
    """The release that a file's name tells, such as 202501; empty: none."""
    found = _VINTAGE.search(path.name)
    return found[1] if found else ""


def revision_of(text: str) -> str:
    """The revision of the HS that a text tells, such as HS92; empty: none.

    Comtrade counts revisions: H0 is that of 1992, H6 that of 2022.
    """
    found = _REVISION.search(text)
    if not found:
        return ""
    return f"HS{_REVISIONS[int(found[1])] if len(found[1]) == 1 else found[1]}"


def revisions_in(engine: TableEngine, source: TradeTable) -> set[str]:
    """Revisions of the HS that the rows of a table tell."""
    if not source.layout.revision:
        told = revision_of(source.path.name)
        return {told} if told else set()
    rows = engine.rows(f"SELECT DISTINCT {source.layout.revision} FROM {source.scan}")
    return {revision_of(str(text)) or str(text) for (text,) in rows if text}
