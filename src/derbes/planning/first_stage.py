"""What may be decided: options, their dates and sizes, as columns.

What options cost, by the period in which it is paid.

Capital is spread evenly over the lead time, from the period of the decision on, and falls
into it where there is no lead time; all of it counts, also what is paid behind the
calendar. Running cost is paid from the effect to the end of the calendar.

Columns and rows of the first stage as values, and what is chosen at a point.

What may be decided: columns and rows of the first stage.

A column is an option at a date and a step of its size, or the choice of a date and the
part of the largest size. All columns lie between 0 and 1.

(M1) One choice: sum over dates and steps of z[o,d,n] <= 1, = 1 for what is committed; a
continuous size is at most largest z and at least smallest z.
(M2) What excludes or requires: z[a] + z[b] <= 1; at every date, what is chosen of a by
then is no more than what is chosen of b by then, b required by a. An option to enlarge a
plant that is itself to be built requires one of the options that build it.
(M3) Limits: at least <= sum of weight times size (or number of choices) <= at most.
(M4) Budget: payments as paid, not discounted, in all and by year, and their part in
foreign currency, are at most what is given.

Symbols: z choice, o option, d date, n step of the size.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.entities import Case
from derbes.case.options import Choice, Limit, Option, OptionKind
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray, Quantity
from derbes.lp.program import BoolArray
from derbes.model.compile import effect_period


def _at(quantity: Quantity | None, period: int) -> float:
    """Value in one period; 0 when there is none. [money]"""
    return 0.0 if quantity is None else float(quantity.over(period + 1)[period])


def pay_periods(case: Case) -> int:
    """Periods over which payments are listed: the calendar and the longest lead time."""
    latest = [
        effect_period(case, option, date)
        for option in case.options.values()
        for date in option.dates
    ]
    return max([case.calendar.n_periods, *(period + 1 for period in latest)])


def payments(case: Case, option: Option, date: int, *, fixed: float, size: float) -> FloatArray:
    """What a choice costs, by period, not discounted. (H,) [money]

    Args:
        case: The case.
        option: The option.
        date: Period of the decision.
        fixed: 1 when what is paid whatever the size counts, else 0.
        size: The size.
    """
    paid = np.zeros(pay_periods(case))
    n, effect = case.calendar.n_periods, effect_period(case, option, date)
    capital = fixed * _at(option.capital, date) + size * _at(option.capital_by_size, date)
    lead = max(effect - date, 1)
    paid[date : date + lead] += capital / lead
    if effect < n:
        step = float(case.calendar.step)
        for quantity, factor in ((option.running, fixed), (option.running_by_size, size)):
            if quantity is not None:
                paid[effect:n] += factor * step * quantity.over(n)[effect:]
    return paid


def foreign_share(option: Option) -> float:
    """Part of an option's payments in foreign currency."""
    return 0.0 if option.foreign_share is None else option.foreign_share.value


def discounted(case: Case, paid: FloatArray) -> float:
    """Worth of payments at the first period. [money]"""
    yearly = case.discount_rate.value if case.discount_rate else 0.0
    years = np.arange(len(paid)) * case.calendar.step / MONTHS_A_YEAR
    return float(paid @ (1.0 + yearly) ** -years)


def years(case: Case) -> list[int]:
    """Year in which each period of payment starts. (H,)"""
    return [case.calendar.month_of(period)[0] for period in range(pay_periods(case))]


STEP, CHOSEN, PART, INDICATOR = "step", "chosen", "part", "excuse"
CHOSEN_AT = 0.5
"""Value of a whole-numbered column from which it counts as chosen."""
SIZE_TOLERANCE = 1e-9
"""Part of the largest size up to which a continuous size is none."""


@dataclass(frozen=True, slots=True)
class FirstColumn:
    """One column: an option at a date."""

    kind: str
    """`step`: a size is chosen; `chosen`: a date is; `part`: part of the largest size at it;
    `indicator`: a draw in which a standard need not hold."""
    option: str = ""
    date: int = 0
    size: float = 0.0
    """Size when the column is 1."""
    standard: str = ""
    draw: int = -1

    @property
    def counts(self) -> bool:
        """Whether the option is chosen when the column is 1."""
        return self.kind in (STEP, CHOSEN)

    @property
    def name(self) -> str:
        """Name of the column, e.g. `north_6_s2`."""
        if self.kind == INDICATOR:
            return f"{self.standard}_draw{self.draw}"
        size = f"_{self.size:g}".replace(".", "p") if self.kind == STEP else ""
        part = "_part" if self.kind == PART else ""
        return f"{self.option}_{self.date}{size}{part}"


