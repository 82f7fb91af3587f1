"""A key of an element and its cells: what the file says, taken apart, and put together again.

Where cells were not touched, the words of the file stay; only what was touched is spelled anew.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from derbes.case import forms
from derbes.case.quantity import Quantity
from derbes.casefile.edit import in_flow
from derbes.casefile.entries import Plain, keys_of
from derbes.casefile.files import compose
from derbes.casefile.hints import LANGUAGE_PATTERN
from derbes.language import _
from derbes.tables.cells import CellError, moment_of
from derbes.units import SPACES, UnitError, leading_number, multiplied, several_numbers
from derbes.workbook.layout import LABEL, Field, SheetColumn

SERIES_WORD = "series"
"""Stands in the column of formulas where a number goes by date."""
NEAR = 1e-12
"""Relative difference of two numbers that counts as none: a file holds some 16 digits."""


class Computed(NamedTuple):
    """A cell that follows from others: its number, and the path of the case that it shows."""

    value: float
    path: str


class Live(NamedTuple):
    """A cell of a person's book that holds a formula: its value, and the formula."""

    value: "Cell"
    formula: str


Cell = str | float | bool | date | None | Computed | Live
Cells = Mapping[str, Cell]
"""Heading → what stands there."""


class SpellingError(ValueError):
    """A cell that cannot be read."""

    def __init__(self, heading: str, what: str, fix: str = "") -> None:
        self.heading, self.what, self.fix = heading, what, fix
        super().__init__(what)


def bare(cell: Cell) -> str | float | bool | date | None:
    """What a cell holds, a formula as the value that it gives; a text without blanks around it."""
    if isinstance(cell, Computed | Live):
        return bare(cell.value)
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").strip() or None
    return cell


def same(book: Cell, written: Cell) -> bool:
    """Whether a person left a cell as it was written."""
    if isinstance(written, Computed):
        return isinstance(book, Live | Computed)
    one, other = bare(book), bare(written)
    if isinstance(one, float | int) and isinstance(other, float | int):
        both = isinstance(one, bool), isinstance(other, bool)
        return both[0] == both[1] and abs(one - other) <= NEAR * max(abs(one), abs(other))
    if isinstance(other, str) and one is not None and not isinstance(one, str):
        told = worded(one)
        is_month = isinstance(one, date) and told == f"{other}-01"  # Excel makes days of months
        is_flag = isinstance(one, bool) and told == other.casefold()
        return told == other or is_month or is_flag
    if isinstance(one, str) and isinstance(other, float):
        return _numbered(one) == other
    return one == other


def _numbered(text: str) -> float | None:
    """The number in a text that holds nothing else; None: there is none."""
    found = split(text)
    return found[0] if found and not found[1] else None


def figures(number: float) -> str:
    """A number as a case file writes it: all its digits, no thousands.

    Examples:
        >>> figures(180.0), figures(0.1 + 0.2), figures(2e-7), figures(1.5e12)
        ('180', '0.3', '0.0000002', '1500000000000')
    """
    text = f"{Decimal(f'{number:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(number: float, unit: str) -> str:
    """A number with its unit, which cannot be read in two ways.

    Examples:
        >>> amount(29.832, "%"), amount(29.832, ""), amount(1500.0, "t")
        ('29.8320 %', '29.832', '1500 t')
    """
    text = figures(number)
    is_open = re.fullmatch(r"-?[1-9][0-9]{0,2}\.[0-9]{3}", text) is not None
    return f"{text}{'0' * is_open} {unit}" if unit else text


def split(text: str) -> tuple[float, str] | None:
    """A number and the words behind it; None where a text does not begin with a number.

    Examples:
        >>> split("1 200 t/month"), split("33 %"), split("missing"), split("2027-01")
        ((1200.0, 't/month'), (33.0, '%'), None, None)
    """
    try:
        number, rest = leading_number(" ".join(text.translate(SPACES).split()))
    except UnitError:
        return None
    if rest and not re.match(r"\s*[^\W\d_]|\s*[%°‰$€£₸₽]|\s*1/", rest):
        return None
    return number, rest.strip()


