"""The page of quantities of the reference in every language that has a catalog.

It is made from what the source declares.

    python -m tools.quantities
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from derbes.language import _, languages, spelled, use_language
from derbes.statements.expressions import SUMMARIES
from derbes.statements.terms import (
    LIMITS,
    QUANTITIES,
    SETS,
    Engine,
    Gives,
    QuantityEntry,
    SetEntry,
    Takes,
)

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_EXAMPLES = """
    leverage(russia, 2035-01, months=12) < 0.5 * leverage(russia, 2026-01, months=12)
    "0.9 bn USD" <= capital() <= "1.1 bn USD"
    all(has_home_source(g, 2027-01) for g in raw_inputs_of(round_152))
    not holds(F05) or opening(first_plant) <= 2027-12-31
"""


def page_of(code: str) -> Path:
    """Where the page in a language lies."""
    return REFERENCE / ("quantities.md" if code == "en" else f"quantities.{code}.md")


def texts() -> Iterator[str]:
    """What the page says beside what stands in this module."""
    for entry in (*QUANTITIES.values(), *SETS.values()):
        yield entry.says
    yield from (*SUMMARIES.values(), *LIMITS)
    for kind in (*Takes, *Gives, *Engine):
        yield kind.value


def _head() -> str:
    """What an expression is, and how it is written."""
    items = (
        _(
            "**Comparisons** `<`, `<=`, `>`, `>=`, `==`, `!=`, also chained; **arithmetic**"
            " `+ - * /` and `**` with a whole power of at most 4; **logic** `and`, `or`, "
            "`not`; brackets. Numbers that differ by less than a billionth of the larger one"
            " count as the same."
        ),
        _(
            "**Ids** of the case stand as they are: `russia`, `round_152`, `F05`. The id of"
            " a fact alone is its amount. A number of the case stands by its path, an assumption"
            " by its name, as in a formula: `uses.water.demand`."
        ),
        _(
            "**Months and days** stand as they are: `2035-01`, `2025-12-25`. To subtract "
            "one number from another, put spaces around the minus. `as_of` is the day asked "
            "about. A month counts as all its days: `date_of(F26) <= 2025-12` is true of the "
            "25th."
        ),
        _(
            "**Numbers with units** stand as in a case file, in quotes or without: `12 month`,"
            ' `0.9 bn USD`, `"500 t"`. A plain number counts in the unit of what it is compared '
            "with or added to; times are in months. In a product units of one kind count in the "
            "one that stands first: `500 kg / 1 t` is 0.5. Units that do not fit are refused."
        ),
        _('**true**, **false**; words are compared in quotes: `verdict(C45) == "holds"`.'),
        _(
            "**Sets**: `all(… for x in SET)`, `any`, `count`, `sum`, `min`, `max`, with "
            "`if` where wanted."
        ),
        _(
            "**What is missing** makes an expression neither true nor false, unless the "
            "rest decides it; the statement is then untestable, and the verdict names the "
            "key."
        ),
        _(
            "`sender` names an actor, and stands for the case's main measure where that is "
            "this actor's, else for its first embargo; `measure=` names another. A measure "
            "may also stand in its place. `months` is the length of the measure; without it, "
            "the case's main length."
        ),
        _("`variant=` looks at a variant of the case instead of the case as written."),
    )
    title = _("Quantities of expressions")
    about = _(
        "What `holds_if`, `condition`, `yes_if`, `no_if` and `void_if` may say. This page"
        " is made from the source by `make schema`. How to write a statement: "
        "[add-a-statement](../how-to/add-a-statement.md)."
    )
    what = _("An expression is true or false. Its language is that of formulas, with more words:")
    listed = "".join(f"* {item}\n" for item in items)
    return f"# {title}\n\n{about}\n\n{what}\n{_EXAMPLES}\n{listed}\n"


def quantities_page() -> str:
    """All quantities, sets and limits as a page, in the language in use."""
    quantities, sets = QUANTITIES.values(), SETS.values()
    sections = [
        _section(
            _(engine.value),
            (_("written as"), _("gives"), _("means")),
            [(f"`{e.signature}`", _gives(e), _(e.says)) for e in quantities if e.engine is engine],
        )
        for engine in Engine
    ]
    takes: dict[str, dict[str, None]] = {}
    declared = [*(entry.parameters for entry in quantities), *(entry.parameters for entry in sets)]
    for one in (parameter for parameters in declared for parameter in parameters):
        words = _(" or ").join(f"`{word}`" for word in one.choices)
        takes.setdefault(words or _(one.takes.value), {})[f"`{one.name}`"] = None
    sections += [
        _section(
            _("Parameters"),
            (_("takes"), _("parameters")),
            [(kinds, ", ".join(names)) for kinds, names in sorted(takes.items())],
        ),
        _section(
            _("Sets"),
            (_("set"), _("members"), _("means")),
            [(f"`{_written(entry)}`", _(entry.holds.value), _(entry.says)) for entry in sets],
        ),
        _section(
            _("Functions"),
            (_("function"), _("gives")),
            [(f"`{name}`", _(says)) for name, says in SUMMARIES.items()],
        ),
        _section(
            _("Limits"),
            (_("what"), _("at most")),
            [(_(what), spelled(f"{n:,}")) for what, n in LIMITS.items()],
        ),
    ]
    return _head() + "\n".join(sections)


def _section(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A title and a table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return f"## {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _gives(entry: QuantityEntry) -> str:
    if entry.words:
        return _("one of {words}").format(words=", ".join(f"`{word}`" for word in entry.words))
    if entry.gives is not Gives.NUMBER or not entry.unit:
        return _(entry.gives.value)
    unit = entry.unit.format(money=_("money"), good=_("unit"), own=_("its own unit"))
    return _("number [{unit}]").format(unit=unit)


def _written(entry: SetEntry) -> str:
    given = ", ".join(one.name for one in entry.parameters)
    return f"{entry.name}({given})" if given else entry.name


if __name__ == "__main__":
    for language in languages():
        use_language(language)
        page_of(language).write_text(quantities_page(), encoding="utf-8")
