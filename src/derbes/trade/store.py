"""The store of trade: datasets on this machine, each whole or not there.

A dataset is a folder with a Parquet file a year, sorted by product, importer and exporter, and
a `manifest.json` that names them. An import writes new files beside the old ones and then
replaces the manifest, so that whatever stops it leaves the dataset as it was; files that no
manifest names are cleared by the next import.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from derbes.errors import DataError, OutputError, did_you_mean, said_by_system
from derbes.files import write_atomically
from derbes.language import _
from derbes.results.trade import (
    FACTS,
    KEPT,
    LEFT_OUT,
    OWN_ROWS,
    WORLD_ROWS,
    Imported,
    fate_words,
)
from derbes.sql.engine import QueryEngine, TableEngine, opened_engine, quoted
from derbes.trade.codes import DIGITS, WORLD, area_name, headings_with_zero, numbers_by_word
from derbes.trade.sources import (
    BACI,
    EXPORT,
    RECONCILED,
    TradeTable,
    revisions_in,
    source_of,
    vintage_of,
)

MANIFEST = "manifest.json"
SELECTION = "baci-selection"
"""The dataset that comes with the package."""
FORMAT = 1
"""Of the manifest; another one is imported anew."""
MOST_BROKEN = 0.05
"""Part of a file's rows that may be broken before the file is taken for another table."""
MOST_SHOWN = 5
"""Broken rows that are shown of a file."""
LEAST_WEIGHT = 0.0005
"""Of a row [kg]; what is below is no gram, and counts as zero."""
MOST_VALUE, MOST_WEIGHT = 1e13, 1e13
"""Of a row [USD, kg]: two fifths of a year's trade in goods of the world, and all that it ships."""
_WORLD_WORDS = ("world", "total", "all", "весь мир", "мир", "всего", "итого", "әлем", "барлығы")
"""Words for the sum over all countries."""
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LICENSES = {BACI: "Etalab Open Licence 2.0; cite CEPII, BACI (Gaulier and Zignago 2010)"}


@dataclass(frozen=True, slots=True)
class YearFile:
    """The rows of one year in one file."""

    year: int
    file: str
    n_rows: int
    source: str
    """Name of the file that they came from."""
    sha256: str
    """Of that file."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Trade of one source, vintage and classification.

    Columns of its files: `t` year, `i` exporter, `j` importer, `k` product as a number, `m`
    month (0: the whole year), `f` who reports, `v` value [USD], `q` net weight [g], missing
    where it is not known.
    """

    id: str
    source: str
    classification: str
    vintage: str
    license: str
    files: tuple[YearFile, ...]
    folder: Path = field(default_factory=Path)
    flows: tuple[int, ...] = (RECONCILED,)
    """Who reports its rows."""
    is_monthly: bool = False
    imported: str = ""
    """Day of the last import."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What was found in the files: rows by what became of them."""

    @property
    def years(self) -> tuple[int, ...]:
        """Years that it holds, rising."""
        return tuple(sorted({one.year for one in self.files}))

    @property
    def flow(self) -> int:
        """Whose reports the indicators rest on: nobody's alone, else the buyer's, the seller's."""
        return min((one for one in self.flows if one <= EXPORT), default=RECONCILED)

    def scan(self, engine: QueryEngine, years: Sequence[int]) -> str:
        """Rows of some years as an expression of the engine."""
        names = dict.fromkeys(one.file for one in self.files if one.year in years)
        rows = engine.scan([self.folder / name for name in names])
        known = ", ".join(str(year) for year in years)
        return f"(SELECT * FROM {rows} WHERE t IN ({known}))"


def store_folder(place: str = "") -> Path:
    """Where the store is: the place given, `DERBES_STORE`, else the user's own data folder."""
    told = place or os.environ.get("DERBES_STORE", "")
    if told:
        return Path(told)
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".local" / "share") / "derbes" / "trade"


def datasets(store: Path) -> dict[str, Dataset]:
    """Datasets of a store by id, and the one that comes with the package."""
    own = files("derbes.trade") / "data"
    folders = [Path(str(own)), *(sorted(store.iterdir()) if store.is_dir() else ())]
    found = [read_dataset(folder) for folder in folders if (folder / MANIFEST).is_file()]
    return {one.id: one for one in found}