def in_unit(
    cell: Cell, unit: str, heading: str, *, attaches: bool, is_new_unit: bool = False
) -> str:
    """A number with its unit, and with that of its row where the file has to be told (`attaches`).

    Of a unit a cell may tell the multiplier alone, as `1,2 млн`.

    Raises:
        SpellingError: It is no number, or names another unit than its row was given.
    """
    value = bare(cell)
    if isinstance(value, bool | date) or value is None:
        what = _('"{cell}" is not a number').format(cell=worded(value))
        raise SpellingError(heading, what, _("write a number"))
    found = split(value) if isinstance(value, str) else (float(value), "")
    if found is None:
        return str(value)
    number, own = found
    is_word = bool(own) and not multiplied(own)[1]
    if is_word:
        own = f"{own} {multiplied(unit)[1]}".strip()
    if not own or own == unit or own[0] == "%" == unit[:1]:
        return amount(number, unit if attaches else "")
    if unit and is_new_unit and not is_word:
        what = _('"{cell}" is in another unit than its row, which has {unit}')
        fix = _("write the unit in one of the two cells")
        raise SpellingError(heading, what.format(cell=value, unit=unit), fix)
    return amount(number, own)


# Texts, words, lists

_PLAIN_ITEM = re.compile(r"(?!\s)[^;\n\[\]{}]+(?<!\s)")


def text_cell(form: forms.Form, plain: Plain) -> Cell:
    """What a key that is not a number shows."""
    if plain is None:
        return None
    if isinstance(plain, str):
        is_number = form is forms.NUMBER or isinstance(form, forms.WholeForm | forms.ShareForm)
        number = _numbered(plain) if is_number else None
        return number if number is not None and figures(number) == plain else plain
    if isinstance(plain, list) and plain and isinstance(form, forms.ListForm):
        texts = [one for one in plain if isinstance(one, str) and _PLAIN_ITEM.fullmatch(one)]
        if len(texts) == len(plain) and (len(texts) > 1 or "," not in texts[0]):
            return "; ".join(texts)
    return in_flow(plain)


def text_plain(field: Field, cell: Cell, before: Plain) -> Plain:
    """What a cell means for a key that is not a number.

    Raises:
        SpellingError: It cannot be read.
    """
    value, form, heading = bare(cell), field.form, field.columns[0].heading
    if value is None:
        return None
    text = worded(value, form.item if isinstance(form, forms.ListForm) else form)
    is_nested = isinstance(form, forms.ListForm | forms.MapForm | forms.AnyForm)
    if is_nested and is_flow(text):
        return flow_plain(text, heading)
    match form:
        case forms.ListForm():
            return _listed(form, text, heading, is_alone=not isinstance(before, list))
        case forms.MapForm():
            raise _no_pairs(heading, "{a: b, c: d}")
        case forms.AnyForm():
            return text
    return _tidy(text, form, heading)


def _no_pairs(heading: str, example: str) -> SpellingError:
    what = _('expected pairs in braces, as in "{example}"').format(example=example)
    return SpellingError(heading, what)


def _listed(form: forms.ListForm, text: str, heading: str, *, is_alone: bool) -> Plain:
    """The words of a cell that holds several."""
    if text == form.all_of and form.all_of:
        return text
    numeric = form.item in {forms.NUMBER, forms.MONTHS}
    sign = r"\s*[;\n]\s*" if ";" in text or "\n" in text else r",\s+" if numeric else r"\s*,\s*"
    texts = (one for one in re.split(sign, text) if one.strip())
    items: list[Plain] = [_tidy(one, form.item, heading) for one in texts]
    return items[0] if form.alone and is_alone and len(items) == 1 else items


