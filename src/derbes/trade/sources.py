"""Tables of trade as they are published, and how each says what a row is.

BACI (a year a file, as CSV or Parquet), UN Comtrade (both shapes of its CSV), and any other
table whose columns are told. A row that cannot be used is set aside with its reason, and
counted; what is no row of its own (sums over all partners or products) is left out, and
counted too.
"""

import csv
import gzip
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from derbes.errors import DataError, Problem, RequestError, nearest
from derbes.language import _
from derbes.results.trade import LEVELS, OTHER_FLOWS, PARTS_OF_ROWS, WORLD_ROWS
from derbes.sql.engine import TableEngine, named, quoted
from derbes.units import UNKNOWN

BACI, COMTRADE, TABLE = "BACI", "UN Comtrade", "table"
RECONCILED, IMPORT, EXPORT, RE_EXPORT, RE_IMPORT = range(5)
"""Who reports a row: nobody alone, the buyer, the seller; and what only passes through."""
NEEDED = ("year", "exporter", "importer", "product", "value")
PARTS = (*NEEDED, "weight", "month")
"""What a table has to tell of a row, and what it may."""
_DELIMITERS = ",;\t|"
_SPACES = " \u00a0\u2007\u2009\u202f"
"""What stands between thousands."""
_MISSING = sorted({"", "*", "c", "х"} | UNKNOWN)
"""What stands where nothing is known, in small letters."""
_UNITS = {
    "value": {"USD": 1.0, "1000 USD": 1e3, "million USD": 1e6},
    "weight": {"kg": 1.0, "t": 1e3, "kt": 1e6},
}
_UNIT = re.compile(r"^(?P<column>.*?)\s*\[(?P<unit>[^\]]*)\]$")
_VINTAGE = re.compile(r"(?<![0-9A-Za-z])V?(20\d{4}[a-z]?)(?![0-9A-Za-z])")
_REVISION = re.compile(
    r"(?<![0-9A-Za-z])(?:HS|H)(92|96|02|07|12|17|22|0|1|2|3|4|5|6)(?![0-9A-Za-z])"
)
_REVISIONS = dict(zip("0123456", ("92", "96", "02", "07", "12", "17", "22"), strict=True))