def dataset_of(store: Path, id_: str = "") -> Dataset:
    """A dataset by its id; without one the newest of the store, else that of the package.

    Raises:
        DataError: There is none of this id.
    """
    known = datasets(store)
    if id_ and id_ not in known:
        text = _('There is no dataset "{id}" in {store}. Fix: {fix}')
        raise DataError(text.format(id=id_, store=store, fix=did_you_mean(id_, known)))
    if id_:
        return known[id_]
    own = [one for one in known.values() if one.id != SELECTION]

    def age(one: Dataset) -> tuple[str, int, str]:  # of several of one day, the last
        return one.imported, (one.folder / MANIFEST).stat().st_mtime_ns, one.id

    return max(own, key=age, default=known[SELECTION])


def read_dataset(folder: Path) -> Dataset:
    """The dataset in a folder.

    Raises:
        DataError: Its manifest cannot be read, or a file that it names is not there.
    """
    text, fix = "", _("Fix: delete the folder and import it again.")
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        form = record.pop("format")
        record["files"] = tuple(YearFile(**one) for one in record["files"])
        record["flows"] = tuple(record["flows"])
        found = Dataset(**record, folder=folder)
    except (OSError, ValueError, TypeError, KeyError) as error:
        text = _("{folder}: the dataset cannot be read: {reason}.")
        raise DataError(f"{text.format(folder=folder, reason=error)} {fix}") from error
    lost = [one.file for one in found.files if not (folder / one.file).is_file()]
    if form != FORMAT:
        text = _("{folder}: the dataset was written by another version.")
    elif lost:
        text = _("{folder}: the dataset lacks {files}.")
    if text:
        raise DataError(f"{text.format(folder=folder, files=', '.join(lost))} {fix}")
    return found


def import_trade(
    paths: Sequence[Path],
    store: Path,
    *,
    id_: str = "",
    mapping: str = "",
    classification: str = "",
    vintage: str = "",
    license_: str = "",
) -> Imported:
    """Bring tables of trade into the store; years that are there come anew; as in `derbes.api`."""
    try:
        store.mkdir(parents=True, exist_ok=True)
        with opened_engine(place=store) as engine:
            sources = [source_of(engine, path, mapping) for path in paths]
            kinds = sorted({one.source for one in sources})
            if len(kinds) > 1:
                text = _("{kinds} cannot be one dataset. Fix: import them one after the other.")
                raise DataError(text.format(kinds=_(" and ").join(kinds)))
            revision = classification or _only(
                {one for source in sources for one in revisions_in(engine, source)},
                _("revision of the HS"),
                "--classification HS92",
            )
            release = vintage or _only(
                {vintage_of(path) for path in paths} - {""}, _("release"), "--vintage 202501"
            )
            license_ = license_ or _LICENSES.get(kinds[0], "")
            about = Dataset(id_, kinds[0], revision, release, license_, files=(), flows=())
            made = re.sub(r"[^a-z0-9.]+", "-", _told(about).casefold()).strip("-")
            about = replace(about, id=id_ or made)
            if not _ID.fullmatch(about.id):
                text = _('"{id}" cannot be the id of a dataset. Fix: {fix}')
                fix = _("use small letters, digits, dots and dashes, 64 at most")
                raise DataError(text.format(id=about.id, fix=fix))
            return _imported(engine, sources, about, store)
    except OSError as error:
        text = _(
            "{place}: cannot be written: {reason}. Fix: choose another folder with --store, or "
            "free space and check permissions."
        )
        raise OutputError(text.format(place=store, reason=said_by_system(error))) from error


def _only(told: set[str], what: str, option: str) -> str:
    """What the files tell, when they tell one."""
    if len(told) > 1:
        text = _("The files tell more than one {what}: {told}. Fix: import one after the other.")
        raise DataError(text.format(what=what, told=", ".join(sorted(told))))
    if not told and option.startswith("--classification"):
        text = _("The files do not tell their {what}. Fix: add {option}, or what it is.")
        raise DataError(text.format(what=what, option=option))
    return next(iter(told), "")


