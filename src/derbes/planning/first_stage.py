"""What may be decided: options, their dates and sizes, and what they cost by period.

Capital is spread evenly over the lead time, from the period of the decision on, and falls
into it where there is no lead time; all of it counts, also what is paid behind the
calendar. Running cost is paid from the effect to the end of the calendar, and so is the
standing cost of a plant that is built or opened earlier. What is left of the capital at that
end, in a straight line over its life, lowers the cost of a choice, not its payments.

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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.entities import Case
from derbes.case.options import Choice, Limit, Option, OptionKind
from derbes.case.quantity import MONTHS_A_YEAR, Calendar, FloatArray, Quantity
from derbes.lp.program import BoolArray
from derbes.model.compile import PLANT_KINDS, effect_period, plant_openings


def pay_periods(case: Case) -> int:
    """Periods over which payments are listed: the calendar and the longest lead time."""
    dated = ((option, date) for option in case.options.values() for date in option.dates)
    ends = (effect_period(case, option, date) + 1 for option, date in dated)
    return max([case.calendar.n_periods, *ends])


def capital_of(case: Case, option: Option, date: int, *, fixed: float, size: float) -> FloatArray:
    """Capital of a choice over its lead time, at the exchange rate of each period. (lead,) [money]

    Arguments as of `payments`.
    """
    lead = max(effect_period(case, option, date) - date, 1)
    parts = ((option.capital, fixed), (option.capital_by_size, size))
    paid = (part * one.over(date + lead)[date:] for one, part in parts if one is not None)
    return np.asarray(sum(paid, np.zeros(lead)) / lead)


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
    capital = capital_of(case, option, date, fixed=fixed, size=size)
    paid[date : date + len(capital)] += capital
    if effect < n:
        step = float(case.calendar.step)
        for quantity, factor in ((option.running, fixed), (option.running_by_size, size)):
            if quantity is not None:
                paid[effect:n] += factor * step * quantity.over(n)[effect:]
    opens = option.kind in (OptionKind.BUILD, OptionKind.BRING_FORWARD)
    plant = case.plants[option.element.split(".", 1)[1]] if opens else None
    if plant is not None and plant.standing_cost is not None:
        # the standing cost of a plant that is built, or of the time by which it opens earlier
        by_period = float(case.calendar.step) * plant.standing_cost.over(n)
        for opening, part in plant_openings(case, option, Choice(option.id, date, size)):
            opened = slice(max(0, opening), n)
            paid[opened] += part * by_period[opened]
    return paid


def works_from(case: Case, option: Option, choice: Choice) -> int:
    """Period from which on a choice works; of a plant, that in which it opens. [period]"""
    if option.kind in PLANT_KINDS:
        return plant_openings(case, option, choice)[0][0]
    return effect_period(case, option, choice.date)


def left_of(life: Quantity | None, opening: int, calendar: Calendar) -> float:
    """Part of capital that is left at the end of the calendar: a straight line over its life.

    Nothing without a life; all of what opens later.

    Examples:
        >>> left_of(Quantity(240.0), 60, Calendar(2026, 1, 180))
        0.5
    """
    if life is None:
        return 0.0
    used = max(0, calendar.n_periods - opening) * float(calendar.step)
    return max(0.0, 1.0 - used / life.value)


def discount_at(case: Case, period: int) -> float:
    """Worth at the first period of money in another one."""
    yearly = case.discount_rate.value if case.discount_rate else 0.0
    return float((1.0 + yearly) ** -(period * float(case.calendar.step) / MONTHS_A_YEAR))


def residual_value(case: Case, option: Option, date: int, *, fixed: float, size: float) -> float:
    """What is left of an option's capital at the end of the calendar, discounted. [money]

    Arguments as of `payments`. What opens behind the calendar is worth its capital then.
    """
    life = option.life
    if life is None and option.kind is OptionKind.BUILD:
        life = case.plants[option.element.split(".", 1)[1]].life
    is_built, choice = option.kind is OptionKind.BUILD, Choice(option.id, date, size)
    opening = works_from(case, option, choice) if is_built else effect_period(case, option, date)
    capital = float(capital_of(case, option, date, fixed=fixed, size=size).sum())
    last = max(case.calendar.n_periods, opening)
    return capital * left_of(life, opening, case.calendar) * discount_at(case, last)


def choice_cost(case: Case, option: Option, date: int, *, fixed: float, size: float) -> float:
    """What a choice costs: payments less what is left of the capital, discounted. [money]

    Arguments as of `payments`.
    """
    paid = payments(case, option, date, fixed=fixed, size=size)
    return discounted(case, paid) - residual_value(case, option, date, fixed=fixed, size=size)


def foreign_share(option: Option) -> float:
    """Part of an option's payments in foreign currency."""
    return 0.0 if option.foreign_share is None else option.foreign_share.value


