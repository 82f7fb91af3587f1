"""Inter-country input-output tables: the one of the package, and full ones of others, read.

A seller is a sector of a country; so is a buyer in a full table, in a reduced one it is a
country, whose sectors all buy its mean mix. Both are one thing here: buyers have mixes, and each
seller produces with the mix of its buyer, at its own part of inputs in cost.
"""

import csv
import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import as_file, files
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt

from derbes.errors import DataError, MissingExtraError, Problem
from derbes.language import _, language, ngettext
from derbes.results.upstream import TableOrigin
from derbes.trade.codes import area_name, iso3, numbers_of

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

TOLERANCE = 0.01
"""By what part of output inputs may be above it: statistics are balanced, then rounded."""
OFF_BALANCE = 0.05
"""By what part of a country's output its sales may miss it: WIOD is cut to whole millions, which
leaves Malta off by 4 %; a column of final use that is missing leaves far more."""
MOST_PROBLEMS = 8
"""Problems of a kind that are shown one by one."""
SHIPPED = "icio2022"
_FOLDER = files("derbes.trade") / "data"
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_OUTPUT = ("OUT", "OUTPUT", "TOTAL")
"""Headings of output in tables of the OECD."""
_UNTOLD = TableOrigin()


@dataclass(frozen=True, slots=True)
class InputOutput:
    """An input-output table of several countries. N sellers, B buyers, C countries."""

    about: TableOrigin
    countries: tuple[str, ...]
    """As the table calls them. (C,)"""
    sectors: tuple[str, ...]
    country: Places
    """Country of a seller. (N,)"""
    sector: Places
    """Sector of a seller. (N,)"""
    buyer: Places
    """Buyer whose mix a seller uses. (N,)"""
    mix: Floats
    """Part of a buyer's inputs that it buys of a seller; a column adds up to 1. (N, B)"""
    bought: Floats
    """Inputs of a buyer. (B,) [unit]"""
    output: Floats
    """(N,) [unit]"""
    cost_share: Floats
    """Inputs over output of a seller, from 0 to 1. (N,)"""
    final: Floats | None
    """Final use by country, changes of stocks included; None: not told. (N, C) [unit]"""

    @property
    def is_full(self) -> bool:
        """Whether each seller has its own mix of inputs."""
        return len(self.bought) == len(self.output)

    def country_name(self, country: str) -> str:
        """Name of a country of the table for a reader."""
        numbers = numbers_of(country)
        for code in (country.upper(), iso3(numbers[0]) if numbers else ""):
            if code in _names("countries"):
                numbers = numbers_of(code)
                name = _names("countries")[code].partition(" (")[0]
                return area_name(numbers[0]) if numbers and language() != "en" else name
        return area_name(numbers[0]) if numbers else country

    def sector_name(self, sector: str) -> str:
        """Name of a sector of the table for a reader."""
        return _(_names("sectors").get(sector, sector))

    def places_of(self, word: str) -> tuple[int, ...]:
        """Places of a country by its label, ISO code, number or name; empty: not in the table."""
        wanted, numbers = word.strip().casefold(), set(numbers_of(word))
        named, numbered = [], []
        for place, label in enumerate(self.countries):
            if wanted in (label.casefold(), self.country_name(label).casefold()):
                named.append(place)
            if numbers.intersection(numbers_of(label)):
                numbered.append(place)
        return tuple(named or numbered)


@lru_cache(maxsize=2)
def _names(kind: str) -> Mapping[str, str]:
    """Code of the OECD → name, of `countries` or `sectors`."""
    text = (_FOLDER / f"icio_{kind}.csv").read_text(encoding="utf-8")
    return {row[0]: row[1] for row in csv.reader(StringIO(text))}


def is_country(word: str) -> bool:
    """Whether a word names a country at all, or the rest of the world, in this table or not."""
    return bool(numbers_of(word)) or word.strip().upper() in _names("countries")


def table_of(place: Any = "") -> InputOutput:
    """A table by its file or folder, as it is, or the one of the package.

    Args:
        place: A CSV of the OECD's ICIO; a folder in which pymrio has saved a system, or a system
            of pymrio itself; a table that is read already; empty: that of the package.

    Raises:
        DataError: It cannot be used; says every reason.
        MissingExtraError: It needs pymrio, which is not installed.
    """
    if isinstance(place, InputOutput):
        return place
    if hasattr(place, "Z"):
        return _of_system(place)
    if not place:
        return _shipped()
    path = Path(place)
    if path.is_dir():
        return _saved(path)
    if not path.exists():
        raise DataError(_("{file}: there is no such file.").format(file=path))
    return _of_oecd(path)