def _imported(
    engine: TableEngine, sources: Sequence[TradeTable], about: Dataset, store: Path
) -> Imported:
    """Rows of the sources beside the old files, then the manifest in place of the old one."""
    folder = store / about.id
    old = read_dataset(folder) if (folder / MANIFEST).is_file() else None
    if old is not None and _made_of(old) != _made_of(about):
        text = _(
            'The dataset "{id}" holds {old}, and this is {new}. Fix: leave --name out, or give '
            "another."
        )
        raise DataError(text.format(id=about.id, old=_told(old), new=_told(about)))
    folder.mkdir(exist_ok=True)
    written: list[YearFile] = []
    counts: dict[str, int] = {}
    broken: list[str] = []
    flows: set[int] = set()
    is_monthly = False
    try:
        for source in sources:
            staged = _Staged(engine, source, folder)
            broken += staged.broken(counts)
            flows |= staged.flows()
            is_monthly |= staged.is_monthly()
            written += staged.write(folder)
        _refuse_twice(engine, folder, written)
        years = {one.year for one in written}
        kept = [one for one in (old or about).files if one.year not in years]
        before = old if old and kept else about
        dataset = replace(
            about,
            files=tuple(sorted([*kept, *written], key=lambda one: one.year)),
            folder=folder,
            flows=tuple(sorted({*flows, *before.flows})),
            is_monthly=is_monthly or before.is_monthly,
            imported=datetime.now(UTC).date().isoformat(),
            counts={key: n + before.counts.get(key, 0) for key, n in counts.items()},
        )
        _write_manifest(dataset)
    except BaseException:
        for one in written:
            (folder / one.file).unlink(missing_ok=True)
        _clear(folder)
        raise
    _clear(folder)
    return Imported(
        dataset=dataset.id,
        folder=str(folder),
        made_of=_told(dataset),
        license=dataset.license,
        years=tuple(sorted(years)),
        all_years=dataset.years,
        counts=counts,
        broken=tuple(broken),
        replaced=tuple(_replaced((old or about).files, written)),
    )


def _replaced(old: Sequence[YearFile], new: Sequence[YearFile]) -> Iterator[str]:
    """Years that stood in another file before, of another reporter or of other months maybe."""
    sources = {(one.year, one.source) for one in new}
    text = _(
        "{year}: rows of {file} that were there are replaced ({n}). To have both, give both files "
        "at once."
    )
    for one in old:
        if one.year in dict(sources) and (one.year, one.source) not in sources:
            yield text.format(year=one.year, file=one.source, n=one.n_rows)


def _made_of(dataset: Dataset) -> tuple[str, str, str]:
    return dataset.source, dataset.classification, dataset.vintage


def _told(dataset: Dataset) -> str:
    return " ".join(filter(None, _made_of(dataset)))


def _refuse_twice(engine: TableEngine, folder: Path, written: Sequence[YearFile]) -> None:
    """Refuse files that tell the same trade of a year, or one a year and another its months."""
    for year in sorted({one.year for one in written}):
        own = [one for one in written if one.year == year]
        if len(own) == 1:
            continue
        found = engine.rows(
            f"""SELECT i, j, k, count(*) OVER () FROM (
              SELECT i, j, k, f, count(*) > count(DISTINCT m) OR min(m) = 0 AND max(m) > 0 AS twice
              FROM {engine.scan([folder / one.file for one in own])} GROUP BY i, j, k, f
            ) WHERE twice ORDER BY k, j, i LIMIT 1"""
        )
        for seller, buyer, product, n in found:
            text = _(
                "{files} tell the same trade of {year} (what stands twice: {n}; first: seller "
                "{seller}, buyer {buyer}, product {product}). Fix: keep each in one of them."
            )
            names = dict.fromkeys(one.source for one in own)
            files = _(" and ").join([*names] if len(names) > 1 else [*names] * 2)
            sides = {"seller": area_name(seller), "buyer": area_name(buyer)}
            code = str(product).zfill(DIGITS)
            raise DataError(text.format(files=files, year=year, n=n, product=code, **sides))


def _write_manifest(dataset: Dataset) -> None:
    record = {"format": FORMAT, **asdict(dataset)}
    del record["folder"]
    write_atomically(dataset.folder / MANIFEST, json.dumps(record, indent=1, ensure_ascii=False))


def _clear(folder: Path) -> None:
    """Remove what no manifest names; a folder without a manifest goes whole."""
    named = set()
    if (folder / MANIFEST).is_file():
        named = {MANIFEST, *(one.file for one in read_dataset(folder).files)}
    for path in folder.glob("*"):
        if path.name not in named and path.suffix in {".parquet", ".part"}:
            path.unlink(missing_ok=True)
    if not named and not any(folder.iterdir()):
        folder.rmdir()


def _whole(cell: str, n: int) -> str:
    """A cell as a whole number of at most so many digits; spreadsheets put `.0` behind some."""
    digits = f"regexp_extract({cell}, '^0*([0-9]{{1,{n}}})([.]0*)?$', 1)"
    return f"TRY_CAST({digits} AS SMALLINT)"


