"""The page of all quantities, made from the catalog of expressions and from nothing else."""

import sys

from derbes.statements.expressions import SUMMARIES
from derbes.statements.terms import QUANTITIES, SETS, Engine, Gives, QuantityEntry, SetEntry
from derbes.statements.values import LIMITS

_HEAD = (
    "# Quantities of expressions\n"
    "\n"
    "What `holds_if`, `condition`, `yes_if`, `no_if` and `void_if` may say. This page"
    " is made from the source by `make schema`. How to write a statement: "
    "[add-a-statement](../how-to/add-a-statement.md).\n"
    "\n"
    "An expression is true or false, in the syntax of Python:\n"
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
    " a fact alone is its amount.\n"
    "* **Months and days** stand as they are: `2035-01`, `2025-12-25`. To subtract "
    "one number from another, put spaces around the minus. `as_of` is the day asked "
    "about. A month counts as all its days: `date_of(F26) <= 2025-12` is true of the "
    "25th.\n"
    '* **Numbers with units** stand in quotes, as in a case file: `"12 month"`, `"0.9'
    ' bn USD"`, `"500 t"`. A plain number counts in the unit of what it is compared '
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

_ENGINES = {
    Engine.LEDGER: "Ledger and facts",
    Engine.CASE: "The case as written",
    Engine.CALM: "The calm plan",
    Engine.COVER: "Survival",
    Engine.LEVERAGE: "Losses of both sides",
}


def quantities_page() -> str:
    """All quantities, sets and limits as a page."""
    parts = [_HEAD]
    for engine, title in _ENGINES.items():
        rows = "\n".join(_row(entry) for entry in QUANTITIES.values() if entry.engine is engine)
        parts.append(f"## {title}\n\n| quantity | gives | means |\n| --- | --- | --- |\n{rows}\n\n")
    parts.append(
        "## Parameters\n\n| takes | parameters |\n| --- | --- |\n" + _parameters() + "\n\n"
    )
    sets = "\n".join(_set_row(entry) for entry in SETS.values())
    parts.append(f"## Sets\n\n| set | members | means |\n| --- | --- | --- |\n{sets}\n\n")
    rows = "\n".join(f"| `{name}` | {says} |" for name, says in SUMMARIES.items())
    parts.append(f"## Functions\n\n| function | gives |\n| --- | --- |\n{rows}\n\n")
    rows = "\n".join(f"| {what} | {most:,} |" for what, most in LIMITS.items())
    parts.append(f"## Limits\n\n| what | at most |\n| --- | --- |\n{rows}\n")
    return "".join(parts)


def _row(entry: QuantityEntry) -> str:
    return f"| `{entry.signature}` | {_gives(entry)} | {entry.says} |"


def _gives(entry: QuantityEntry) -> str:
    if entry.words:
        return "one of " + ", ".join(f"`{word}`" for word in entry.words)
    if entry.gives is not Gives.NUMBER or not entry.unit:
        return entry.gives.value
    unit = entry.unit.format(money="money", good="unit", own="its own unit")
    return f"number [{unit}]"


def _parameters() -> str:
    found: dict[str, dict[str, None]] = {}
    declared = [entry.parameters for entry in QUANTITIES.values()]
    declared += [entry.parameters for entry in SETS.values()]
    for one in (parameter for parameters in declared for parameter in parameters):
        takes = " or ".join(f"`{word}`" for word in one.choices) or one.takes.value
        found.setdefault(takes, {})[f"`{one.name}`"] = None
    return "\n".join(f"| {takes} | {', '.join(names)} |" for takes, names in sorted(found.items()))


def _set_row(entry: SetEntry) -> str:
    given = ", ".join(one.name for one in entry.parameters)
    name = f"{entry.name}({given})" if given else entry.name
    return f"| `{name}` | {entry.holds.value} | {entry.says} |"


if __name__ == "__main__":
    sys.stdout.write(quantities_page())