@dataclass(frozen=True, slots=True)
class FirstRow:
    """One row, with the requirement that it states."""

    kind: str
    """`one_choice`, `part_of`, `least_part`, `excludes`, `requires`, `limit`, `budget_total`,
    `budget_year`, `foreign_total`, `in_draws`."""
    subject: str
    """Option, limit, year or standard; two options are parted by a space."""
    lower: float
    upper: float

    @property
    def name(self) -> str:
        """Name for a reader, e.g. `budget 2027`, `option a excludes b`."""
        kind = {"budget_year": "budget", "budget_total": "budget"}.get(self.kind, self.kind)
        if self.kind in ("excludes", "requires"):
            one, other = self.subject.split(" ")
            return f"option {one} {self.kind} {other}"
        return f"{kind} {self.subject}".strip()


@dataclass(frozen=True, slots=True)
class FirstStage:
    """Columns and rows of what is decided before anything is seen."""

    columns: tuple[FirstColumn, ...]
    lower: FloatArray
    upper: FloatArray
    is_whole: BoolArray
    """Columns that must be whole numbers. (columns,)"""
    cost: FloatArray
    """Discounted cost of each column at 1, in the central case. (columns,) [money]"""
    paid: FloatArray
    """Payments of each column at 1, by period, not discounted. (columns, H) [money]"""
    foreign: FloatArray
    """The part of them in foreign currency. (columns, H) [money]"""
    rows: tuple[FirstRow, ...]
    matrix: sparse.csr_matrix
    """(rows, columns)"""

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.columns)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in a program."""
        return tuple(column.name for column in self.columns)

    @property
    def row_names(self) -> tuple[str, ...]:
        """Names of the rows in a program."""
        return tuple(row.name.replace(" ", "_") for row in self.rows)

    @property
    def row_lower(self) -> FloatArray:
        """(rows,)"""
        return np.array([row.lower for row in self.rows], dtype=np.float64)

    @property
    def row_upper(self) -> FloatArray:
        """(rows,)"""
        return np.array([row.upper for row in self.rows], dtype=np.float64)

    def choices(self, values: FloatArray) -> tuple[Choice, ...]:
        """What is chosen at a point, in the order of the case."""
        found = []
        parts = {
            (c.option, c.date): c.size * float(v)
            for c, v in zip(self.columns, values, strict=True)
            if c.kind == PART
        }
        for column, value in zip(self.columns, values, strict=True):
            key = (column.option, column.date)
            if column.kind == STEP and value > CHOSEN_AT:
                found.append(Choice(column.option, column.date, column.size))
            elif column.kind == CHOSEN:
                size = parts.pop(key)
                if value > CHOSEN_AT and (self._is_size(key, size) or self._is_asked(key[0])):
                    found.append(Choice(column.option, column.date, size))
        without = {key: size for key, size in parts.items() if self._is_size(key, size)}
        return (*found, *(Choice(o, d, size) for (o, d), size in without.items()))

    def values(self, choices: tuple[Choice, ...]) -> FloatArray:
        """The point at which some choices are made. (columns,)

        Raises:
            KeyError: A choice has no column: no such option, date or size.
        """
        values = np.zeros(self.n_columns)
        for choice in choices:
            at = [
                j
                for j, c in enumerate(self.columns)
                if (c.option, c.date) == (choice.option, choice.date)
                and (c.kind != STEP or np.isclose(c.size, choice.size))
            ]
            if not at:
                raise KeyError(f"{choice.option} at {choice.date} of size {choice.size}")
            for j in at:
                column = self.columns[j]
                values[j] = choice.size / column.size if column.kind == PART else 1.0
        return values

    def _is_size(self, key: tuple[str, int], size: float) -> bool:
        """Whether a size is more than the solver's rounding."""
        largest = max(c.size for c in self.columns if (c.option, c.date) == key)
        return size > SIZE_TOLERANCE * max(1.0, largest)

    def _is_asked(self, option: str) -> bool:
        """Whether an option is committed, so that it is chosen whatever its size."""
        return any(
            row.kind == "one_choice" and row.subject == option and row.lower > 0.0
            for row in self.rows
        )


def dates_of(case: Case, option: Option) -> tuple[int, ...]:
    """Dates of an option inside the calendar."""
    return tuple(date for date in option.dates if 0 <= date < case.calendar.n_periods)


