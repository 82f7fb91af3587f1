"""What choices cost when they are made, in every draw, and what happens in calm then."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from derbes.case.options import Choice
from derbes.case.quantity import FloatArray
from derbes.planning.decomposition.crew import Crew
from derbes.planning.decomposition.everywhere import LONG, Everyone, NestedSecond, Part, make_groups
from derbes.planning.decomposition.subproblem import solve_draws
from derbes.planning.program.figures import evaluation
from derbes.planning.program.prices import START, Prices
from derbes.planning.program.problem import PlanProblem, trunk_alone
from derbes.planning.program.solution import Evaluation, Trunk
from derbes.planning.program.supply.effects import write_out
from derbes.planning.program.supply.trunk import paid_abroad
from derbes.programs.calm import orders_before
from derbes.programs.layout import Layout

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
        with Crew(n_workers, executor) as crew, Everyone(crew, problem) as everyone:
            outcomes = everyone.at(values, FIRM)
    return evaluation(problem, values, [outcome.figures for outcome in outcomes], FIRM)


def columns_of(problem: PlanProblem, choices: Sequence[Choice] | FloatArray) -> FloatArray:
    """First-stage columns of choices."""
    if isinstance(choices, np.ndarray):
        return choices
    return problem.first.values(tuple(choices))


def trunk(problem: PlanProblem, choices: Sequence[Choice] | FloatArray, draw: int = 0) -> Trunk:
    """What happens in calm under fixed choices, in one draw; standards are met at all starts.

    Args:
        problem: The problem.
        choices: What is chosen, or the first-stage columns.
        draw: The draw.
    """
    values = columns_of(problem, choices)
    alone = replace(trunk_alone(problem), futures=problem.futures.chosen([draw]))
    known = make_groups(Part(alone, draw))[0].known
    columns = NestedSecond(known, FIRM).solve(0, values, look=LONG).trunk
    layout = known.stage.trunk.layout
    written = write_out(problem.futures.case_of(draw), problem.n_periods)
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
        money=_by_period(layout, known.draws[0].program.money, columns),
        abroad=abroad,
    )


def _by_period(layout: Layout, prices: FloatArray, columns: FloatArray) -> FloatArray:
    """Discounted money of the trunk, by period of the order or stock. (n,) [money]"""
    paid = prices[: layout.n_columns] * columns[: layout.n_columns]
    money = np.zeros(layout.n)
    for kind in ("order", "lot", "fresh", "unmet"):
        money += layout.column(kind).of(paid).sum(axis=0)
    return money
