r"""What may be decided: columns and rows of the first stage.

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

import numpy as np
from scipy import sparse

from derbes.case.entities import Case
from derbes.case.options import Limit, Option
from derbes.case.quantity import FloatArray, Quantity
from derbes.planning.program.decisions import payments
from derbes.planning.program.decisions.columns import builds_for, dates_of, option_columns
from derbes.planning.program.decisions.stage import (
    CHOSEN,
    EXCUSE,
    PART,
    FirstColumn,
    FirstRow,
    FirstStage,
)

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
    in_year = np.array(payments.years(case))
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
    n = payments.pay_periods(case)
    paid, foreign = np.zeros((len(columns), n)), np.zeros((len(columns), n))
    for j, column in enumerate(columns):
        if column.option not in case.options:
            continue
        option = case.options[column.option]
        paid[j] = payments.payments(
            case, option, column.date, fixed=float(column.counts), size=column.size
        )
        foreign[j] = payments.foreign_share(option) * paid[j]
    return paid, foreign


def column_costs(case: Case, columns: list[FirstColumn]) -> FloatArray:
    """Discounted cost of the columns at 1. (columns,) [money]"""
    paid, _foreign = column_payments(case, columns)
    return np.array([payments.discounted(case, one) for one in paid], dtype=np.float64)


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
    excused = [
        (name, standard.in_draws.value)
        for name, standard in case.standards.items()
        if standard.in_draws is not None and standard.in_draws.value < 1.0
    ]
    columns += [
        FirstColumn(EXCUSE, standard=name, draw=i)
        for name, _ in excused
        for i in range(len(weights))
    ]
    paid, foreign = column_payments(case, columns)
    rows = _Rows(columns)
    _add_choices(rows, case)
    _add_rules(rows, case)
    _add_limits(rows, case)
    _add_budget(rows, case, paid, foreign)
    for name, share in excused:
        rows.add(FirstRow("in_draws", name, -np.inf, 1.0 - share), _weight_of(name, weights))
    n = len(columns)
    return FirstStage(
        columns=tuple(columns),
        lower=np.zeros(n),
        upper=np.ones(n),
        is_whole=np.array([column.kind != PART for column in columns], dtype=np.bool_),
        cost=np.array([payments.discounted(case, one) for one in paid], dtype=np.float64),
        paid=paid,
        foreign=foreign,
        rows=tuple(rows.rows),
        matrix=sparse.csr_matrix(np.array(rows.lines).reshape(len(rows.rows), n)),
    )