class _Staged:
    """The rows of one file, each with what becomes of it, in a file of their own."""

    def __init__(self, engine: TableEngine, source: TradeTable, folder: Path) -> None:
        self._engine, self._source = engine, source
        self._cut_lines: list[int] = []
        with source.path.open("rb") as file:
            self._digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._path = folder / f"staged-{os.getpid()}.parquet"
        self._kept = f"{quoted(self._path)} WHERE fate = '{KEPT}'"
        words = {**numbers_by_word(), **dict.fromkeys(_WORLD_WORDS, WORLD)}
        rows = ", ".join(f"({quoted(word)}, {code})" for word, code in words.items())
        engine.run("CREATE OR REPLACE TEMP TABLE words (word VARCHAR, code SMALLINT)")
        engine.run(f"INSERT INTO words VALUES {rows}")
        engine.run(f"COPY ({self._query()}) TO {quoted(self._path)} (FORMAT parquet)")

    def _query(self) -> str:
        """Every row with its line, its parts, and why it is left out or set aside."""
        one = self._source
        zeros = ", ".join(map(quoted, sorted(headings_with_zero())))
        product = f"regexp_replace({one.product}, '^([0-9]{{4}})[. ]([0-9]{{2}})$', '\\1\\2')"
        product = f"regexp_replace({product}, '^([0-9]{{5,6}})[.]0+$', '\\1')"
        cases = " ".join(f"WHEN {test} THEN {quoted(why)}" for why, test in one.left_out.items())
        return f"""
            WITH told AS (
              SELECT row_number() OVER () + 1 AS line, {one.year} AS year, {one.exporter} AS seller,
                {one.importer} AS buyer, {product} AS product, {one.value} AS value,
                {one.weight} AS weight, {one.strange_weight} AS strange,
                {one.strange_value} AS strange_value,
                {one.month} AS month, {one.flow} AS flow,
                CASE WHEN false THEN '' {cases} ELSE '' END AS apart
              FROM {self._source.scan}
            ), known AS (
              SELECT told.*, {_whole("year", 4)} AS t, {_whole("month", 2)} AS m,
                coalesce({_whole("seller", 3)}, sellers.code) AS i,
                coalesce({_whole("buyer", 3)}, buyers.code) AS j
              FROM told
              LEFT JOIN words AS sellers ON sellers.word = replace(lower(seller), 'ё', 'е')
              LEFT JOIN words AS buyers ON buyers.word = replace(lower(buyer), 'ё', 'е')
            )
            SELECT line, t, m, i, j, TRY_CAST(product AS INTEGER) AS k, flow AS f,
              CASE WHEN abs(value) < {MOST_VALUE} THEN round(value)::BIGINT END AS v,
              CASE WHEN weight >= {LEAST_WEIGHT} AND weight < {MOST_WEIGHT}
                THEN round(1000 * weight)::BIGINT END AS q,
              length(product) AS digits,
              value > 0 AND weight >= 0 AND weight < {LEAST_WEIGHT} AS has_zero,
              CASE
                WHEN apart <> '' THEN apart
                WHEN i = {WORLD} OR j = {WORLD} THEN '{WORLD_ROWS}'
                WHEN t IS NULL OR t NOT BETWEEN 1900 AND 2100 THEN 'no_year'
                WHEN m IS NULL OR m NOT BETWEEN 0 AND 12 THEN 'no_month'
                WHEN i IS NULL THEN 'unknown_exporter'
                WHEN j IS NULL THEN 'unknown_importer'
                WHEN i = j THEN '{OWN_ROWS}'
                WHEN NOT regexp_matches(product, '^[0-9]{{5,6}}$') THEN 'no_product'
                WHEN length(product) = {DIGITS - 1} AND '0' || product[1:3] NOT IN ({zeros})
                  THEN 'no_product'
                WHEN value IS NULL THEN 'no_value'
                WHEN value < 0 THEN 'negative_value'
                WHEN strange IS NOT NULL THEN 'no_weight'
                WHEN weight < 0 THEN 'negative_weight'
                WHEN value >= {MOST_VALUE} OR weight >= {MOST_WEIGHT} THEN 'too_large'
                ELSE '{KEPT}' END AS fate,
              concat_ws(', ', year, seller, buyer, product, value,
                strange_value, strange) AS words
            FROM known"""

    def broken(self, counts: dict[str, int]) -> list[str]:
        """Count the rows by what becomes of them; the first broken ones in words.

        Raises:
            DataError: Too many are broken, the file is cut off, or rows stand twice.
        """
        rows, file, cut = quoted(self._path), self._source.path.name, self._cut()
        found = dict(self._engine.rows(f"SELECT fate, count(*) FROM {rows} GROUP BY 1"))
        facts = self._engine.rows(
            f"""SELECT count(*) FILTER (q IS NULL), count(*) FILTER (has_zero),
              count(*) FILTER (digits = {DIGITS - 1}) FROM {self._kept}"""
        )[0]
        for key, n in [*found.items(), ("cut", len(cut)), *zip(FACTS, facts, strict=True)]:
            counts[key] = counts.get(key, 0) + n
        is_broken = f"fate NOT IN ({', '.join(map(quoted, (KEPT, *LEFT_OUT)))})"
        query = f"SELECT line, fate, words FROM {rows} WHERE {is_broken} ORDER BY line"
        first = self._engine.rows(f"{query} LIMIT {MOST_SHOWN}")
        text = _("{file}, line {line}: {reason}: {words}")
        shown = [
            text.format(file=file, line=line, reason=fate_words(fate), words=words)
            for line, fate, words in sorted(
                [*cut[:MOST_SHOWN], *((self._line(row), fate, words) for row, fate, words in first)]
            )[:MOST_SHOWN]
        ]
        n_broken = len(cut) + sum(n for key, n in found.items() if key not in (KEPT, *LEFT_OUT))
        self._check(found.get(KEPT, 0), n_broken, shown)
        return shown

    def _cut(self) -> list[tuple[int, str, str]]:
        """Lines that could not be cut into cells: line, what became of it, what stands there."""
        if not self._source.delimiter:
            return []
        query = "SELECT line, 'cut', left(min(csv_line), 80) FROM reject_errors GROUP BY line"
        rows = self._engine.rows(f"{query} ORDER BY line")
        self._engine.run("DROP TABLE reject_errors")
        self._engine.run("DROP TABLE reject_scans")
        self._cut_lines = [line for line, _fate, _words in rows]
        return rows

    def _line(self, row: int) -> int:
        """The line of a row: those that could not be cut into cells come on top."""
        for line in self._cut_lines:
            row += line <= row
        return row

    def _check(self, kept: int, n_broken: int, shown: Sequence[str]) -> None:
        """Refuse a file that is none of this kind, or in which rows stand twice."""
        name = self._source.path.name
        if not kept:
            text = _("{file}: holds no row of trade that can be used.").format(file=name)
            raise DataError("\n".join([text, *(f"  - {line}" for line in shown)]))
        if n_broken > MOST_BROKEN * (kept + n_broken):
            text = _(
                "{file}: {n} of {total} rows are broken, more than {share:.0%}. Fix: see whether "
                "it was cut off or edited, and download it again."
            ).format(file=name, n=n_broken, total=kept + n_broken, share=MOST_BROKEN)
            raise DataError("\n".join([text, *(f"  - {line}" for line in shown)]))
        told_again = _(
            "{file}: {n} rows stand more than once, first that of line {line}: {words}. Fix: "
            "keep one of each."
        )
        told_within = _(
            "{file}: whole years stand beside their own months (rows: {n}), first in line "
            "{line}: {words}. Fix: keep the years or the months; together they count twice."
        )
        for text, key, is_double in (
            (told_again, "t, m, i, j, k, f", "count(*) > 1"),
            (told_within, "t, i, j, k, f", "min(m) = 0 AND max(m) > 0"),
        ):
            n, line, words = self._engine.rows(
                f"""SELECT count(*), min(line), min_by(words, line) FROM (
                  SELECT min(line) AS line, min_by(words, line) AS words FROM {self._kept}
                  GROUP BY {key} HAVING {is_double})"""
            )[0]
            if n:
                raise DataError(text.format(file=name, n=n, line=self._line(line), words=words))

    def flows(self) -> set[int]:
        """Who reports the rows that are kept."""
        return {flow for (flow,) in self._engine.rows(f"SELECT DISTINCT f FROM {self._kept}")}

    def is_monthly(self) -> bool:
        """Whether a row is of a month."""
        return bool(self._engine.rows(f"SELECT count(*) FROM {self._kept} AND m > 0")[0][0])

    def write(self, folder: Path) -> Iterator[YearFile]:
        """Write the rows of each year into a file of its own."""
        years = self._engine.rows(f"SELECT t, count(*) FROM {self._kept} GROUP BY t ORDER BY t")
        for year, n in years:
            file = f"trade-{year}-{self._digest[:12]}-{os.getpid()}.parquet"
            self._engine.run(
                f"""COPY (SELECT t::SMALLINT AS t, i::SMALLINT AS i, j::SMALLINT AS j,
                  k::INTEGER AS k, m::TINYINT AS m, f::TINYINT AS f, v, q
                  FROM {self._kept} AND t = {year}
                  ORDER BY k, j, i, m, f) TO {quoted(folder / file)}
                  (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 200000)"""
            )
            yield YearFile(year, file, n, self._source.path.name, self._digest)
        self._path.unlink(missing_ok=True)
