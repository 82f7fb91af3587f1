"""The page of quantities of the reference, from what the source declares.

python -m tools.quantities > docs/reference/quantities.md
"""

import sys
from collections.abc import Iterable, Sequence

from derbes.statements.expressions import SUMMARIES
from derbes.statements.terms import LIMITS, QUANTITIES, SETS, Engine, Gives, QuantityEntry, SetEntry

_PAGE_HEAD = (
    "# Quantities of expressions\n"
    "\n"
    "What `holds_if`, `condition`, `yes_if`, `no_if` and `void_if` may say. This page"
    " is made from the source by `make schema`. How to write a statement: "
    "[add-a-statement](../how-to/add-a-statement.md).\n"
    "\n"
    "An expression is true or false. Its language is that of formulas, with more words:\n"
    "\n"
    "    leverage(russia, 2035-01, months=12) < 0.5 * leverage(russia, 2026-01, months=12)\n"
    '    "0.9 bn USD" <= capital() <= "1.1 bn USD"\n'
    "    all(has_home_source(g, 2027-01) for g in raw_inputs_of(round_152))\n"
    "    not holds(F05) or opening(first_plant) <= 2027-12-31\n"
    "\n"
    "* **Comparisons** `<`, `<=`, `>`, `>=`, `==`, `!=`, also chained; **arithmetic**"
    " `+ - * /` and `**` with a whole power of at most 4; **logic** `and`, `or`, "
    "`not`; brackets. Numbers that differ by less than a billionth of the larger one"
    " count as the same.\n"
    "* **Ids** of the case stand as they are: `russia`, `round_152`, `F05`. The id of"
    " a fact alone is its amount. A number of the case stands by its path, an assumption by its"
    " name, as in a formula: `uses.water.demand`.\n"
    "* **Months and days** stand as they are: `2035-01`, `2025-12-25`. To subtract "
    "one number from another, put spaces around the minus. `as_of` is the day asked "
    "about. A month counts as all its days: `date_of(F26) <= 2025-12` is true of the "
    "25th.\n"
    "* **Numbers with units** stand as in a case file, in quotes or without: `12 month`, `0.9"
    ' bn USD`, `"500 t"`. A plain number counts in the unit of what it is compared '
    "with or added to; times are in months. Units that do not fit are refused.\n"
    '* **true**, **false**; words are compared in quotes: `verdict(C45) == "holds"`.\n'
    "* **Sets**: `all(… for x in SET)`, `any`, `count`, `sum`, `min`, `max`, with "
    "`if` where wanted.\n"
    "* **What is missing** makes an expression neither true nor false, unless the "
    "rest decides it; the statement is then untestable, and the verdict names the "
    "key.\n"
    "* `sender` names an actor, and stands for the case's main measure where that is "
    "this actor's, else for its first embargo; `measure=` names another. A measure "
    "may also stand in its place. `months` is the length of the measure; without it, "
    "the case's main length.\n"
    "* `variant=` looks at a variant of the case instead of the case as written.\n"
    "\n"
)


def quantities_page() -> str:
    """All quantities, sets and limits as a page."""
    quantities, sets = QUANTITIES.values(), SETS.values()
    sections = [
        _section(
            f"{engine} | quantity | gives | means",
            [(f"`{e.signature}`", _gives(e), e.says) for e in quantities if e.engine is engine],
        )
        for engine in Engine
    ]
    takes: dict[str, dict[str, None]] = {}
    declared = [*(entry.parameters for entry in quantities), *(entry.parameters for entry in sets)]
    for one in (parameter for parameters in declared for parameter in parameters):
        kinds = " or ".join(f"`{word}`" for word in one.choices) or one.takes.value
        takes.setdefault(kinds, {})[f"`{one.name}`"] = None
    sections += [
        _section(
            "Parameters | takes | parameters",
            [(kinds, ", ".join(names)) for kinds, names in sorted(takes.items())],
        ),
        _section(
            "Sets | set | members | means",
            [(f"`{_written(entry)}`", entry.holds.value, entry.says) for entry in sets],
        ),
        _section(
            "Functions | function | gives",
            [(f"`{name}`", says) for name, says in SUMMARIES.items()],
        ),
        _section("Limits | what | at most", [(what, f"{n:,}") for what, n in LIMITS.items()]),
    ]
    return _PAGE_HEAD + "\n".join(sections)


def _section(head: str, rows: Iterable[Sequence[str]]) -> str:
    """A title and a table; the head names both, with a bar between."""
    title, *columns = head.split(" | ")
    lines = [columns, ["---"] * len(columns), *rows]
    return f"## {title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _gives(entry: QuantityEntry) -> str:
    if entry.words:
        return "one of " + ", ".join(f"`{word}`" for word in entry.words)
    if entry.gives is not Gives.NUMBER or not entry.unit:
        return entry.gives.value
    return f"number [{entry.unit.format(money='money', good='unit', own='its own unit')}]"


def _written(entry: SetEntry) -> str:
    given = ", ".join(one.name for one in entry.parameters)
    return f"{entry.name}({given})" if given else entry.name


if __name__ == "__main__":
    sys.stdout.write(quantities_page())