@lru_cache(maxsize=1)
def _shipped() -> InputOutput:
    """The reduced ICIO 2022: sellers by sector, buyers by country."""
    with as_file(_FOLDER / f"{SHIPPED}.npz") as path, np.load(path) as held:
        n_sectors, n_countries = held["output"].shape
        cents = np.ascontiguousarray(held["flows"].T).reshape(-1).view("<i4")
        flows = cents.reshape(-1, n_countries) / 100.0
        output = held["output"].reshape(-1) / 1e3
        cost_share = held["cost_share"].reshape(-1) / 1e5
        countries, sectors = held["countries"].tolist(), held["sectors"].tolist()
    sector, country = np.divmod(np.arange(n_sectors * n_countries), n_countries)
    return InputOutput(
        about=TableOrigin(
            SHIPPED, "OECD ICIO, release 2025, reduced", "2022", "OECD, CC BY 4.0", "million USD"
        ),
        countries=tuple(countries),
        sectors=tuple(sectors),
        country=country,
        sector=sector,
        buyer=country,
        mix=_mix(flows),
        bought=flows.sum(axis=0),
        output=output,
        cost_share=cost_share,
        final=None,
    )


def _mix(flows: Floats) -> Floats:
    """Columns as parts of their sums; without any input, nothing. (N, B)"""
    bought = flows.sum(axis=0)
    return flows / np.where(bought > 0, bought, 1.0)


def table_of_arrays(
    sellers: Sequence[tuple[str, str]],
    flows: Floats,
    final: Floats | None = None,
    final_countries: Sequence[str] = (),
    *,
    output: Floats | None = None,
    about: TableOrigin = _UNTOLD,
) -> InputOutput:
    """A full table out of arrays, after every check.

    Args:
        sellers: Country and sector of each row, and of each column of `flows`. (N,)
        flows: Sales of a row to a column, as inputs. (N, N)
        final: Final use, changes of stocks included. (N, F)
        final_countries: Country of each of its columns. (F,)
        output: Of each row; None: flows and final use added up. (N,)
        about: What is known of the table.

    Raises:
        DataError: Shapes do not fit, numbers are missing or below zero, inputs are above output,
            or rows do not add up.
    """
    if problems := _misshaped(sellers, flows, final, final_countries, output=output):
        raise refused(about.file, problems)
    names = [f"{country} {sector}" for country, sector in sellers]
    countries = tuple(dict.fromkeys(country for country, _sector in sellers))
    sectors = tuple(dict.fromkeys(sector for _country, sector in sellers))
    places = {country: place for place, country in enumerate(countries)}
    by_country = None
    if final is not None:
        by_country = np.zeros((len(sellers), len(countries)))
        for column, country in enumerate(final_countries):
            by_country[:, places[country]] += final[:, column]
    sums = flows.sum(axis=1) + (0.0 if by_country is None else by_country.sum(axis=1))
    made = sums if output is None else output
    problems = (
        _not_numbers(flows, names, names)
        or _not_numbers(sums[:, None], names, [_("final use")])
        or _not_numbers(made[:, None], names, [_("output")])
    )
    problems += _below_zero(flows, names) + _above_output(flows, made, names)
    problems += _not_adding_up(sellers, sums, made) if by_country is not None else []
    if problems:
        raise refused(about.file, problems)
    bought = flows.sum(axis=0)
    return InputOutput(
        about=about,
        countries=countries,
        sectors=sectors,
        country=np.array([places[country] for country, _sector in sellers]),
        sector=np.array([sectors.index(sector) for _country, sector in sellers]),
        buyer=np.arange(len(sellers)),
        mix=_mix(flows),
        bought=bought,
        output=made,
        # What is above output within the tolerance is rounding.
        cost_share=np.minimum(bought / np.where(made > 0, made, 1.0), 1.0),
        final=by_country,
    )


def refused(file: str, problems: Sequence[Problem]) -> DataError:
    """The error that lists everything that is wrong with a table."""
    n = len(problems)
    head = f"{file}: " + ngettext("{n} problem", "{n} problems", n).format(n=n)
    return DataError("\n".join([head, *(f"  - {problem}" for problem in problems)]))


