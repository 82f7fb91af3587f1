"""Where the table stands on a sheet: its headings, its rows, and what is no part of it.

Titles above it, footnotes below it, totals and rows of headings within it are found and told.
Where a sheet holds two tables, none is chosen.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, pairwise

from derbes.errors import Problem, TableError, did_you_mean
from derbes.language import _
from derbes.spelling import listed
from derbes.tables.cells import (
    TOTALS,
    Moment,
    day_told,
    is_missing,
    is_number,
    moment_or_none,
    part_named,
)
from derbes.tables.sheets import (
    Cell,
    SharedNumber,
    Sheet,
    TableFile,
    column_letters,
    column_number,
)
from derbes.units import SPACES, Amount, UnitError, parse_amount

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+):\$?([A-Z]{1,3})\$?([0-9]+)", re.IGNORECASE)
_BRACKETED = re.compile(r"(.*?)\s*[(\[]([^()\[\]]*)[)\]]\s*", re.DOTALL)
_STATISTICAL = {
    "ths": "thousand", "'000": "thousand", "000": "thousand", "mio": "million", "mrd": "billion",
    "mt": "t", "t": "t", "ktons": "kt", "m3": "m3", "gwh": "GWh", "mwh": "MWh", "_": " ",
}  # fmt: skip
"""Words of statistical offices, and of commodity markets, whose `mt` is a metric tonne."""

OF_STOCKS = ("stock", "запас", "остат", "налич", "қалды")
"""Beginnings of words by which a title or heading is of stocks."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a table."""

    column: int
    text: str
    """Without its unit."""
    unit: str = ""
    """As it is written."""
    moment: Moment | None = None
    """Where the heading is a time."""
    part: str = ""
    """Where it names a month or a quarter without a year: what follows the year."""
    is_named: bool = True
    """Whether something stands above it; else it is called by its letters."""

    @property
    def is_time(self) -> bool:
        """Whether it says when the numbers below it are."""
        return self.moment is not None or bool(self.part)


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table on a sheet."""

    sheet: Sheet
    headings: tuple[Heading, ...]
    rows: tuple[int, ...]
    """Rows of the sheet that hold data."""
    left_out: tuple[str, ...]
    """What was found beside the data, one line each."""
    totals: Mapping[str, tuple[int, str]]
    """What a row that adds up others is called, as compared → that row, and its line in
    `left_out`."""
    title: str = ""
    unit: str = ""
    """Unit that the title tells, for all numbers."""
    heading_row: int = 0
    """Last row of the headings."""

    def cell(self, row: int, heading: Heading) -> Cell:
        """What stands in a row under a heading; of cells that are one, what that one holds."""
        found = self.sheet.rows[row][heading.column]
        if found is not None:
            return found
        top, left = self._merged(row, heading) or (row, heading.column)
        return self.sheet.rows[top][left]

    def amount(self, row: int, heading: Heading) -> Cell:
        """As `cell`; a number that stands for several cells is none of any of them."""
        found = self.cell(row, heading)
        is_shared = isinstance(found, float) and self._merged(row, heading) is not None
        return SharedNumber(found) if is_shared else found

    def _merged(self, row: int, heading: Heading) -> tuple[int, int] | None:
        """First row and column of cells that are one, where this is among them."""
        for top, left, bottom, right in self.sheet.merged:
            if top <= row <= bottom and left <= heading.column <= right:
                return top, left
        return None

    def with_totals(self, named: Iterable[str]) -> "FoundTable":
        """The table with rows that add up others, where they are named."""
        found = [self.totals[one] for one in {*map(plain, named)} if one in self.totals]
        left_out = tuple(one for one in self.left_out if one not in {line for _row, line in found})
        rows = sorted({*self.rows, *(row for row, _line in found)})
        return replace(self, rows=tuple(rows), left_out=left_out)

    def place(self, row: int, heading: Heading) -> str:
        """Where that is."""
        return self.sheet.place(row, heading.column)

    def named(self, text: str) -> Heading | None:
        """The column with a heading; capitals and spaces make no difference."""
        wanted = plain(text)
        exact = [one for one in self.headings if plain(full(one)) == wanted]
        close = (one for one in self.headings if plain(one.text) == wanted)
        return next(iter(exact or close), None)


def full(heading: Heading) -> str:
    """A heading with its unit."""
    return f"{heading.text} ({heading.unit})" if heading.unit else heading.text


def plain(text: str) -> str:
    """A text as it is compared: small letters, single spaces."""
    return " ".join(text.translate(SPACES).casefold().replace("ё", "е").split()).strip(" .:*")


def chosen_sheet(file: TableFile, wanted: str) -> Sheet:
    """The sheet that is asked for, or the only one that shows a table.

    Raises:
        TableError: There is none, or several may be meant.
    """

    def refused(where: str, what: str, fix: str) -> TableError:
        return TableError(str(file.path), [Problem(where, what, fix=fix)])

    if wanted:
        found = next((sheet for sheet in file.sheets if plain(sheet.name) == plain(wanted)), None)
        if found is not None:
            return found
        names = [sheet.name for sheet in file.sheets]
        what = _('there is no sheet "{name}"').format(name=wanted)
        raise refused("sheet", what, did_you_mean(wanted, names))
    shown = [sheet for sheet in file.sheets if sheet.name not in file.hidden]
    full_ones = [sheet for sheet in shown if any(_is_wide(row) for row in sheet.rows)]
    if len(full_ones) == 1:
        return full_ones[0]
    if full_ones:
        what, names = _("several sheets hold tables: {names}"), [one.name for one in full_ones]
    elif file.hidden:
        what, names = _("only hidden sheets hold a table: {names}"), list(file.hidden)
    else:
        what = _("it holds no two cells beside each other, and so no table")
        raise refused("", what, _("see whether it is the right file"))
    raise refused("", what.format(names=", ".join(names)), _("name one with --sheet"))


def _filled(row: Sequence[Cell]) -> list[int]:
    return [place for place, cell in enumerate(row) if cell is not None]


def _left(row: Sequence[Cell]) -> int:
    return min(_filled(row), default=0)


def _is_wide(row: Sequence[Cell]) -> bool:
    return len(_filled(row)) > 1


def frame_of(sheet: Sheet, source: str, area: str = "") -> FoundTable:
    """The table of a sheet, in an area of cells, as in `A5:F40`, or anywhere; messages name a file.

    Raises:
        TableError: There is none, or there are two.
    """
    sheet = _cut(sheet, source, area) if area else sheet
    blocks = [block for block in _blocks(sheet) if any(_is_wide(sheet.rows[row]) for row in block)]
    if not blocks:
        what = _("there are no rows with two cells or more")
        fix = _("see whether this is the right file")
        raise TableError(source, [Problem(sheet.name, what, fix=fix)])
    headed = [block for block in blocks if _heading_rows(sheet, block)[1]]
    if not headed:
        what = _("no row of headings is found above the numbers")
        fix = _("write one, or give the cells of the table with its headings: --cells A1:D20")
        raise TableError(source, [Problem(sheet.place(blocks[0][0], 0), what, fix=fix)])
    apart = _side_by_side(sheet, headed[0])
    if len(headed) > 1 or apart:
        raise TableError(source, [_two_tables(sheet, headed, apart)])
    block = headed[0]
    following = [row for other in blocks if other[0] > block[-1] for row in other]
    return _framed(sheet, block, following, source)


def _cut(sheet: Sheet, source: str, area: str) -> Sheet:
    match = _RANGE.fullmatch(area.strip().rpartition("!")[2])
    if match is None:
        what = _('"{area}" is no range of cells').format(area=area)
        raise TableError(source, [Problem("cells", what, fix=_('write it as in "A5:F40"'))])
    left, right = column_number(match[1]), column_number(match[3])
    wanted = range(int(match[2]), int(match[4]) + 1)
    lines = [line for line in sheet.lines if line in wanted]
    rows = [
        [cell if left <= place <= right else None for place, cell in enumerate(row)]
        for line, row in zip(sheet.lines, sheet.rows, strict=True)
        if line in wanted
    ]
    return Sheet(sheet.name, rows, lines, (), sheet.delimiter)


def _blocks(sheet: Sheet) -> list[list[int]]:
    """Rows between empty rows."""
    places = groupby(range(len(sheet.rows)), key=lambda place: bool(_filled(sheet.rows[place])))
    return [list(block) for is_filled, block in places if is_filled]


def _is_year(cell: Cell) -> bool:
    found = moment_or_none(cell)
    return found is not None and found.months == 12


def _numbers_are_times(row: Sequence[Cell]) -> bool:
    """Whether all numbers of a row are years that rise one by one, as over columns."""
    texts = [str(cell).removesuffix(".0") for cell in row if _is_year(cell)]
    years = [int(text[:4]) for text in texts if not re.search(r"[^\W\d_]", text)]  # no `2025 год`
    numbers = [cell for cell in row if is_number(cell) and not _is_year(cell)]
    steps = {later - one for one, later in pairwise(years)}
    return not numbers and (not years or (len(years) > 1 and steps <= {0, 1, -1}))


def _is_heading(row: Sequence[Cell]) -> bool:
    """Whether a row could name columns: texts and times, no numbers."""
    cells = [row[place] for place in _filled(row)]
    if not _numbers_are_times(row) or any(is_missing(cell) for cell in cells):
        return False
    times = [cell for cell in cells if isinstance(cell, date) or moment_or_none(cell)]
    begins_with_time = bool(cells) and moment_or_none(cells[0]) is not None
    return not begins_with_time or len(times) == len(cells) > 1


def _heading_rows(sheet: Sheet, block: Sequence[int]) -> tuple[int, list[int]]:
    """Position in a block of its first row of several cells, and its rows of headings."""
    wide = [row for row in block if _is_wide(sheet.rows[row])]
    first, left = block.index(wide[0]), min(_left(sheet.rows[row]) for row in wide)
    is_under = first > 0 and _left(sheet.rows[block[first - 1]]) > left
    first -= is_under  # one heading over several columns
    top = sheet.rows[block[first]]
    is_heading = _is_heading(top) or (is_under and _is_year(top[_left(top)]))
    if not is_heading or first + 1 == len(block):
        return first, []
    found = [block[first]]
    for row in block[first + 1 : first + 5]:
        if not _goes_on(sheet.rows[found[-1]], sheet.rows[row], left):
            break
        found.append(row)
    return first, found if len(block) > first + len(found) else found[:1]


def _goes_on(above: Sequence[Cell], row: Sequence[Cell], left: int) -> bool:
    """Whether a row below headings is one of headings too: units, or parts of wider headings."""
    if not _is_heading(row) or not _filled(row):
        return False
    texts = [str(row[place]) for place in _filled(row)]
    if all(re.fullmatch(r"\s*[(\[].*[)\]]\s*", text) or is_unit(text) for text in texts):
        return True
    beside = [row[place] for place in _filled(row) if place > left]
    are_times = all(moment_or_none(cell) or part_named(str(cell)) for cell in beside)
    if beside and are_times and row[left] in {None, above[left]}:
        return True
    first = _left(above)
    is_wider = any(above[place] is None and place > first for place in _filled(row))
    is_under = min(first, _left(row)) > left or first > _left(row)
    return is_wider and (is_under or row[first] in {None, above[first]})


def _side_by_side(sheet: Sheet, block: Sequence[int]) -> int:
    """First column of a second table beside the first; 0: there is none."""
    used = sorted({place for row in block for place in _filled(sheet.rows[row])})
    gaps = [later for one, later in pairwise(used) if later - one > 1]
    _first, headings = _heading_rows(sheet, block)
    body = [row for row in block if row > headings[-1]]
    for start in gaps:
        n_left = sum(column < start for column in used)
        keys = [sheet.rows[row][start] for row in body if sheet.rows[row][start] is not None]
        has_keys = keys and not any(is_number(key) for key in keys)
        is_headed = sheet.rows[headings[0]][start] is not None
        if min(n_left, len(used) - n_left) > 1 and has_keys and is_headed:
            return start
    return 0


def _two_tables(sheet: Sheet, blocks: Sequence[Sequence[int]], apart: int) -> Problem:
    areas = []
    for block in blocks[: 1 if apart else None]:
        first, last = sheet.lines[block[0]], sheet.lines[block[-1]]
        used = {place for row in block for place in _filled(sheet.rows[row])}
        parts = [{c for c in used if c < apart}, {c for c in used if c >= apart}]
        areas += [
            f"{column_letters(min(part))}{first}:{column_letters(max(part))}{last}"
            for part in parts
            if part
        ]
    what = _("the sheet holds more than one table: {areas}").format(areas=listed(areas))
    fix = _("say which one: {ways}").format(ways=listed([f"--cells {one}" for one in areas], "or"))
    return Problem(sheet.name, what, fix=fix)


def _framed(
    sheet: Sheet, block: Sequence[int], following: Sequence[int], source: str
) -> FoundTable:
    first, heading_rows = _heading_rows(sheet, block)
    body = [row for row in [*block, *following] if row > heading_rows[-1]]
    used = {
        place for row in body if _is_wide(sheet.rows[row]) for place in _filled(sheet.rows[row])
    }
    headings = tuple(_headings(sheet, heading_rows, used))
    above = sheet.rows[: block[first]]  # with titles that an empty row parts from the table
    said = [str(cell) for row in above for cell in row if cell is not None]
    rows, left_out, problems = list[int](), list[str](), list[Problem]()
    totals: dict[str, tuple[int, str]] = {}
    for row in body:
        why = _no_data(sheet, row, heading_rows, headings)
        if not rows and _counts_columns(sheet.rows[row]):
            why = _("numbers of the columns")
        if why:
            text = _("{place}: {why}, left out")
            left_out.append(text.format(place=_first_place(sheet, row), why=why))
            if word := _total(sheet.rows[row]):
                totals[plain(word)] = row, left_out[-1]
            continue
        rows.append(row)
        if sheet.lengths and sheet.lengths[row] != sheet.lengths[heading_rows[-1]]:
            what = _("the row has {n} cells, the headings {m}")
            what = what.format(n=sheet.lengths[row], m=sheet.lengths[heading_rows[-1]])
            fix = _("the file may be cut off; or put a cell that holds the delimiter in quotes")
            problems.append(Problem(_first_place(sheet, row), what, fix=fix))
    taken, note = set(body), _("{place}: a note, left out")
    left_out += [
        note.format(place=_first_place(sheet, row))
        for row in range(heading_rows[-1] + 1, len(sheet.rows))
        if row not in taken and _filled(sheet.rows[row])
    ]
    seen: dict[str, Heading] = {}
    for heading in headings:
        twin = seen.setdefault(plain(full(heading)), heading)
        if twin is not heading:
            what = _('two columns are called "{name}"').format(name=full(heading))
            place = sheet.place(heading_rows[0], heading.column)
            problems.append(Problem(place, what, fix=_("give each its own name")))
    if not rows and not problems:
        what = _("there are headings and no rows below them")
        fix = _("see whether all lines have the same delimiter")
        problems.append(Problem(sheet.name, what, fix=fix))
    if problems:
        raise TableError(source, problems)
    parts = (split_unit(part)[1] or part for text in said for part in re.split(r"[,:]\s+", text))
    units = {part for part in parts if is_unit(part)}
    unit = units.pop() if len(units) == 1 else ""
    title = " ".join(said)
    return FoundTable(
        sheet, headings, tuple(rows), tuple(left_out), totals, title, unit, heading_rows[-1]
    )


def _first_place(sheet: Sheet, row: int) -> str:
    return sheet.place(row, _left(sheet.rows[row]))


def _no_data(
    sheet: Sheet, row: int, heading_rows: Sequence[int], headings: Sequence[Heading]
) -> str:
    """Why a row below the headings is none of data; empty: it is one."""
    cells = sheet.rows[row]
    filled = _filled(cells)
    if len(filled) == 1 and len(headings) > 1 and isinstance(cells[filled[0]], str):
        is_data = is_number(cells[filled[0]]) or moment_or_none(cells[filled[0]])
        return "" if is_data else _("a note or a heading between rows")
    if any(cells == sheet.rows[one] for one in heading_rows):
        return _("the headings again")
    if word := _total(cells):
        return _('"{word}" adds up other rows').format(word=word)
    return ""


def _counts_columns(cells: Sequence[Cell]) -> bool:
    """Whether a row counts columns, as in `A, 1, 2` or `1, 2, 3`."""
    texts = [str(cells[place]).removesuffix(".0") for place in _filled(cells)]
    if len(texts[0]) == 1 and texts[0].isalpha():
        texts[0] = "0"
    counted = {tuple(map(str, range(begin, begin + len(texts)))) for begin in (0, 1)}
    return len(texts) > 2 and tuple(texts) in counted


def _total(cells: Sequence[Cell]) -> str:
    """What a row is called that adds up others; empty where it does not."""
    said = next((cell for cell in cells if isinstance(cell, str)), "")
    first = re.split("[ ,:(]", plain(said))[0]
    is_total = plain(said) in TOTALS or first in {"total", "итого", "всего", "барлығы"}
    return said if is_total else ""


def _headings(sheet: Sheet, rows: Sequence[int], used: set[int]) -> Iterator[Heading]:
    """Columns with their headings, put together of all rows that hold them.

    A column without one that holds data is called by its letters.
    """
    *wider, below = [sheet.rows[row] for row in rows]
    filled: list[list[Cell]] = []
    for row in wider:  # a wide heading stands over all that has one below
        cells: list[Cell] = []
        last: Cell = None
        for own, under in zip(row, below, strict=True):
            last = last if own is None else own
            cells.append(None if own is None and under is None else last)
        filled.append(cells)
    filled.append(below)
    for column in range(len(below)):
        parts = [line[column] for line in filled if line[column] is not None]
        if parts:
            yield _heading(column, list(dict.fromkeys(parts)))
        elif column in used:
            letters = _("column {letters}").format(letters=column_letters(column))
            yield Heading(column, letters, is_named=False)


def _heading(column: int, parts: Sequence[Cell]) -> Heading:
    """A column by the cells above it; a time in them, or in the last of them, is its time."""
    texts, units = [], []
    for part in parts:
        time = moment_or_none(part)
        text = str(part) if isinstance(part, str) or time is None else time.label
        text, unit = (text, "") if time else split_unit(" ".join(text.translate(SPACES).split()))
        texts.append(text)
        units.append(unit)
    ways = (" ".join(filter(None, texts[n:])) for n in range(len(texts)))
    moment = next(filter(None, map(moment_or_none, ways)), None)
    text, unit = " ".join(filter(None, texts)), next(filter(None, units), "")
    if moment is None and any(word in plain(text) for word in OF_STOCKS):
        moment = day_told(text)
    return Heading(column, text, unit, moment, part_named(texts[-1]))


def split_unit(text: str) -> tuple[str, str]:
    """A heading and the unit in it.

    Examples:
        >>> split_unit("Stock (kt)"), split_unit("Запас, тыс. т"), split_unit("Price (FOB)")
        (('Stock', 'kt'), ('Запас', 'тыс. т'), ('Price (FOB)', ''))
    """
    match = _BRACKETED.fullmatch(text)
    if match and is_unit(match[2]):
        return match[1].strip(" ,"), match[2].strip()
    head, comma, tail = text.rpartition(",")
    if comma and head and is_unit(tail):
        return head.strip(), tail.strip()
    return text, ""


def unit_amount(text: str, own: frozenset[str] = frozenset()) -> Amount:
    """How much one of what a heading counts in is, e.g. a thousand tonnes.

    Raises:
        UnitError: It is no unit.
    """
    words = text.translate(SPACES).strip()
    parts = re.split(r"([\s/_]+)", words)
    known = "".join(_STATISTICAL.get(part.casefold(), part) for part in parts)
    for way in dict.fromkeys((words, known)):
        try:
            found = parse_amount(way if way[:1].isdigit() else f"1 {way}", own)
        except UnitError as error:
            wrong = error
        else:
            if found.number > 0:
                return found
            wrong = UnitError(_('"{unit}" counts nothing').format(unit=text))
    raise wrong


def is_unit(text: object) -> bool:
    """Whether a text is a unit; `2025 год` is a time."""
    if not str(text).strip() or moment_or_none(str(text).strip()):
        return False
    try:
        return unit_amount(str(text)).unit is not None
    except UnitError:
        return False