def discounted(case: Case, paid: FloatArray) -> float:
    """Worth of payments at the first period. [money]"""
    yearly = case.discount_rate.value if case.discount_rate else 0.0
    years = np.arange(len(paid)) * case.calendar.step / MONTHS_A_YEAR
    return float(paid @ (1.0 + yearly) ** -years)


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

    name: str
    """What it is of, and option, limit, year or standard, e.g. `budget 2027`, `option a excludes
    b`; the others are `one_choice`, `part_of`, `least_part`, `limit`, `foreign_total`,
    `in_draws`."""
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class FirstStage:
    """Columns and rows of what is decided before anything is seen."""

    columns: tuple[FirstColumn, ...]
    lower: FloatArray
    upper: FloatArray
    is_whole: BoolArray
    """Columns that must be whole numbers. (columns,)"""
    cost: FloatArray
    """Discounted cost of each column at 1, mean over the draws. (columns,) [money]"""
    foreign: FloatArray
    """Payments of each column at 1 in foreign currency, by period, not discounted.
    (columns, H) [money]"""
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
        """What is chosen at a point, in the order of the case.

        A continuous option of no size counts where it is committed, or where its choice costs
        something: then another option requires it, or a limit.
        """
        found, at = [], list(zip(self.columns, values, strict=True))
        committed = {row.name for row in self.rows if row.lower > 0.0}
        parts = {
            (column.option, column.date): (
                Choice(column.option, column.date, column.size * float(value)),
                value > SIZE_TOLERANCE,
            )
            for column, value in at
            if column.kind == PART
        }  # with whether the size is more than the solver's rounding
        for (column, value), cost in zip(at, self.cost, strict=True):
            if column.kind == STEP and value > CHOSEN_AT:
                found.append(Choice(column.option, column.date, column.size))
            elif column.kind == CHOSEN:
                choice, is_size = parts.pop((column.option, column.date))
                is_told = is_size or cost or one_choice(column.option) in committed
                if value > CHOSEN_AT and is_told:
                    found.append(choice)
        return (*found, *(choice for choice, is_size in parts.values() if is_size))

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


def dates_of(case: Case, option: Option) -> tuple[int, ...]:
    """Dates of an option inside the calendar."""
    return tuple(date for date in option.dates if 0 <= date < case.calendar.n_periods)