# Checks


def _misshaped(
    sellers: Sequence[tuple[str, str]],
    flows: Floats,
    final: Floats | None,
    final_countries: Sequence[str],
    *,
    output: Floats | None,
) -> list[Problem]:
    n, found = len(sellers), []
    if len(set(sellers)) < n:
        twice = sorted({one for one in sellers if sellers.count(one) > 1})
        what = _("{sellers} stand more than once").format(sellers=_some(map(" ".join, twice)))
        found.append(Problem(_("rows"), what, fix=_("keep one row of each")))
    if flows.shape != (n, n):
        what = _("{n} sellers need {n} × {n} flows, and there are {rows} × {columns}")
        rows, columns = (*flows.shape, 1)[:2]
        found.append(_cut(_("flows"), what.format(n=n, rows=rows, columns=columns)))
    if final is not None and final.shape != (n, len(final_countries)):
        what = _("{n} sellers and {m} columns of final use do not fit {shape}")
        shape = " × ".join(map(str, final.shape))
        found.append(_cut(_("final use"), what.format(n=n, m=len(final_countries), shape=shape)))
    stray = set(final_countries) - {country for country, _sector in sellers}
    if final is not None and stray:
        what = _("{countries} use goods and sell none").format(countries=_some(sorted(stray)))
        found.append(_cut(_("final use"), what))
    if output is not None and output.shape != (n,):
        what = _("{n} sellers, and output of {m}").format(n=n, m=output.size)
        found.append(_cut(_("output"), what))
    return found


def _cut(where: str, what: str, line: int = 0) -> Problem:
    return Problem(where, what, line, fix=_("the table is cut off: take it anew from its source"))


def _some(names: Any) -> str:
    """The first few of several names."""
    listed = list(names)
    more = len(listed) - MOST_PROBLEMS
    text = ", ".join(f'"{name}"' for name in listed[:MOST_PROBLEMS])
    return _("{names} and {n} more").format(names=text, n=more) if more > 0 else text


def _each(problems: list[Problem]) -> list[Problem]:
    """The first few problems of a kind, and how many more there are."""
    more = len(problems) - MOST_PROBLEMS
    if more <= 0:
        return problems
    rest = ngettext("{n} more of this kind", "{n} more of this kind", more).format(n=more)
    return [*problems[:MOST_PROBLEMS], Problem("", rest)]


def _not_numbers(flows: Floats, rows: Sequence[str], columns: Sequence[str]) -> list[Problem]:
    fix = _("write 0 where nothing is sold; leave no cell empty")
    return _each([
        Problem(f"{rows[i]} → {columns[j]}", _("no number"), fix=fix)
        for i, j in np.argwhere(~np.isfinite(flows)).tolist()
    ])  # fmt: skip


def _below_zero(flows: Floats, names: Sequence[str]) -> list[Problem]:
    fix = _("inputs are never below zero; changes of stocks belong to final use")
    found = []
    for i, j in np.argwhere(flows < 0).tolist():
        what = _("a flow below zero, {value}").format(value=f"{flows[i, j]:,.6g}")
        found.append(Problem(f"{names[i]} → {names[j]}", what, fix=fix))
    return _each(found)


def _above_output(flows: Floats, output: Floats, names: Sequence[str]) -> list[Problem]:
    fix = _("value added would be below zero: is it a column of this table, in the same unit?")
    text = _("inputs of {inputs} are above an output of {output}")
    bought, found = flows.sum(axis=0), []
    for j in np.flatnonzero(bought > output * (1 + TOLERANCE) + 1e-9).tolist():
        what = text.format(inputs=f"{bought[j]:,.6g}", output=f"{output[j]:,.6g}")
        found.append(Problem(names[j], what, fix=fix))
    return _each(found)


def _not_adding_up(
    sellers: Sequence[tuple[str, str]], sums: Floats, output: Floats
) -> list[Problem]:
    """By country: cells that are rounded one by one leave small sectors off by more."""
    what = _("sales to everybody are {sums}, and output is {output}")
    fix = _("columns are missing, or stand twice: take the table anew from its source")
    found, countries = [], np.array([country for country, _sector in sellers])
    for country in dict.fromkeys(countries.tolist()):
        own = countries == country
        sold, made = float(sums[own].sum()), float(output[own].sum())
        if abs(sold - made) > OFF_BALANCE * made:
            text = what.format(sums=f"{sold:,.6g}", output=f"{made:,.6g}")
            found.append(Problem(country, text, fix=fix))
    return _each(found)