def sizes_of(case: Case, option: Option) -> tuple[float, ...]:
    """Steps of the size; empty where any size will do.

    A plant is brought forward by whole periods, so these are steps too.
    """
    if option.sizes or option.kind is not OptionKind.BRING_FORWARD:
        return option.sizes
    step = float(case.calendar.step)
    first = max(1, int(np.ceil(option.smallest / step)))
    return tuple(step * n for n in range(first, int(option.largest // step) + 1))


def _is_named(case: Case, name: str) -> bool:
    """Whether a rule between options needs to know if one is chosen."""
    others = case.options.values()
    return (
        bool(case.options[name].excludes or case.options[name].requires)
        or any(name in (*other.excludes, *other.requires) for other in others)
        or any(limit.counts and name in limit.options for limit in case.limits.values())
    )


def needs_choice(case: Case, name: str) -> bool:
    """Whether a continuous option needs a yes or no beside its size."""
    option = case.options[name]
    fixed = (option.capital, option.running)
    return (
        option.smallest > 0
        or any(
            cost is not None and bool(np.any(cost.over(1 + max(option.dates)))) for cost in fixed
        )
        or len(dates_of(case, option)) > 1
        or option.committed
        or _is_named(case, name)
        or builds_for(case, option) != ()
        or (option.kind is OptionKind.BUILD and _is_enlarged(case, option))
    )


def builds_for(case: Case, option: Option) -> tuple[str, ...]:
    """Options that build the plant that an option enlarges."""
    if option.kind is not OptionKind.ENLARGE:
        return ()
    return tuple(
        name
        for name, other in case.options.items()
        if other.kind is OptionKind.BUILD and other.element == option.element
    )


def _is_enlarged(case: Case, option: Option) -> bool:
    return any(
        other.kind is OptionKind.ENLARGE and other.element == option.element
        for other in case.options.values()
    )


def option_columns(case: Case) -> list[FirstColumn]:
    """Columns of all options, in the order of the case."""
    columns = []
    for name, option in case.options.items():
        sizes = sizes_of(case, option)
        for date in dates_of(case, option):
            columns += [FirstColumn(STEP, name, date, size) for size in sizes]
            if sizes or option.kind is OptionKind.BRING_FORWARD:
                continue
            if needs_choice(case, name):
                columns.append(FirstColumn(CHOSEN, name, date))
            columns.append(FirstColumn(PART, name, date, option.largest))
    return columns


Factor = Callable[[FirstColumn], float]
"""Factor of each column in a row."""


class _Rows:
    """Rows while they are being collected."""

    def __init__(self, columns: list[FirstColumn]) -> None:
        self.columns = columns
        self.rows: list[FirstRow] = []
        self.lines: list[FloatArray] = []

    def add(self, row: FirstRow, factor: Factor) -> None:
        """Add a row; the factor of each column comes from a function."""
        self.rows.append(row)
        self.lines.append(np.array([factor(column) for column in self.columns], dtype=np.float64))

    def add_line(self, row: FirstRow, line: FloatArray) -> None:
        """Add a row with its factors."""
        self.rows.append(row)
        self.lines.append(line)


def chosen_by(name: str, date: float = np.inf) -> Factor:
    """1 for the columns that choose an option by a date."""
    return lambda column: float(column.counts and column.option == name and column.date <= date)


def _add_choices(rows: _Rows, case: Case) -> None:
    """(M1)"""
    for name, option in case.options.items():
        if any(column.counts and column.option == name for column in rows.columns):
            lower = 1.0 if option.committed else -np.inf
            rows.add(FirstRow("one_choice", name, lower, 1.0), chosen_by(name))
        chosen = {(c.option, c.date) for c in rows.columns if c.kind == CHOSEN}
        for date in dates_of(case, option):
            if (name, date) not in chosen:
                continue
            for kind, factor in _part_rows(option):
                rows.add(FirstRow(kind, name, -np.inf, 0.0), _by_kind((name, date), factor))


def _by_kind(at: tuple[str, int], factor: Mapping[str, float]) -> Factor:
    """A factor for each kind of an option's columns at a date."""
    return lambda column: factor[column.kind] if (column.option, column.date) == at else 0.0


def _sum(*factors: Factor) -> Factor:
    return lambda column: sum(one(column) for one in factors)


def _minus(one: Factor, other: Factor) -> Factor:
    return lambda column: one(column) - other(column)


def _part_rows(option: Option) -> list[tuple[str, dict[str, float]]]:
    found = [("part_of", {PART: 1.0, CHOSEN: -1.0})]
    if option.smallest > 0:
        least = option.smallest / option.largest
        found.append(("least_part", {PART: -1.0, CHOSEN: least}))
    return found


def _add_rules(rows: _Rows, case: Case) -> None:
    """(M2)"""
    pairs = set()
    for name, option in case.options.items():
        for other in option.excludes:
            if (other, name) not in pairs and other in case.options:
                pairs.add((name, other))
    for one, other in pairs_in_order(case, pairs):
        row = FirstRow("excludes", f"{one} {other}", -np.inf, 1.0)
        rows.add(row, _sum(chosen_by(one), chosen_by(other)))
    for name, option in case.options.items():
        needed = [(other,) for other in option.requires]
        builds = builds_for(case, option)
        for others in [*needed, *([builds] if builds else [])]:
            for date in dates_of(case, option):
                before = _sum(*(chosen_by(other, date) for other in others))
                row = FirstRow("requires", f"{name} {others[0]}", -np.inf, 0.0)
                rows.add(row, _minus(chosen_by(name, date), before))


def pairs_in_order(case: Case, pairs: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of options in the order of the case."""
    order = {name: position for position, name in enumerate(case.options)}
    return sorted(pairs, key=lambda pair: (order[pair[0]], order[pair[1]]))


def _number(quantity: Quantity | None, missing: float) -> float:
    return missing if quantity is None else quantity.value


def _add_limits(rows: _Rows, case: Case) -> None:
    """(M3)"""
    for name, limit in case.limits.items():
        lower, upper = _number(limit.at_least, -np.inf), _number(limit.at_most, np.inf)
        rows.add(FirstRow("limit", name, lower, upper), _weight_in(limit))


def _weight_in(limit: Limit) -> Factor:
    """Weight of a column in a limit: by its size, or counted."""

    def weight(column: FirstColumn) -> float:
        if column.option not in limit.options:
            return 0.0
        amount = float(column.counts) if limit.counts else column.size
        return limit.options[column.option].value * amount

    return weight


def _add_budget(rows: _Rows, case: Case, paid: FloatArray, foreign: FloatArray) -> None:
    """(M4)"""
    budget = case.budget
    if budget is None:
        return
    in_year = np.array(years(case))
    if budget.total is not None:
        row = FirstRow("budget_total", "", -np.inf, budget.total.value)
        rows.add_line(row, paid.sum(axis=1))
    for year, most in sorted(budget.by_year.items()):
        row = FirstRow("budget_year", str(year), -np.inf, most.value)
        rows.add_line(row, paid[:, in_year == year].sum(axis=1))
    if budget.foreign_total is not None:
        row = FirstRow("foreign_total", "", -np.inf, budget.foreign_total.value)
        rows.add_line(row, foreign.sum(axis=1))


def column_payments(case: Case, columns: list[FirstColumn]) -> tuple[FloatArray, FloatArray]:
    """Payments of the columns at 1, and their part in foreign currency. (columns, H) [money]"""
    n = pay_periods(case)
    paid, foreign = np.zeros((len(columns), n)), np.zeros((len(columns), n))
    for j, column in enumerate(columns):
        if column.option not in case.options:
            continue
        option = case.options[column.option]
        paid[j] = payments(case, option, column.date, fixed=float(column.counts), size=column.size)
        foreign[j] = foreign_share(option) * paid[j]
    return paid, foreign


def column_costs(case: Case, columns: list[FirstColumn]) -> FloatArray:
    """Discounted cost of the columns at 1. (columns,) [money]"""
    paid, _foreign = column_payments(case, columns)
    return np.array([discounted(case, one) for one in paid], dtype=np.float64)


def _weight_of(standard: str, weights: FloatArray) -> Factor:
    """Weight of the draw that a column excuses from a standard."""
    return lambda column: float(weights[column.draw]) if column.standard == standard else 0.0


def make_first_stage(case: Case, weights: FloatArray) -> FirstStage:
    """Columns and rows of a case's options.

    Args:
        case: The case with central values.
        weights: Weights of the draws that a standard may be excused in. (N,)
    """
    columns = option_columns(case)
    exempted = [
        (name, standard.in_draws.value)
        for name, standard in case.standards.items()
        if standard.in_draws is not None and standard.in_draws.value < 1.0
    ]
    columns += [
        FirstColumn(INDICATOR, standard=name, draw=i)
        for name, _ in exempted
        for i in range(len(weights))
    ]
    paid, foreign = column_payments(case, columns)
    rows = _Rows(columns)
    _add_choices(rows, case)
    _add_rules(rows, case)
    _add_limits(rows, case)
    _add_budget(rows, case, paid, foreign)
    for name, share in exempted:
        rows.add(FirstRow("in_draws", name, -np.inf, 1.0 - share), _weight_of(name, weights))
    n = len(columns)
    return FirstStage(
        columns=tuple(columns),
        lower=np.zeros(n),
        upper=np.ones(n),
        is_whole=np.array([column.kind != PART for column in columns], dtype=np.bool_),
        cost=np.array([discounted(case, one) for one in paid], dtype=np.float64),
        paid=paid,
        foreign=foreign,
        rows=tuple(rows.rows),
        matrix=sparse.csr_matrix(np.array(rows.lines).reshape(len(rows.rows), n)),
    )