@dataclass(frozen=True, slots=True)
class TradeTable:
    """A file to be read: what its columns are, each as an expression of the engine over texts."""

    path: Path
    delimiter: str
    """Between cells; empty: Parquet."""
    source: str
    year: str
    exporter: str
    importer: str
    product: str
    value: str
    """[USD]"""
    weight: str = "NULL"
    """[kg]"""
    strange_weight: str = "NULL"
    """What is told as a weight and is no number; NULL: nothing."""
    strange_value: str = "NULL"
    """What is told as a value and is no number."""
    month: str = "'0'"
    """0: the row is of a whole year."""
    flow: str = f"{RECONCILED}"
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Reason → condition under which a row is no row of its own."""
    revision: str = ""
    """Column that tells the revision of the HS; empty: the name of the file does."""

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
    heading, delimiter = _heading(engine, path)
    if mapping:
        return _mapped(path, heading, mapping, delimiter)
    found = _known(path, heading, delimiter)
    if found is None:
        raise DataError(_unknown(path, heading))
    return found


def _heading(engine: TableEngine, path: Path) -> tuple[list[str], str]:
    """Names of the columns, and what stands between them; empty: the file is Parquet."""
    if path.suffix == ".parquet":
        try:
            rows = engine.rows(f"DESCRIBE SELECT * FROM read_parquet({quoted(path)})")
        except DataError as error:
            text = _("{file}: is no whole Parquet file. Fix: download it again.")
            raise DataError(text.format(file=path)) from error
        return [str(row[0]) for row in rows], ""
    opened = gzip.open if path.suffix == ".gz" else Path.open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            line = str(file.readline())
    except (OSError, EOFError, UnicodeDecodeError) as error:
        text = _("{file}: cannot be read as text: {reason}. Fix: save it as CSV in UTF-8.")
        raise DataError(text.format(file=path, reason=error)) from error
    if not line.strip():
        raise DataError(_("{file}: is empty. Fix: download it again.").format(file=path))
    delimiter = max(_DELIMITERS, key=line.count)
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))], delimiter


_COMTRADE = (
    {
        "reporter": "reportercode",
        "partner": "partnercode",
        "product": "cmdcode",
        "flow": "flowcode",
        "value": "primaryvalue",
        "year": "refyear",
        "weight": "netwgt",
        "revision": "classificationcode",
        "frequency": "freqcode",
        "month": "refmonth",
    },
    {
        "reporter": "reporter code",
        "partner": "partner code",
        "product": "commodity code",
        "flow": "trade flow",
        "value": "trade value (us$)",
        "year": "year",
        "weight": "netweight (kg)",
        "revision": "classification",
        "period": "period",
    },
)
"""What the columns of UN Comtrade are called: today, and before 2023."""
_NEEDED = ("reporter", "partner", "product", "flow", "value", "year")
_WHOLES = {"partner2code": "0", "motcode": "0", "customscode": "C00", "moscode": "0"}
"""Columns that tell a part of a row → what stands there where it is whole."""
_SUMS = ("0", "97", "975")
"""Numbers of UN Comtrade that are no country, while its members stand beside: world, EU, ASEAN."""
_FLOWS = {"M": IMPORT, "X": EXPORT, "RX": RE_EXPORT, "RM": RE_IMPORT}
_OLD_FLOWS = {"import": IMPORT, "export": EXPORT, "re-export": RE_EXPORT, "re-import": RE_IMPORT}
_OLD_FLOWS |= {f"{name}s": flow for name, flow in _OLD_FLOWS.items()}


def _known(path: Path, heading: Sequence[str], delimiter: str) -> TradeTable | None:
    """A table of BACI or Comtrade, or None."""
    cells = {name.casefold(): f"trim({named(name)}::VARCHAR)" for name in heading}
    if {*"tijkvq"} <= set(cells):
        t, i, j, k, v, q = (cells[name] for name in "tijkvq")
        value, weight = (f"1000 * {_number_of(cell, delimiter)}" for cell in (v, q))
        strange, other = (_strange(cell, delimiter) for cell in (q, v))
        _refuse_twice(path, heading, "tijkvq")
        return TradeTable(path, delimiter, BACI, t, i, j, k, value, weight, strange, other)
    for names in _COMTRADE:
        told = {part: cells[name] for part, name in names.items() if name in cells}
        if {*_NEEDED} <= set(told):
            _refuse_twice(path, heading, [names[part] for part in told])
            parts = [f"{cells[k]} <> {quoted(whole)}" for k, whole in _WHOLES.items() if k in cells]
            is_old = names is _COMTRADE[1]
            return _comtrade(path, delimiter, told, () if is_old else parts, is_old=is_old)
    return None


def _refuse_twice(path: Path, heading: Sequence[str], wanted: Iterable[str]) -> None:
    """Refuse a table in which a column that is wanted stands twice, whatever its capitals."""
    names = [name.casefold() for name in heading]
    if twice := sorted({one for one in wanted if names.count(one.casefold()) > 1}):
        text = _("{file}: more than one column is called {names}. Fix: give each its own name.")
        shown = ", ".join(f'"{name}"' for name in twice)
        raise DataError(text.format(file=path, names=shown))


def _comtrade(
    path: Path, delimiter: str, told: Mapping[str, str], parts: Sequence[str], *, is_old: bool
) -> TradeTable:
    """A table of Comtrade, by its cells and what makes a row a part of another."""
    reporter, partner, product = told["reporter"], told["partner"], told["product"]
    if is_old:
        cell, flows = f"lower({told['flow']})", _OLD_FLOWS
        period = told.get("period", told["year"])
        month = f"CASE WHEN length({period}) = 6 THEN {period}[5:6] ELSE '0' END"
    else:
        cell, flows, month = told["flow"], _FLOWS, "'0'"
        if {"month", "frequency"} <= set(told):
            month = f"CASE WHEN {told['frequency']} = 'M' THEN {told['month']} ELSE '0' END"
    cases = " ".join(f"WHEN {quoted(name)} THEN {flow}" for name, flow in flows.items())
    flow = f"CASE {cell} {cases} END"
    # who reports is the buyer of imports, the seller of exports
    is_import = f"{flow} IN ({IMPORT}, {RE_IMPORT})"
    left_out = {
        WORLD_ROWS: f"{partner} IN {_SUMS} OR {reporter} IN {_SUMS}",
        OTHER_FLOWS: f"{flow} IS NULL",
        PARTS_OF_ROWS: " OR ".join(parts),
        LEVELS: f"regexp_matches({product}, '^([A-Z].*|[0-9]{{1,4}})$')",
    }
    return TradeTable(
        path,
        delimiter,
        COMTRADE,
        year=told["year"],
        exporter=f"CASE WHEN {is_import} THEN {partner} ELSE {reporter} END",
        importer=f"CASE WHEN {is_import} THEN {reporter} ELSE {partner} END",
        product=product,
        value=_number_of(told["value"], delimiter),
        weight=_number_of(told["weight"], delimiter) if "weight" in told else "NULL",
        strange_weight=_strange(told["weight"], delimiter) if "weight" in told else "NULL",
        strange_value=_strange(told["value"], delimiter),
        month=month,
        flow=flow,
        left_out={why: condition for why, condition in left_out.items() if condition},
        revision=told.get("revision", ""),
    )


def _number_of(cell: str, delimiter: str) -> str:
    """A cell as a number.

    Where cells are apart by semicolons, a comma is a decimal comma; a point is one too, but in a
    column that has commas it may stand between thousands, so that its cell is no number.
    """
    text, is_open = cell, ""
    if delimiter == ";":
        for space in _SPACES:
            text = f"replace({text}, chr({ord(space)}), '')"
        text = f"replace({text}, ',', '.')"
        is_open = f"WHEN contains({cell}, '.') AND bool_or(contains({cell}, ',')) OVER () THEN NULL"
    return f"CASE {is_open} WHEN true THEN nullif(TRY_CAST({text} AS DOUBLE), 'nan'::DOUBLE) END"


def _strange(cell: str, delimiter: str) -> str:
    """What a cell says that is neither a number nor a mark of what is missing."""
    marks = ", ".join(map(quoted, _MISSING))
    is_said = f"lower({cell}) NOT IN ({marks})"
    return f"CASE WHEN {is_said} AND {_number_of(cell, delimiter)} IS NULL THEN {cell} END"


def _mapped(path: Path, heading: Sequence[str], mapping: str, delimiter: str) -> TradeTable:
    """A table whose columns a mapping tells."""
    told, problems = _told_columns(heading, mapping)
    for part in NEEDED:
        if part not in told and not any(p.where == part for p in problems):
            what = _("the mapping does not tell the {part}").format(part=part)
            fix = _("add {part}=COLUMN; the columns are: {columns}")
            fix = fix.format(part=part, columns=", ".join(heading))
            problems.append(Problem(part, what, fix=fix))
    if problems:
        raise RequestError(str(path), problems)

    cells = {part: f"trim({named(column)}::VARCHAR)" for part, (column, _unit) in told.items()}
    _refuse_twice(path, heading, [column for column, _unit in told.values()])
    strange = _strange(cells["weight"], delimiter) if "weight" in cells else "NULL"
    other = _strange(cells["value"], delimiter)
    for part in _UNITS.keys() & told.keys():
        cells[part] = f"{told[part][1]!r} * {_number_of(cells[part], delimiter)}"
    return TradeTable(
        path,
        delimiter,
        TABLE,
        year=cells["year"],
        exporter=cells["exporter"],
        importer=cells["importer"],
        product=cells["product"],
        value=cells["value"],
        weight=cells.get("weight", "NULL"),
        strange_weight=strange,
        strange_value=other,
        month=cells.get("month", "'0'"),
    )


def _told_columns(
    heading: Sequence[str], mapping: str
) -> tuple[dict[str, tuple[str, float]], list[Problem]]:
    """Part of a row → its column and what one of its unit is; and what is wrong."""
    told: dict[str, tuple[str, float]] = {}
    problems: list[Problem] = []
    for pair in re.split(r",(?=[^,=]*=)", mapping):  # a heading may hold a comma
        part, is_pair, column = (word.strip() for word in pair.partition("="))
        if not is_pair or part not in PARTS:
            what = _('"{pair}" tells no part of a row').format(pair=pair.strip())
            fix = _("write PART=COLUMN; the parts are: {parts}").format(parts=", ".join(PARTS))
            fix = _meant(part, PARTS) or fix
            problems.append(Problem("map", what, fix=fix))
            continue
        name, unit = column, ""
        if column not in heading and (found := _UNIT.match(column)):
            name, unit = found["column"], found["unit"]
        problem = _column_problem(part, name, unit, heading)
        if problem:
            problems.append(problem)
        else:
            told[part] = (name, _UNITS.get(part, {}).get(unit, 1.0))
    return told, problems


def _meant(word: str, known: Sequence[str]) -> str:
    near = nearest(word, known)
    return _('did you mean "{name}"?').format(name=near[0]) if near else ""


def _column_problem(part: str, name: str, unit: str, heading: Sequence[str]) -> Problem | None:
    if name not in heading:
        what = _('there is no column "{name}"').format(name=name)
        fix = _("the columns are: {columns}").format(columns=", ".join(heading))
        return Problem(part, what, fix=_meant(name, heading) or fix)
    units = _UNITS.get(part, {})
    if units and unit not in units:
        what = _('"{unit}" is no unit of a {part}').format(unit=unit, part=part)
        if not unit:
            what = _("the unit of the {part} is not told").format(part=part)
        fix = _("write it in brackets behind the column: {part}={name} [{units}]")
        fix = fix.format(part=part, name=name, units=_("] or [").join(units))
        return Problem(part, what, fix=fix)
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


def _revision_of(text: str) -> str:
    """The revision of the HS that a text tells, such as HS92; empty: none.

    Comtrade counts revisions: H0 is that of 1992, H6 that of 2022.
    """
    found = _REVISION.search(text)
    return f"HS{_REVISIONS.get(found[1], found[1])}" if found else ""


def revisions_in(engine: TableEngine, source: TradeTable) -> set[str]:
    """Revisions of the HS that the rows of a table tell."""
    if not source.revision:
        return {_revision_of(source.path.name)} - {""}
    rows = engine.rows(f"SELECT DISTINCT {source.revision} FROM {source.scan}")
    return {_revision_of(str(text)) or str(text) for (text,) in rows if text}