# Tables of the OECD


def _of_oecd(path: Path) -> InputOutput:
    """ICIO as the OECD ships it: rows and columns `KAZ_B06`, then final use `KAZ_HFCE`."""
    with _opened(path) as lines:
        rows = _lines(path, lines)
        heading = [cell.strip() for cell in next(rows, (0, [""]))[1]][1:]
        places = {name: place for place, name in enumerate(heading)}
        twice = [name for name, n in Counter(heading).items() if n > 1 and "_" in name]
        wanted = ((n, cells) for n, cells in rows if cells[0] in places and "_" in cells[0])
        labels, table, problems = _matrix(wanted, len(heading), 1)
    sellers = [name for (name,) in labels]
    problems += _not_a_square(sellers, heading)
    if twice:
        what = _("{sellers} stand more than once").format(sellers=_some(twice))
        fix = _("columns are missing, or stand twice: take the table anew from its source")
        problems.append(Problem("", what, fix=fix))
    if problems:
        raise refused(str(path), _each(problems))
    parts = {tuple(name.split("_", 1))[1] for name in sellers}
    final = [name for name in heading if "_" in name and name.split("_", 1)[1] not in parts]
    output = next((table[:, places[name]] for name in _OUTPUT if name in places), None)
    return table_of_arrays(
        [(one[0], one[1]) for one in (name.split("_", 1) for name in sellers)],
        table[:, [places[name] for name in sellers]],
        table[:, [places[name] for name in final]],
        [name.split("_", 1)[0] for name in final],
        output=output,
        about=TableOrigin(
            str(path), "OECD ICIO", _year_of(path.name), "OECD, CC BY 4.0", "million USD"
        ),
    )


