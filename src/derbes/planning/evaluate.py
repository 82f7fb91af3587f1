"""What choices cost when they are made, in every draw, and what happens in calm then."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from derbes.case.options import Choice
from derbes.case.quantity import FloatArray
from derbes.model.arrays import ActivityKind
from derbes.parallel import Crew
from derbes.planning.base_course import paid_abroad
from derbes.planning.effects import Written, write_out
from derbes.planning.problem import (
    CONTRACTS,
    EXPORTS,
    PURCHASES,
    RECIPES,
    SHORTAGE,
    START,
    STORAGE,
    Evaluation,
    PlanProblem,
    Prices,
    Trunk,
    evaluation,
    trunk_alone,
)
from derbes.planning.recourse_solver import NestedSecond
from derbes.planning.root import solve_draws
from derbes.planning.scenario_groups import make_groups
from derbes.planning.scenarios import Scenarios
from derbes.supply.baseline import orders_before
from derbes.supply.network import Layout, unit_values
from derbes.supply.objective import stock_values

FIRM = Prices(hard=START.hard * 1e3, soft=START.soft * 1e2)
"""Prices where nothing but supply is left to decide: what can be met is met."""


def evaluate(
    problem: PlanProblem,
    choices: Sequence[Choice] | FloatArray,
    *,
    n_workers: int = 1,
    executor: Executor | None = None,
) -> Evaluation:
    """Cost and shortfalls of fixed choices in every draw.

    Standards are met at the program's starts, or at all where the program is not stated.

    Args:
        problem: The problem.
        choices: What is chosen, or the first-stage columns.
        n_workers: Processes, when no executor is given.
        executor: Any `concurrent.futures` executor to use instead.

    Raises:
        KeyError: A choice has no column: no such option, date or size.
    """
    values = columns_of(problem, choices)
    if problem.programs:
        outcomes = solve_draws(problem.second, problem.programs, values, prices=FIRM)
    else:
        problem = trunk_alone(problem)
        with Crew(n_workers, executor) as crew, Scenarios(crew, problem) as everyone:
            outcomes = everyone.at(values, FIRM)
    return evaluation(problem, values, [outcome.figures for outcome in outcomes], FIRM)


def columns_of(problem: PlanProblem, choices: Sequence[Choice] | FloatArray) -> FloatArray:
    """First-stage columns of choices."""
    if isinstance(choices, np.ndarray):
        return choices
    return problem.first.values(tuple(choices))


def trunk(
    problem: PlanProblem,
    choices: Sequence[Choice] | FloatArray,
    draw: int = 0,
    *,
    prices: Prices = FIRM,
) -> Trunk:
    """What happens in calm under fixed choices, in one draw; standards are met at all starts.

    Of all courses that cost the least it is the one with the least stock over time, each
    good at its unit value, so that nothing is bought before it is needed and what is paid
    in a year does not hang on how a solver breaks ties.

    Args:
        problem: The problem.
        choices: What is chosen, or the first-stage columns.
        draw: The draw.
        prices: Prices of what falls short; those of a plan give the course that it costs.
    """
    values = columns_of(problem, choices)
    alone = replace(trunk_alone(problem), futures=problem.futures.chosen([draw]))
    group = make_groups(alone, draw)[0]
    layout, program = group.stage.trunk.layout, group.draws[0]
    written = write_out(problem.futures.case_of(draw), problem.n_periods)
    second = NestedSecond(group, prices)
    columns = second.least_stock(0, values, _holding(layout, written, len(program.money)))
    orders = layout.column("order").of(columns)
    bought, money, _years = paid_abroad(written, layout.n)
    when = np.arange(layout.n) + written.arrays.activities.lead_times[bought, None]
    abroad = np.zeros(layout.n)
    inside = when < layout.n
    np.add.at(abroad, when[inside], (money * orders[bought])[inside])
    return Trunk(
        orders=orders,
        opening=orders_before(written.arrays),
        lots=layout.column("lot").of(columns),
        fresh=layout.column("fresh").of(columns),
        unmet=layout.column("unmet").of(columns),
        money=_by_period(layout, program.money, columns),
        abroad=abroad,
        items=_items(layout, written, program.money * columns),
        options=float(program.option_cost @ values),
    )


def _holding(layout: Layout, written: Written, n_columns: int) -> FloatArray:
    """What counts as stock: each good at its unit value, by column and period. (columns,)"""
    arrays, costs = written.arrays, np.zeros(n_columns)
    worth = unit_values(arrays)
    own = costs[: layout.n_columns]
    of_lots, of_fresh = stock_values(arrays, layout.start, worth)
    layout.column("lot").of(own)[:] = of_lots[:, None]
    layout.column("fresh").of(own)[:] = of_fresh[:, None]
    return costs / max(float(worth.max(initial=0.0)), 1e-300)


def _items(layout: Layout, written: Written, paid: FloatArray) -> dict[str, float]:
    """Discounted money of supply by what it is for. [money]"""
    own = paid[: layout.n_columns]
    kinds = written.arrays.activities.kinds
    flows = layout.column("order").of(own).sum(axis=1)
    found = {
        PURCHASES: flows[kinds == ActivityKind.PURCHASE].sum(),
        RECIPES: flows[kinds == ActivityKind.RECIPE].sum(),
        EXPORTS: flows[kinds == ActivityKind.EXPORT].sum(),
        STORAGE: layout.column("lot").of(own).sum() + layout.column("fresh").of(own).sum(),
        SHORTAGE: layout.column("unmet").of(own).sum(),
        CONTRACTS: paid[layout.n_columns :].sum(),
    }
    return {name: float(money) for name, money in found.items()}


def _by_period(layout: Layout, prices: FloatArray, columns: FloatArray) -> FloatArray:
    """Discounted money of the trunk, by period of the order or stock. (n,) [money]"""
    paid = prices[: layout.n_columns] * columns[: layout.n_columns]
    money = np.zeros(layout.n)
    for kind in ("order", "lot", "fresh", "unmet"):
        money += layout.column(kind).of(paid).sum(axis=0)
    return money