def needs_choice(case: Case, name: str) -> bool:
    """Whether a continuous option needs a yes or no beside its size."""
    option, others = case.options[name], case.options.values()
    fixed = (cost for cost in (option.capital, option.running) if cost is not None)
    return (
        option.smallest > 0
        or option.committed
        or len(dates_of(case, option)) > 1
        or any(bool(np.any(cost.over(1 + max(option.dates)))) for cost in fixed)
        or bool(option.excludes or option.requires)
        or any(name in (*other.excludes, *other.requires) for other in others)
        or any(limit.counts and name in limit.options for limit in case.limits.values())
        or any(name in builds_for(case, other) for other in others)
        or builds_for(case, option) != ()
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


def option_columns(case: Case) -> list[FirstColumn]:
    """Columns of all options, in the order of the case."""
    columns = []
    for name, option in case.options.items():
        for date in dates_of(case, option):
            columns += [FirstColumn(STEP, name, date, size) for size in option.sizes]
            if option.sizes:
                continue
            if needs_choice(case, name):
                columns.append(FirstColumn(CHOSEN, name, date))
            columns.append(FirstColumn(PART, name, date, option.largest))
    return columns


def one_choice(option: str) -> str:
    """Name of the row by which an option is chosen once at most."""
    return f"one_choice {option}"


Line = tuple[FirstRow, FloatArray]
"""A row with the factor of each column. (columns,)"""


def _choice_rows(case: Case, columns: Sequence[FirstColumn]) -> Iterator[Line]:
    """(M1), (M2)"""
    kinds, names = (
        np.array([getattr(column, what) for column in columns], dtype=np.str_)
        for what in ("kind", "option")
    )
    dates = np.array([column.date for column in columns], dtype=np.float64)
    counts = np.array([column.counts for column in columns], dtype=np.bool_)

    def chosen(name: str, by: float = np.inf) -> FloatArray:
        """1 for the columns that choose an option by a date."""
        return np.asarray(counts & (names == name) & (dates <= by), dtype=np.float64)

    for name, option in case.options.items():
        if chosen(name).any():
            lower = 1.0 if option.committed else -np.inf
            yield FirstRow(one_choice(name), lower, 1.0), chosen(name)
        for date in dates_of(case, option):
            at = (names == name) & (dates == date)
            choice, part = (np.where(at & (kinds == kind), 1.0, 0.0) for kind in (CHOSEN, PART))
            if choice.any():
                yield FirstRow(f"part_of {name}", -np.inf, 0.0), part - choice
                if option.smallest > 0:
                    least = option.smallest / option.largest
                    yield FirstRow(f"least_part {name}", -np.inf, 0.0), least * choice - part
    order, pairs = list(case.options), set[tuple[str, str]]()
    for name, option in case.options.items():
        pairs |= {(name, other) for other in option.excludes if (other, name) not in pairs}
    for one, other in sorted(pairs, key=lambda pair: tuple(map(order.index, pair))):
        row = FirstRow(f"option {one} excludes {other}", -np.inf, 1.0)
        yield row, chosen(one) + chosen(other)
    for name, option in case.options.items():
        needed = [(other,) for other in option.requires]
        builds = builds_for(case, option)
        for others in [*needed, *([builds] if builds else [])]:
            for date in dates_of(case, option):
                before = sum((chosen(other, date) for other in others), np.zeros(len(columns)))
                row = FirstRow(f"option {name} requires {others[0]}", -np.inf, 0.0)
                yield row, chosen(name, date) - before


def _amount_rows(
    case: Case, columns: Sequence[FirstColumn], paid: FloatArray, foreign: FloatArray
) -> Iterator[Line]:
    """(M3), (M4)"""

    def weight(limit: Limit, column: FirstColumn) -> float:
        if column.option not in limit.options:
            return 0.0
        amount = float(column.counts) if limit.counts else column.size
        return limit.options[column.option].value * amount

    for name, limit in case.limits.items():
        lower = -np.inf if limit.at_least is None else limit.at_least.value
        upper = np.inf if limit.at_most is None else limit.at_most.value
        line = np.array([weight(limit, column) for column in columns], dtype=np.float64)
        yield FirstRow(f"limit {name}", lower, upper), line
    budget, n = case.budget, paid.shape[1]
    in_year = np.array([case.calendar.month_of(period)[0] for period in range(n)])
    if budget is None:
        return
    if budget.total is not None:
        yield FirstRow("budget", -np.inf, budget.total.value), paid.sum(axis=1)
    for year, most in sorted(budget.by_year.items()):
        row = FirstRow(f"budget {year}", -np.inf, most.value)
        yield row, paid[:, in_year == year].sum(axis=1)
    if budget.foreign_total is not None:
        most = budget.foreign_total
        yield FirstRow("foreign_total", -np.inf, most.value), foreign.sum(axis=1)


def costs_in_draws(cases: Sequence[Case], columns: Sequence[FirstColumn]) -> FloatArray:
    """Discounted cost of the columns at 1 in each draw; computed once for what is the same.

    (N, columns) [money]
    """

    def cost(case: Case, column: FirstColumn) -> float:
        if column.option not in case.options:
            return 0.0
        terms = {"fixed": float(column.counts), "size": column.size}
        return choice_cost(case, case.options[column.option], column.date, **terms)

    known: dict[tuple[int, ...], FloatArray] = {}
    keys = [tuple(map(id, (one.options, one.discount_rate, one.plants))) for one in cases]
    for key, case in zip(keys, cases, strict=True):
        if key not in known:
            known[key] = np.array([cost(case, one) for one in columns])
    return np.array([known[key] for key in keys])


def make_first_stage(case: Case, cases: Sequence[Case], weights: FloatArray) -> FirstStage:
    """Columns and rows of a case's options.

    Args:
        case: The case with central values.
        cases: The case in each draw. (N,)
        weights: Weights of the draws, in some of which a standard may be excused. (N,)
    """
    columns = option_columns(case)
    shares = {
        name: standard.in_draws.value
        for name, standard in case.standards.items()
        if standard.in_draws is not None and standard.in_draws.value < 1.0
    }
    draws = range(len(weights))
    columns += [FirstColumn(INDICATOR, standard=name, draw=i) for name in shares for i in draws]
    paid, foreign = np.zeros((2, len(columns), pay_periods(case)))
    for j, column in enumerate(columns):
        if column.option in case.options:
            option, fixed = case.options[column.option], float(column.counts)
            paid[j] = payments(case, option, column.date, fixed=fixed, size=column.size)
            foreign[j] = foreign_share(option) * paid[j]
    lines = [*_choice_rows(case, columns), *_amount_rows(case, columns, paid, foreign)]
    for name, share in shares.items():
        line = [float(weights[c.draw]) if c.standard == name else 0.0 for c in columns]
        lines.append((FirstRow(f"in_draws {name}", -np.inf, 1.0 - share), np.array(line)))
    n = len(columns)
    return FirstStage(
        columns=tuple(columns),
        lower=np.zeros(n),
        upper=np.ones(n),
        is_whole=np.array([column.kind != PART for column in columns], dtype=np.bool_),
        cost=weights @ costs_in_draws(cases, columns),
        foreign=foreign,
        rows=tuple(row for row, _line in lines),
        matrix=sparse.csr_matrix(np.array([line for _row, line in lines]).reshape(len(lines), n)),
    )


def chance_indicators(first: FirstStage, draw: int) -> dict[str, int]:
    """Column that excuses a draw from each standard."""
    return {
        column.standard: j
        for j, column in enumerate(first.columns)
        if column.kind == INDICATOR and column.draw == draw
    }
