"""The first sheet of a book: what it is, how to work in it, and how to bring it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derbes.language import _
from derbes.version import VERSION
from derbes.workbook.layout import TOP, layouts
from derbes.workbook.writing import Page, quoted


@dataclass(frozen=True, slots=True)
class Explained:
    """What the first sheet tells of its book."""

    title: str
    footer: str
    about: Mapping[str, str]
    """What the book says of itself."""
    shown: Sequence[str]
    """Sheets in sight."""
    hidden: Sequence[str]
    files: str


def told_of(name: str, about: str) -> str:
    """What a sheet is."""
    if name == TOP:
        return _("What stands at the top of the case: one row for each key.")
    text = " ".join(about.split())
    return _(text) if text else ""


def explain(page: Page, of: Explained) -> None:
    """The first sheet: what this is, how to work in it, and how to bring it back."""
    page.width(0, 0, 26.0)
    page.width(1, 1, 100.0)
    page.color("#35506b")
    page.write(0, 0, of.title, "title")
    lines = [_purpose(), *_how()]
    for at, text in enumerate(lines, 2):
        page.merge(at, 0, 1, text=text, look="wrap text")
        page.height(at, 1 + len(text) // 115)
    at = 3 + len(lines)
    for value, look, told in (
        (_("yellow"), "text input", _("for you to change")),
        (_("grey"), "text computed", _("follows from other cells; change those, or its formula")),
    ):
        page.write(at, 0, value, look)
        page.write(at, 1, told)
        at += 1
    at += 1
    at = _facts(page, of, at)
    page.write(at, 0, _("Sheets"), "bold")
    meant = {layout.name: told_of(layout.name, layout.about) for layout in layouts()}
    for name in of.shown:
        at += 1
        page.link(at, 0, f"{quoted(name)}!A1", text=name)
        page.write(at, 1, meant[name], "text quiet")
    if of.hidden:
        at += 2
        page.merge(at, 0, 1, text=_hidden(of.hidden), look="about")
        page.height(at, 1 + len(_hidden(of.hidden)) // 115)
    page.print_as(of.title, of.footer, (at, 1), is_wide=False)


def _facts(page: Page, of: Explained, at: int) -> int:
    """Of which case a book is, and of when; the row behind."""
    facts = [
        (_("Case"), of.about["name"] or _("a new case")),
        (_("Files"), of.files),
        (_("Written"), of.about["date"]),
        (_("By"), f"derbes {VERSION}"),
        (_("Digest of the case"), of.about["digest"]),
    ]
    for name, value in facts:
        if value:
            page.write(at, 0, name, "bold")
            page.write(at, 1, value, "text")
            page.height(at, 1 + len(value) // 95)
            at += 1
    return at + 1


def _purpose() -> str:
    return _(
        "This workbook holds all that a derbes case is made of: the numbers, where they come "
        "from, and what else is said. Change what you know better, and bring it back."
    )


def _how() -> tuple[str, ...]:
    return (
        _("To bring it back: derbes import-excel THIS_BOOK.xlsx --case CASE. It shows each number "
          "that changes before anything is written; what you did not touch stays as it is, to the "
          "byte."),
        _("A row is an element; a new row at the end is a new element, with an id in Latin "
          "letters. A row that you delete is asked about. The headings tell one column from "
          "another: leave them as they are. Point at a heading to see what it means."),
        _("A number takes several columns: value, unit, low and high (what is thought possible), "
          "grade (A official, B published, C derived, D assumed), source, why. Columns that hold "
          "nothing are folded away: the plus above the sheet shows them."),
        _("Numbers by date stand on the sheet \"series\", a column a month. Several words in one "
          "cell are parted by a semicolon. What stands in braces or brackets is YAML: keep them "
          "as they are."),
        _("An empty cell says that nothing is known or given; it is never zero. To say that a "
          "number is known to be unknown, write: missing."),
    )  # fmt: skip


def _hidden(names: Sequence[str]) -> str:
    return _(
        "Sheets of what this case does not have are hidden; right-click on any sheet's name and "
        "choose Unhide to begin one: {names}."
    ).format(names=", ".join(names))
