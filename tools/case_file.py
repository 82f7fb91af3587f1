"""The reference page of the case file in every language that has a catalog.

It is made from the forms and docstrings of the keys.

    python -m tools.case_file
"""

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from derbes.case import forms
from derbes.case.entities import CapitalPayment, Case, Hit
from derbes.case.ledger import Judgement
from derbes.case.options import Budget, Risk
from derbes.case.quantity import Element
from derbes.case.uncertainty import Correlation, ReferenceProject
from derbes.casefile.entries import SECTIONS, keys_of
from derbes.casefile.files import ALLOWANCE, MOST_MEGABYTES, MOST_VALUES
from derbes.casefile.reference import docs_of, translated, written_as
from derbes.language import FORMS, _, languages, spelled, use_language
from derbes.unit_names import DAYS_A_MONTH, spellings
from derbes.units import LARGEST, SMALLEST

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def page_of(code: str) -> Path:
    """Where the page in a language lies."""
    return REFERENCE / ("case-file.md" if code == "en" else f"case-file.{code}.md")


def _within(form: forms.Form) -> Iterator[forms.Form]:
    """A form, and those of what stands in it."""
    yield form
    if isinstance(form, forms.MapForm):
        yield from _within(form.key)
    if isinstance(form, forms.ListForm | forms.MapForm):
        yield from _within(form.item)


def models() -> tuple[type, ...]:
    """All classes whose keys a case file may hold."""
    found: list[type] = [Case, forms.WrittenQuantity, Element, *SECTIONS.values()]
    for model in found:  # which grows by what is found in it
        inner = (form for key in keys_of(model).values() for form in _within(key.form))
        parts = dict.fromkeys(form.of for form in inner if isinstance(form, forms.PartForm))
        found += [one for one in parts if one not in found]
    return tuple(found)


def ways_to_write() -> Iterator[str]:
    """What page and messages say of how keys are written, beside what `written_as` says."""
    for key in (key for model in models() for key in keys_of(model).values()):
        told = [key.shown]
        for form in _within(key.form):
            if isinstance(form, forms.TextForm):
                told += [form.page, form.unknown]
        yield from filter(None, told)


def reference_page() -> str:
    """The reference page of the case file, as Markdown."""
    parts = [
        _heading("#", _("The case file")),
        "<!-- Made by `make schema` from the docstrings of the keys in src/derbes/case. -->\n",
        *_introduction(),
        _heading("##", _("Top of the file")),
        _table(Case),
        *_part("calendar", forms.WrittenCalendar),
        *_part("currency", forms.WrittenCurrency),
        *_part("budget", Budget),
        *_part("risk", Risk),
        *_part("correlations", Correlation),
        _heading("##", _("Quantities")),
        _paragraph(translated(forms.WrittenQuantity.__doc__)),
        _table(forms.WrittenQuantity),
        *_part(_("A month of a series"), forms.WrittenMonth),
        *_part("distribution", forms.WrittenDistribution),
        _heading("###", _("Units")),
        *_units(),
        _unit_table(),
        _heading("##", _("Every element")),
        _table(Element),
    ]
    for section, model in SECTIONS.items():
        parts += [f"## {section}\n", _paragraph(translated(model.__doc__)), _table(model, Element)]
        for name, inner in _INNER.get(section, ()):
            parts += _part(f"{section}: {name}", inner)
    return "\n".join(parts).rstrip() + "\n"


_INNER: Mapping[str, tuple[tuple[str, type], ...]] = {
    "plants": (("opening", forms.WrittenOpening), ("capital", CapitalPayment)),
    "measures": (("hits", Hit),),
    "options": (("size", forms.WrittenSize), ("dates", forms.WrittenDates)),
    "reference_classes": (("projects", ReferenceProject),),
    "statements": (("judges", Judgement), ("resolution", forms.WrittenResolution)),
}


