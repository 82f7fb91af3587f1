"""A plan does not depend on the unit in which a good is counted."""

from dataclasses import replace

import pytest

from derbes.planning.optimum import solve_plan
from derbes.planning.problem import make_problem
from tests.planning.generated import small_case
from tests.properties.figures import times
from tests.properties.test_laws_units import in_unit, weighed


def counted(case, good, factor):
    """The case with a good in other units, and what options hold of it."""
    options = {
        name: replace(
            option,
            largest=option.largest * factor,
            capital_by_size=times(option.capital_by_size, 1 / factor),
        )
        if option.element == f"goods.{good}"
        else option
        for name, option in case.options.items()
    }
    return replace(in_unit(case, good, factor), options=options)


@pytest.mark.parametrize("good", ["shell", "body"])
@pytest.mark.parametrize("factor", [1e-9, 1e4, 1e9])
def test_the_unit_of_a_good_changes_no_plan(good, factor):
    case = weighed(small_case(0))
    plan = solve_plan(make_problem(case))
    other = solve_plan(make_problem(counted(case, good, factor)))
    assert other.feasible
    assert [(c.option, c.date) for c in other.choices] == [(c.option, c.date) for c in plan.choices]
    assert other.cost == pytest.approx(plan.cost, rel=1e-3)
