"""What options do: added to arrays, and the second way, written into the case (M5)."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.entities import Hit, Measure, MeasureKind
from derbes.case.options import Choice
from derbes.case.quantity import Quantity
from derbes.errors import RequestError
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.planning.effects import column_effects, draw_arrays
from derbes.planning.first_stage import STEP, FirstColumn
from derbes.planning.problem import make_problem
from tests.oracles.chosen_case import SPARED, chosen_case
from tests.planning.generated import small_case

Q = Quantity


def chosen_sets(case, seed):
    """A few sets of choices that may stand together."""
    rng = np.random.default_rng(seed)
    for _one in range(4):
        names = [n for n in case.options if n != "bought" and rng.uniform() < 0.6]
        if "build" in names and "enlarge" in names:
            names.remove("build")
        choices = []
        for name in names:
            option = case.options[name]
            sizes = option.sizes or (round(float(rng.uniform(0.3, option.largest)), 3),)
            choices.append(Choice(name, int(rng.choice(option.dates)), float(rng.choice(sizes))))
        yield tuple(choices)


def with_effects(case, choices, n_periods):
    """Arrays of the case with the effects of choices added."""
    problem = make_problem(replace(case, standards={}))
    written = draw_arrays(case, n_periods)
    arrays = written.arrays
    added = {
        "capacity": arrays.activities.capacity.copy(),
        "shared": arrays.shared_capacity.copy(),
        "hours": arrays.line_hours.copy(),
        "reserve": arrays.reserve.copy(),
    }
    values = problem.first.values(choices)
    for j in np.flatnonzero(values):
        for effect in column_effects(written, problem.first.columns[j]):
            if effect.kind in added:
                added[effect.kind][effect.row] += values[j] * effect.path
    return added, written.is_unlimited


@pytest.mark.parametrize("seed", range(4))
def test_m5_effects_are_the_arrays_of_the_case_with_the_choices_made(seed):
    case = small_case(seed)
    late = replace(case.plants["second"], delay=Q(float(seed)))
    case = replace(case, plants=case.plants | {"second": late})
    n = compile_case(case).n_periods
    for choices in chosen_sets(case, seed):
        added, is_unlimited = with_effects(case, choices, n)
        arrays = compile_case(chosen_case(case, choices), least_periods=n)
        np.testing.assert_allclose(arrays.line_hours, added["hours"], atol=1e-9)
        np.testing.assert_allclose(arrays.reserve, added["reserve"], atol=1e-9)
        np.testing.assert_allclose(arrays.shared_capacity, added["shared"], atol=1e-9)
        np.testing.assert_allclose(
            arrays.activities.capacity[~is_unlimited], added["capacity"][~is_unlimited], atol=1e-9
        )


def test_m5_a_supplier_that_is_bought_out_in_part_is_hit_in_part():
    case = small_case(0)
    made = chosen_case(case, (Choice("bought", 0, 0.5),))
    arrays = compile_case(made)
    names = list(arrays.activities.elements)
    rest = names.index("suppliers.bodies")
    spared = names.index(f"suppliers.bodies{SPARED}")
    whole = case.suppliers["bodies"].capacity.value
    assert arrays.activities.capacity[rest][:4] == pytest.approx([whole] * 3 + [0.5 * whole])
    assert arrays.activities.capacity[spared][:4] == pytest.approx([0.0] * 3 + [0.5 * whole])
    availability = compile_measure(made, arrays, "cut").availability
    assert availability[rest] == 0.0
    assert availability[spared] == 1.0


def test_what_only_an_option_opens_is_closed_without_it():
    case = small_case(0)
    arrays = compile_case(case)
    activities = arrays.activities
    closed = {
        *(k for k, e in enumerate(activities.elements) if e in ("suppliers.far", "recipes.forge")),
        *(k for k, route in enumerate(activities.routes) if route == "sea"),
        activities.names.index("make_second"),
    }
    for k in range(len(activities.names)):
        assert bool(activities.capacity[k].any()) == (k not in closed)
    assert not arrays.line_hours[arrays.lines.index("second_press")].any()


def test_an_option_for_what_another_opens_is_refused():
    case = small_case(0)
    earlier = replace(case.options["earlier"], element="plants.second", at_line=12)
    with pytest.raises(RequestError) as refused:
        make_problem(replace(case, options=case.options | {"earlier": earlier}))
    assert str(refused.value) == (
        "small: 1 problem\n"
        "  - line 12, options.earlier: plants.second is there only when an option opens it; it "
        "cannot be changed besides\n"
        "    fix: give the option that opens it more dates or sizes instead"
    )


def test_futures_that_differ_in_more_than_numbers_are_refused():
    case = small_case(0, n_scenarios=2)
    one = case.scenarios["s1"]
    fewer = {n: s for n, s in one.case.suppliers.items() if n != "shells"}
    changed = replace(one, case=replace(one.case, suppliers=fewer))
    with pytest.raises(RequestError) as refused:
        make_problem(replace(case, scenarios=case.scenarios | {"s1": changed}))
    assert str(refused.value) == (
        "small: 1 problem\n  - scenarios: the futures differ in more than numbers\n"
        "    fix: let scenarios set values only; elements that they remove can have no capacity"
    )


def test_arrays_as_written_and_with_everything_open_are_equally_long():
    """A plant that a measure delays and that ramps up slowly makes only the one of them longer."""
    case = small_case(0)
    hits = tuple(Hit(element=f"plants.{name}") for name in case.plants)
    delay = Measure(
        "stop", kind=MeasureKind.DELAY, sender="sender", hits=hits, lengths=(3,), by=Q(60.0)
    )
    second = replace(case.plants["second"], ramp=Q(90.0))
    case = replace(
        case, measures={**case.measures, "stop": delay}, plants={**case.plants, "second": second}
    )
    opened = replace(case, plants={**case.plants, "second": replace(second, ramp=None)})
    assert compile_case(opened).n_periods < compile_case(case).n_periods
    written = draw_arrays(case, 0)
    assert written.open_arrays.n_periods == written.arrays.n_periods
    for name, option in case.options.items():
        size = (option.sizes or (option.largest,))[0]
        column = FirstColumn(STEP, name, option.dates[0], size)
        assert {len(one.path) for one in column_effects(written, column)} == {
            written.arrays.n_periods
        }