def _opened(path: Path) -> TextIO:
    if path.suffix.casefold() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _lines(path: Path, lines: TextIO, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Rows with their line numbers.

    Raises:
        DataError: The file ends in the middle, or is no text.
    """
    try:
        for line, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
            if cells:
                yield line, cells
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise refused(str(path), [_cut("", _("it ends in the middle"))]) from error
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        what = _("it cannot be read as CSV ({reason})").format(reason=error)
        fix = _("save it as CSV in UTF-8, or unpack it")
        raise refused(str(path), [Problem("", what, fix=fix)]) from error


def _matrix(
    rows: Iterable[tuple[int, list[str]]], width: int, n_labels: int
) -> tuple[list[tuple[str, ...]], Floats, list[Problem]]:
    """Labels of rows and the numbers behind them (N, M), and what is wrong with both."""
    labels: list[tuple[str, ...]] = []
    values: list[Floats] = []
    problems = []
    for line, cells in rows:
        name, numbers = " ".join(cells[:n_labels]), cells[n_labels:]
        if len(numbers) != width:
            what = _("{n} cells under {m} headings").format(n=len(cells), m=width + n_labels)
            problems.append(_cut(name, what, line))
            continue
        labels.append(tuple(cells[:n_labels]))
        try:
            values.append(np.array(numbers, dtype=np.float64))
        except ValueError:
            wrong = next(cell for cell in numbers if not _is_number(cell))
            what = _('"{cell}" is no number').format(cell=wrong)
            fix = _("write plain numbers with a decimal point, and 0 where nothing is sold")
            problems.append(Problem(name, what, line, fix=fix))
            values.append(np.zeros(width))
    return labels, np.array(values).reshape(len(values), width), problems


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _not_a_square(sellers: Sequence[str], heading: Sequence[str]) -> list[Problem]:
    """What stands as a column and not as a row."""
    if not sellers:
        what = _("no row and column stand for a sector of a country, such as KAZ_B06")
        fix = _(
            "give a CSV of the OECD's ICIO, or a folder in which pymrio has saved a table "
            "(save_all)"
        )
        return [Problem("", what, fix=fix)]
    parts = {name.split("_", 1)[1] for name in sellers}
    held = {name.split("_", 1)[0] for name in sellers}
    columns = [name for name in heading if "_" in name]
    missing = [
        name
        for name in columns
        if name not in set(sellers)
        and (name.split("_", 1)[1] in parts or name.split("_", 1)[0] not in held)
    ]
    if not missing:
        return []
    what = _("{names} are columns without a row").format(names=_some(missing))
    return [_cut(_("rows"), what)]


def _year_of(name: str) -> str:
    """The year of a file's name, its last where there are two; empty: none."""
    years = _YEAR.findall(name)
    return years[-1] if years else ""


# Tables of pymrio


def _saved(folder: Path) -> InputOutput:
    """A system that pymrio has saved: as text by ourselves, else with pymrio."""
    if (folder / "Z.txt").exists():
        flows, rows, columns = _of_text(folder, "Z")
        final, final_rows, uses = _of_text(folder, "Y")
        if rows != columns or final_rows != rows:
            differ = set(rows) ^ set(columns) | set(rows) ^ set(final_rows)
            stray = sorted(set(map(" ".join, differ)))
            names = _some(stray) if stray else _("their order differs")
            what = _("rows and columns are not the same: {names}").format(names=names)
            raise refused(str(folder), [_cut("Z, Y", what)])
        return table_of_arrays(rows, flows, final, [use[0] for use in uses], about=_about(folder))
    if (folder / "file_parameters.json").exists():
        try:
            import pymrio  # noqa: PLC0415 - an extra
        except ImportError as error:
            text = _(
                '{file}: a table that pymrio did not save as text needs the "io" extra. Fix: pip '
                'install "derbes[io]", or save it with save_all(folder, table_format="txt").'
            )
            raise MissingExtraError(text.format(file=folder)) from error
        return _of_system(pymrio.load_all(folder), _about(folder))
    text = _(
        "{file}: no table is in this folder. Fix: give a CSV of the OECD's ICIO, or a folder in "
        'which pymrio has saved a table: pymrio.parse_…(…).save_all(folder, table_format="txt").'
    )
    raise DataError(text.format(file=folder))


def _about(folder: Path) -> TableOrigin:
    """What the folder of a system tells of it."""
    place = folder / "metadata.json"
    try:
        told = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    except ValueError:
        told = {}
    words = [str(told.get(key) or "") for key in ("name", "version")]
    source = ", ".join(word for word in words if word) or "pymrio"
    place, units = folder / "unit.txt", set[str]()
    if place.exists():
        with place.open(encoding="utf-8") as lines:
            units = {cells[-1] for cells in [*csv.reader(lines, delimiter="\t")][1:] if cells}
    return TableOrigin(str(folder), source, _year_of(folder.name), unit=_one_unit(units))


def _one_unit(units: set[str]) -> str:
    """The unit of the amounts, if all have one."""
    unit = next(iter(units)) if len(units) == 1 else ""
    return re.sub(r"^(?:M\.|Mill\.?|Mio\.?|million)\s*", "million ", unit).strip()


def _of_text(
    folder: Path, name: str
) -> tuple[Floats, list[tuple[str, str]], list[tuple[str, str]]]:
    """A matrix of pymrio with two rows and two columns of labels, and those labels."""
    path = folder / f"{name}.txt"
    if not path.exists():
        raise refused(str(folder), [_cut(name, _("there is no {name}.txt").format(name=name))])
    with _opened(path) as lines:
        table = _lines(path, lines, "\t")
        heading = [cells[2:] for _line, cells in (next(table, (0, [])), next(table, (0, [])))]
        width = len(heading[0])
        kept = (row for row in table if len(row[1]) != width + 2 or any(row[1][2:]))
        labels, flows, problems = _matrix(kept, width, 2)
    if problems:
        raise refused(str(path), _each(problems))
    rows = [(country, sector) for country, sector in labels]
    return flows, rows, list(zip(heading[0], heading[1], strict=False))


def _of_system(system: Any, about: TableOrigin | None = None) -> InputOutput:
    """A system of pymrio: `Z` and `Y` with country and sector in their indices."""
    sellers = [(str(one[0]), str(one[1])) for one in system.Z.index]
    final, unit = getattr(system, "Y", None), getattr(system, "unit", None)
    units = set() if unit is None else {str(one) for one in np.ravel(np.asarray(unit))}
    name = getattr(getattr(system, "meta", None), "name", "")
    known = about or TableOrigin("pymrio", str(name or ""))
    return table_of_arrays(
        sellers,
        np.asarray(system.Z, dtype=np.float64),
        None if final is None else np.asarray(final, dtype=np.float64),
        () if final is None else [str(one[0]) for one in final.columns],
        about=replace(known, unit=known.unit or _one_unit(units)),
    )