def _introduction() -> list[str]:
    paragraphs = [
        _(
            "A case is one YAML file, or a folder with a `case.yaml` that includes others. Every "
            "value is read as the text that stands there; the key decides what it means, so `NO` "
            "stays a text and `010121` keeps its zero. Ids are words of Latin letters, digits and "
            "`_`; labels are free text. Months are written `2027-07`, of years from 1000 to 2999. "
            "A key that is not listed here is refused."
        ),
        _(
            "A text for a reader is one text, or texts by language: `{{en: Russia, ru: Россия}}`. "
            "A page takes the one in its own language, else the one in English, else the first, "
            "and says so where it is in another. Where a language bends words, the forms may "
            "stand beside: `ru_gen: России`. The cases are {cases}."
        ).format(cases=", ".join(f"`{case}`" for case in FORMS)),
        _(
            "No time is longer than {months} months. A number is at most {largest:g} in size and, "
            "where it is not 0, at least {smallest:g}, in the unit of its key. Control characters "
            "and signs that turn the direction of writing cannot stand in a text. A case holds at "
            "most {values} values, in files of {megabytes} MB together; the environment "
            "variable `{variable}` allows more megabytes."
        ).format(
            months=forms.MOST_MONTHS,
            largest=LARGEST,
            smallest=SMALLEST,
            values=spelled(f"{MOST_VALUES:,}"),
            megabytes=MOST_MEGABYTES,
            variable=ALLOWANCE,
        ),
    ]
    return [_paragraph(one) for one in paragraphs]


def _units() -> list[str]:
    paragraphs = [
        _(
            "A number may come with its unit, in English, Russian or Kazakh: `70 round/month`, "
            "`1,5 млн тенге`, `120 т/мес.`, `4 ай`, `15 %`. A comma or a point stands before "
            "decimals, a space or an apostrophe between thousands, or the other of the two marks "
            "(`1.234,5`, `1,234,567`). What can be read in two ways is refused: `1,200 t` and "
            "`1.200 t` alike, whereas `1.200` alone is a number of YAML. Footnotes, ranges "
            '(`1000-1200 t`) and words for "not known" are refused with the way to write them. In '
            "braces and square brackets YAML parts at commas: a number with a decimal comma is put "
            "in quotes there."
        ),
        _(
            "A month is {days} days, a quarter 3 months, a year 12. Money in another currency "
            "needs a rate under `currency`. Any other ASCII word is a unit of its own when a good "
            "names it."
        ).format(days=spelled(f"{DAYS_A_MONTH}")),
        _(
            "In the tables below `good` stands for the unit of the good, `money` for the base "
            "currency."
        ),
    ]
    return [_paragraph(one) for one in paragraphs]


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 98, break_long_words=False, break_on_hyphens=False) + "\n"


def _part(title: str, model: type) -> list[str]:
    return [f"### {title}\n", _paragraph(translated(model.__doc__)), _table(model)]


def _heading(signs: str, text: str) -> str:
    return f"{signs} {text}\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _table(model: type, without: type | None = None) -> str:
    rows = [_row(_("key"), _("needed"), _("written as"), _("meaning")), _row(*["---"] * 4)]
    about = docs_of(model)
    left_out = keys_of(without) if without is not None else {}
    for key in keys_of(model).values():
        if key.key not in left_out:
            needed = _("yes") if key.is_needed else ""
            meaning = translated(about[key.name])
            form = _(key.shown) if key.shown else written_as(key.form)
            rows.append(_row(f"`{key.key}`", needed, form, meaning))
    return "\n".join(rows) + "\n"


def _unit_table() -> str:
    kinds: dict[str, list[str]] = {}
    for unit in spellings().values():
        if not unit.kind.isupper() and unit.name not in kinds.setdefault(unit.kind, []):
            kinds[unit.kind].append(unit.name)
    words = {
        "": _("share"),
        "count": _("count"),
        "energy": _("energy"),
        "mass": _("mass"),
        "time": _("time"),
        "volume": _("volume"),
    }
    rows = [_row(_("what is measured"), _("units")), _row("---", "---")]
    rows += [
        _row(words[kind], ", ".join(f"`{name}`" for name in names))
        for kind, names in kinds.items()
        if names
    ]
    codes = _("ISO codes such as {codes}; {signs}, тенге, рубль")
    codes = codes.format(codes="`USD`, `KZT`", signs="`$`, `€`, `₸`, `₽`")
    rows.append(_row(_("money"), codes))
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    for language in languages():
        use_language(language)
        page_of(language).write_text(reference_page(), encoding="utf-8")