def worded(value: object, form: forms.Form = forms.TEXT) -> str:
    """A cell as the words that a case file has for it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        months = {forms.MONTH_PATTERN, forms.DAY_PATTERN}
        is_month = isinstance(form, forms.TextForm) and form.pattern in months
        return value.strftime("%Y-%m") if is_month and value.day == 1 else value.isoformat()
    return figures(value) if isinstance(value, float | int) else str(value)


_TIMES = frozenset({forms.MONTH_PATTERN, forms.DAY_PATTERN, forms.DATE_PATTERN})


def _tidy(text: str, form: forms.Form, heading: str) -> str:
    """A text whose date is written as a case file writes it; true and false, in small letters."""
    text = text.strip()
    if isinstance(form, forms.FlagForm):
        return text.casefold() if text.casefold() in {"true", "false"} else text
    if isinstance(form, forms.ShareForm | forms.WholeForm) or form is forms.NUMBER:
        number = _numbered(text)
        return figures(number) if number is not None else text
    if not (isinstance(form, forms.TextForm) and form.pattern in _TIMES):
        return text
    if re.fullmatch(form.pattern, text):
        return text
    try:
        return moment_of(text).label
    except CellError as error:
        raise SpellingError(heading, error.what, error.fix) from error


_FLOW = ("{", "[", "'{", "'[", '"{', '"[')
"""How a text begins that is YAML and not what it says."""


def as_text(text: str) -> str:
    """A text as a cell shows it where it may also hold YAML: in quotes, if it looks like it."""
    return in_flow(text) if text.lstrip().startswith(_FLOW) else text


def is_flow(value: object) -> bool:
    """Whether a cell holds YAML."""
    return isinstance(value, str) and value.startswith(_FLOW)


def _by_language(text: str) -> Plain:
    """Texts by language out of a cell; a text that only begins as they do."""
    try:
        found = flow_plain(text, "")
    except SpellingError:
        return text
    is_label = isinstance(found, dict) and all(re.fullmatch(LANGUAGE_PATTERN, one) for one in found)
    return found if is_label and found else text


def flow_plain(text: str, heading: str) -> Plain:
    """What a text in braces or brackets means.

    Raises:
        SpellingError: It is no YAML.
    """
    root, findings, _n = compose(f"k: {text}\n", 0)
    plain = root.plain if root is not None else None
    if findings or not isinstance(plain, dict) or list(plain) != ["k"]:
        what = findings[0].what if findings else _("this cannot be read")
        fix = _('write it as in "{example}"').format(example="{kind: pert}")
        raise SpellingError(heading, what, fix)
    return plain["k"]


# Texts in several languages


def label_cells(columns: tuple[SheetColumn, ...], plain: Plain) -> dict[str, Cell]:
    """A text by language; one without a language stands in the column without one.

    There stand, too, a fourth language and the cases of a text, as YAML.
    """
    texts = {"": as_text(plain)} if isinstance(plain, str) else plain
    if not isinstance(texts, dict):
        return {}
    known = {column.part.removeprefix(LABEL): column.heading for column in columns}
    more = {name: text for name, text in texts.items() if name not in known}
    if more and "" in texts:
        return {known[""]: in_flow(plain)}
    found: dict[str, Cell] = {
        known[language]: text if isinstance(text, str) else None
        for language, text in texts.items()
        if language in known
    }
    return found | ({known[""]: in_flow(more)} if more else {})


def label_plain(columns: tuple[SheetColumn, ...], book: Cells, before: Plain) -> Plain:
    """The same put together."""
    found: dict[str, Plain] = {}
    heading = ""
    for column in columns:
        value = bare(book.get(column.heading))
        if value is not None:
            found[column.part.removeprefix(LABEL)] = worded(value)
            heading = column.heading
    if not found:
        return None
    alone = found.get("")
    if isinstance(alone, str) and is_flow(alone):
        more = flow_plain(alone, heading)
        if isinstance(more, dict):
            found = {name: text for name, text in found.items() if name} | more
        elif len(found) == 1:
            return more
    elif isinstance(alone, str) and len(found) == 1:
        return alone
    if found.get("") is not None:
        what = _("a text without a language stands beside texts in languages")
        raise SpellingError(heading, what, _("move it into the column of its language"))
    order = [*(before if isinstance(before, dict) else ()), *found]
    return {name: found[name] for name in dict.fromkeys(order) if name in found}


# Numbers

_TOLD = tuple(keys_of(forms.WrittenQuantity))
_ABOUT = ("distribution", "grade", "source", "why")
_COLUMNS = frozenset({"value", "series", "unit", "range", "after", *_ABOUT})
_DATE = re.compile(r"[0-9].*", re.DOTALL)
_ORDER = ("value", "series", "unit", "range", "distribution", "grade", "source", "why")


class Apart(NamedTuple):
    """A number as its keys, and how it was spelled."""

    entries: dict[str, Plain]
    style: str
    """`short`, `dates`, `held` (a series as the value), `full`, or empty: there was none."""


def apart(plain: Plain) -> Apart:
    """A number in whatever spelling, as its keys."""
    if isinstance(plain, dict):
        if plain and all(_DATE.fullmatch(key) for key in plain):
            return Apart({"series": plain}, "dates")
        if isinstance(plain.get("value"), dict):
            rest = {key: one for key, one in plain.items() if key != "value"}
            return Apart({"series": plain["value"], **rest}, "held")
        return Apart(dict(plain), "full")
    return Apart({}, "") if plain is None else Apart({"value": plain}, "short")


def together(entries: dict[str, Plain], style: str) -> Plain:
    """A number in its spelling again, as far as that can hold it."""
    left: dict[str, Plain] = {key: one for key, one in entries.items() if one is not None}
    if not left:
        return None
    if style == "":
        left = {key: left[key] for key in dict.fromkeys((*_ORDER, *left)) if key in left}
    if left.keys() == {"value"} and style != "full":
        return left["value"]
    if left.keys() == {"series"} and style in {"", "dates", "short"}:
        return left["series"]
    if style == "held" and "series" in left:
        left = {("value" if key == "series" else key): one for key, one in left.items()}
    return left


def own_unit(entries: Mapping[str, Plain]) -> str:
    """The unit that stands behind a number in the file."""
    text = entries.get("value")
    found = split(text) if isinstance(text, str) else None
    return found[1] if found else ""


def is_number_like(plain: Plain) -> bool:
    """Whether what a variant sets is a number with what is said of it."""
    if isinstance(plain, dict):
        return "value" in plain and set(plain) <= set(_TOLD) and isinstance(plain["value"], str)
    return isinstance(plain, str)


def number_cells(field: Field, plain: Plain, shown: Quantity | None) -> dict[str, Cell]:
    """A number as its cells.

    Args:
        field: Its key.
        plain: What the file says.
        shown: What the program knows of it beside its words; None: nothing.
    """
    heading = field.headings
    if field.kind == "any" and not is_number_like(plain):
        return {heading["value"]: None if plain is None else in_flow(plain)}
    entries, _style = apart(plain)
    cells: dict[str, Cell] = {}
    if not entries:
        return cells
    text, implied = entries.get("value"), entries.get("unit") or (shown.unit if shown else None)
    unit = implied if isinstance(implied, str) else ""
    computed = Computed(shown.value, shown.path) if shown and shown.path else None
    if field.kind == "opening":
        cells[heading["value"]] = text if isinstance(text, str) else None
    elif "series" in entries:
        cells[heading["value"]] = computed or SERIES_WORD
        cells[heading["formula"]] = SERIES_WORD
    elif isinstance(text, str) and text.lstrip().startswith("="):
        cells[heading["formula"]] = text
        cells[heading["value"]] = computed
    elif isinstance(text, str):
        found = split(text)
        if field.kind == "any" and found and figures(found[0]) != text[: len(figures(found[0]))]:
            found = None  # a code, and not a number
        words = as_text(text) if field.kind == "any" else text
        cells[heading["value"]] = found[0] if found else words
        unit = (found[1] or unit) if found else ""
        implied = unit or implied  # plain ends are in the unit that the value is written in
    if unit and "unit" in heading:
        cells[heading["unit"]] = unit
    ends = entries.get("range")
    for part, end in zip(("low", "high"), ends if isinstance(ends, list) else (), strict=False):
        is_month = field.kind == "opening" and isinstance(end, str)
        cells[heading[part]] = end if is_month else _end(end, unit, implied)  # type: ignore[assignment]
    cells |= _about_cells(field, entries)
    return {name: cell for name, cell in cells.items() if cell is not None}


def _end(end: Plain, unit: str, implied: Plain) -> Cell:
    """An end of a range: a number in the unit of the row, or a text with its own."""
    if not isinstance(end, str):
        return None
    found = split(end)
    if found is None:
        return end
    own = found[1] or (implied if isinstance(implied, str) else None)
    if own is None:
        return end if unit else found[0]
    return found[0] if own == unit else f"{end} {own}" if not found[1] and own else end


def _about_cells(field: Field, entries: Mapping[str, Plain]) -> dict[str, Cell]:
    """What is said of a number: its shape, grade, source, reason, and all that has no column."""
    cells: dict[str, Cell] = {
        field.headings[part]: told if isinstance(told, str) else in_flow(told)
        for part in _ABOUT
        if (told := entries.get(part)) is not None
    }
    more = {key: one for key, one in entries.items() if key not in _in_columns(field)}
    if more and "more" in field.headings:
        cells[field.headings["more"]] = in_flow(more)
    return cells | (label_cells(field.labels, entries.get("label")) if field.labels else {})


def _in_columns(field: Field) -> frozenset[str]:
    """Keys of a number that have a place of their own; `after` has it on the sheet of series."""
    return _COLUMNS | {"label"} if field.labels else _COLUMNS


class _Reading:
    """A number put together from the cells of a person's book."""

    def __init__(
        self, field: Field, book: Cells, written: Cells, before: Plain, *, unit: str | None
    ) -> None:
        self.field, self.implied = field, unit
        self.entries, self.style = apart(before)
        self.heading = field.headings
        self.book = {part: book.get(name) for part, name in self.heading.items()}
        was = {part: written.get(name) for part, name in self.heading.items()}
        self.differs = {part for part in self.heading if not same(self.book[part], was[part])}
        self.was_computed = isinstance(was.get("value"), Computed)

    def text(self, part: str) -> str | None:
        """The words in a cell; None: it is empty."""
        value = bare(self.book.get(part))
        form = forms.MONTH if self.field.kind == "opening" else forms.TEXT
        return None if value is None else worded(value, form)

    def number(self, part: str) -> str:
        """A number with its unit, as the file is to say it.

        Raises:
            SpellingError: It is none, or names another unit than its row was given.
        """
        value, unit = bare(self.book[part]), self.text("unit") or ""
        if self.field.kind == "opening":
            return _tidy(self.text(part) or "", forms.MONTH, self.heading[part])
        several = several_numbers(value) if isinstance(value, str) else None
        if several is not None and part == "value" and self.field.kind == "number":
            fix = _('write the likeliest value here, and the ends under its "low" and "high"')
            raise SpellingError(self.heading[part], several.what, fix)
        is_own = own_unit(self.entries) or self.was_computed or "unit" in self.differs
        attaches = "unit" not in self.entries and bool(is_own or unit != self.implied)
        is_new = "unit" in self.differs and bool(self.style)
        return in_unit(value, unit, self.heading[part], attaches=attaches, is_new_unit=is_new)

    def whole(self) -> Plain:
        """The number.

        Raises:
            SpellingError: A cell cannot be read.
        """
        self.take_value()
        self.take_range()
        for part in (one for one in _ABOUT if one in self.differs):
            told: Plain = self.text(part)
            if isinstance(told, str) and told.startswith("{"):
                if part == "distribution":
                    told = flow_plain(told, self.heading[part])
                elif part == "why":
                    told = _by_language(told)
            self.entries[part] = told
        self.take_more()
        labels = self.field.labels
        if any(one.part in self.differs for one in labels):
            named = {one.heading: self.book[one.part] for one in labels}
            self.entries["label"] = label_plain(labels, named, self.entries.get("label"))
        return together(self.entries, self.style)

    def take_value(self) -> None:
        formula = self.text("formula")
        if "formula" in self.differs and formula:
            if formula != SERIES_WORD:  # whose months stand on their own sheet
                self.replace_value(formula if formula.startswith("=") else f"= {formula}")
            return
        if self.was_computed and "value" not in self.differs:
            if "formula" in self.differs:
                what = _("the formula was taken out, and no number stands in its place")
                raise SpellingError(self.heading["formula"], what, _("write a number or a formula"))
            if "unit" in self.differs:
                what = _("the unit of this number follows from how it is computed")
                fix = _("write its unit again as it was, or a number in place of it")
                raise SpellingError(self.heading["unit"], what, fix)
            return
        if not {"value", "unit"} & self.differs:
            return
        if bare(self.book.get("value")) is None:
            self.entries.pop("value", None)
            self.entries.pop("series", None)
            if self.differs <= {"value"} and self.entries.keys() <= {"unit"}:
                self.entries.clear()
            return
        if "unit" in self.differs and "unit" in self.entries:
            self.entries["unit"] = self.text("unit")
        self.replace_value(self.number("value"))

    def replace_value(self, text: str) -> None:
        self.entries.pop("series", None)
        self.entries.pop("after", None)
        self.entries["value"] = text

    def take_range(self) -> None:
        moved = {"low", "high"} & self.differs
        is_moved = "unit" in self.differs and bool(self.style) and "range" in self.entries
        if not moved and not is_moved:
            return
        both = [bare(self.book.get(part)) for part in ("low", "high")]
        if both == [None, None]:
            self.entries.pop("range", None)
            return
        if None in both:
            part = "low" if both[0] is None else "high"
            what = _("a range has two ends, and this is empty")
            raise SpellingError(self.heading[part], what, _("write the other end, or empty both"))
        before = self.entries.get("range")
        old = before if isinstance(before, list) and len(before) == len(both) else [None, None]
        self.entries["range"] = [
            self.number(part) if is_moved or part in self.differs else old[at]
            for at, part in enumerate(("low", "high"))
        ]

    def take_more(self) -> None:
        if "more" not in self.differs:
            return
        told = self.text("more")
        more = flow_plain(told, self.heading["more"]) if told else {}
        if not isinstance(more, dict):
            raise _no_pairs(self.heading["more"], "{after: hold}")
        kept = _in_columns(self.field)
        self.entries = {key: one for key, one in self.entries.items() if key in kept} | more


def number_plain(
    field: Field, book: Cells, written: Cells, before: Plain, *, unit: str | None
) -> Plain:
    """A number from the cells of a person's book, in the words of the file where it can be.

    Args:
        field: Its key.
        book: Its cells as they stand in the book.
        written: As they would be written for what the file says; empty: a new row.
        before: What the file says; None: nothing.
        unit: Unit of a plain number; None: not known.

    Raises:
        SpellingError: A cell cannot be read.
    """
    if field.kind == "any":
        heading = field.columns[0].heading
        value = bare(book.get(heading))
        if is_flow(value) or isinstance(value, bool | date):
            for name in field.headings.values():
                if name != heading and not same(book.get(name), written.get(name)):
                    what = _('"{name}" takes no "{word}"').format(name=worded(value), word=name)
                    raise SpellingError(name, what, _("mend the cell, or empty it"))
            text = worded(value, forms.MONTH)
            return flow_plain(text, heading) if is_flow(value) else text
        if before is not None and not is_number_like(before):
            written, before = {}, None
    return _Reading(field, book, written, before, unit=unit).whole()
