"""Laws of the policy, over random cases of every kind."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray, Quantity
from derbes.lp.lexicographic import solve_levels
from derbes.lp.program import LinearProgram
from derbes.model.arrays import CaseArrays, MeasureArrays, MeasureRun, State
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.simulation import BranchRun, simulate_branch
from derbes.supply.baseline import CalmSolution, solve_calm, state_at
from derbes.supply.bounds import window_bounds
from derbes.supply.network import make_layout, supply_matrix
from tests.oracles.feasibility import feasibility_residual
from tests.properties.random_cases import cases_of_every_kind

START = 2
AFTER = 10
"""Periods that are looked at behind a measure. [period]"""
CLOSE = 1e-6
"""Relative: the certificate's residual of the calm plan that is followed."""


@dataclass(frozen=True)
class Struck:
    """A case, its calm plan, and a measure that strikes."""

    arrays: CaseArrays
    calm: CalmSolution
    measure: MeasureArrays
    state: State
    start: int
    length: int
    n_periods: int

    def run(self, **other: object) -> BranchRun:
        """The branch, with other arguments in their place."""
        given_ = {"measure": self.measure, "state": self.state, "length": self.length} | other
        return simulate_branch(
            self.calm,
            given_["measure"],
            given_["state"],
            start=self.start,
            length=given_["length"],
            n_periods=self.n_periods,
        )


def struck(case: Case) -> Struck:
    arrays = compile_case(case)
    measure = compile_measure(case, arrays, next(iter(case.measures)))
    start = START if measure.start is None else measure.start
    calm = solve_calm(arrays)
    length = measure.lengths[-1]
    n = min(length + AFTER, arrays.n_periods - start - 1)
    assume(n > 0)
    return Struck(arrays, calm, measure, state_at(calm, start), start, length, n)


def weighted(found: Struck, run: BranchRun, *, essential: bool = True) -> float:
    """Unmet demand of a tier, beside the tier's demand."""
    own = found.arrays.use_essential == essential
    weight = found.arrays.use_weight[own]
    whole = float(weight @ run.demand[own].sum(axis=1))
    return float(weight @ run.unmet[own].sum(axis=1)) / whole if whole > 0 else 0.0


def stock_of(arrays: CaseArrays, lots: FloatArray, fresh: FloatArray) -> FloatArray:
    """Stock by good, beside its usual flow. (G, n)"""
    stock = fresh.copy()
    np.add.at(stock, arrays.lot_goods, lots)
    return stock / arrays.flow_size[:, None]


@settings(max_examples=60)
@given(cases_of_every_kind())
def test_in_calm_the_policy_is_the_calm_plan(case: Case) -> None:
    """A measure that takes nothing is calm; its uses are compared by good, and by tier."""
    found = struck(case)
    arrays, calm = found.arrays, found.calm
    nothing = replace(
        found.measure,
        availability=arrays.activities.base_availability,
        cost_factor=np.ones_like(found.measure.cost_factor),
        demand_factor=np.ones(len(arrays.uses)),
        crisis=False,
        transit_kept=np.ones_like(found.measure.transit_kept),
        transit_late=np.zeros_like(found.measure.transit_late),
        lot_kept=np.ones(len(arrays.lots)),
        fresh_kept=np.ones(len(arrays.goods)),
        plant_delay=np.zeros_like(found.measure.plant_delay),
    )
    run = found.run(measure=nothing)
    window = slice(found.start, found.start + found.n_periods)
    of_calm = stock_of(arrays, calm.lots[:, window], calm.fresh[:, window])
    np.testing.assert_allclose(stock_of(arrays, run.lots, run.fresh), of_calm, atol=1e-5)
    size = arrays.flow_size[arrays.use_goods][:, None]
    np.testing.assert_allclose(run.unmet / size, calm.unmet[:, window] / size, atol=1e-5)


@settings(max_examples=60)
@given(cases_of_every_kind())
def test_the_path_of_the_policy_is_feasible(case: Case) -> None:
    found = struck(case)
    residual = feasibility_residual(found.arrays, found.measure, found.state, found.run())
    assert max(residual.values()) <= CLOSE, residual


def least_unmet(found: Struck) -> float:
    """Least unmet demand of the essential tier that any path leaves, beside its demand."""
    layout = make_layout(found.arrays, found.start, found.n_periods, has_reserve=False)
    bounds = window_bounds(layout, found.state, MeasureRun(found.measure, found.length))
    costs = np.zeros(layout.n_columns)
    own = found.arrays.use_essential
    columns = layout.column("unmet").indices[own]
    costs[columns] = found.arrays.use_weight[own][:, None]
    program = LinearProgram(
        name="least unmet",
        levels=("essential",),
        level_costs=costs[None, :],
        weights=np.ones(1),
        matrix=supply_matrix(layout),
        row_lower=bounds.row_lower,
        row_upper=bounds.row_upper,
        col_lower=bounds.col_lower,
        col_upper=bounds.col_upper,
        columns=layout.columns,
        rows=layout.rows,
    )
    whole = bounds.col_upper[columns] @ np.ones(found.n_periods) @ found.arrays.use_weight[own]
    return float(costs @ solve_levels(program).columns / whole) if whole > 0 else 0.0


@settings(max_examples=60)
@given(cases_of_every_kind())
def test_the_policy_never_leaves_less_unmet_than_the_program(case: Case) -> None:
    found = struck(case)
    assert weighted(found, found.run()) >= least_unmet(found) - 2 * CLOSE


@settings(max_examples=40)
@given(cases_of_every_kind())
def test_nothing_is_known_of_the_end_of_a_measure(case: Case) -> None:
    """Until it ends, a short measure and a long one look the same."""
    found = struck(case)
    one, other = found.run(), found.run(length=found.length + 3)
    n = min(found.length, found.n_periods)
    np.testing.assert_array_equal(one.levels[:, :n], other.levels[:, :n])
    np.testing.assert_array_equal(one.unmet[:, :n], other.unmet[:, :n])


def turned(case: Case) -> Case:
    """The case with every mapping the other way round."""

    def back(mapping: dict) -> dict:
        return dict(reversed(list(mapping.items())))

    parts = ("goods", "uses", "stockpiles", "suppliers", "plants", "recipes", "exports", "routes")
    return replace(case, **{part: back(getattr(case, part)) for part in parts})


@settings(max_examples=40)
@given(cases_of_every_kind())
def test_order_of_entry_changes_nothing(case: Case) -> None:
    """The plan that is followed is permuted with the case, so that the law is the policy's."""
    found = struck(case)
    arrays = compile_case(turned(case))
    calm = found.calm

    def rows(before: tuple[str, ...], after: tuple[str, ...]) -> list[int]:
        return [before.index(name) for name in after]

    activities = rows(found.arrays.activities.names, arrays.activities.names)
    goods, lots = rows(found.arrays.goods, arrays.goods), rows(found.arrays.lots, arrays.lots)
    uses = rows(found.arrays.uses, arrays.uses)
    permuted = CalmSolution(
        arrays=arrays,
        orders=calm.orders[activities],
        opening=calm.opening[activities],
        lots=calm.lots[lots],
        fresh=calm.fresh[goods],
        unmet=calm.unmet[uses],
        certificate=calm.certificate,
    )
    state = State(
        lots=found.state.lots[lots],
        fresh=found.state.fresh[goods],
        past_inflow=found.state.past_inflow[goods],
        transit=found.state.transit[activities],
    )
    measure = compile_measure(turned(case), arrays, next(iter(case.measures)))
    other = replace(found, arrays=arrays, calm=permuted, state=state, measure=measure)
    run, again = found.run(), other.run()
    size = arrays.flow_size[arrays.use_goods][:, None]
    np.testing.assert_allclose(again.unmet / size, run.unmet[uses] / size, atol=CLOSE)
    np.testing.assert_allclose(
        stock_of(arrays, again.lots, again.fresh),
        stock_of(found.arrays, run.lots, run.fresh)[goods],
        atol=CLOSE,
    )


@settings(max_examples=40)
@given(cases_of_every_kind())
def test_a_seller_in_two_halves_changes_nothing(case: Case) -> None:
    """The halves share what the plan has of the whole; the last seller is written twice."""
    name, seller = list(case.suppliers.items())[-1]
    assume(seller.capacity is not None and not seller.routes and seller.on_order is None)
    least = seller.at_least and halved(seller.at_least)
    half = replace(seller, capacity=halved(seller.capacity), at_least=least)
    split = replace(
        case, suppliers={**case.suppliers, name: half, "twin": replace(half, id="twin")}
    )
    same_in_halves(case, split, {name, "twin"}, {"twin": name})


@settings(max_examples=40)
@given(cases_of_every_kind())
def test_a_lot_in_two_halves_changes_nothing(case: Case) -> None:
    """The last lot is written twice; the plan draws from both alike."""
    assume(case.stockpiles)
    name, lot = list(case.stockpiles.items())[-1]
    half = replace(lot, quantity=halved(lot.quantity))
    split = replace(
        case, stockpiles={**case.stockpiles, name: half, "twin": replace(half, id="twin")}
    )
    same_in_halves(case, split, {name, "twin"}, {"twin": name})


@settings(max_examples=40)
@given(cases_of_every_kind())
def test_a_line_in_two_halves_changes_nothing(case: Case) -> None:
    """Each half runs what the whole ran, at half the level."""
    on_line = {name: recipe for name, recipe in case.recipes.items() if recipe.line}
    assume(on_line)
    plants = {
        name: replace(
            plant,
            lines={
                own: halved(hours) for line, hours in plant.lines.items() for own in (line, "twin")
            },
        )
        for name, plant in case.plants.items()
    }
    recipes = dict(case.recipes)
    for name, recipe in on_line.items():
        capacity = None if recipe.capacity is None else halved(recipe.capacity)
        recipes[name] = replace(recipe, capacity=capacity)
        recipes[f"{name}_twin"] = replace(
            recipes[name], id=f"{name}_twin", line="twin", capacity=capacity
        )
    halves = {*on_line, *(f"{name}_twin" for name in on_line)}
    twins = {f"{name}_twin": name for name in on_line}
    same_in_halves(case, replace(case, plants=plants, recipes=recipes), halves, twins)


def same_in_halves(case: Case, split: Case, halves: set[str], twins: dict[str, str]) -> None:
    """Following the plan of a case, in which some elements are two halves, changes nothing."""
    found = struck(case)
    arrays, calm, state, two = found.arrays, found.calm, found.state, compile_case(split)
    assume(two.n_periods == arrays.n_periods)

    def rows(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[list[int], FloatArray]:
        heads = [name.partition("_late") for name in after]
        own = [before.index(twins.get(head, head) + late + by) for head, late, by in heads]
        parts = [0.5 if head in halves else 1.0 for head, _, _ in heads]
        return own, np.array(parts).reshape(-1, 1)

    makes, parts = rows(arrays.activities.names, two.activities.names)
    lots, of_lots = rows(arrays.lots, two.lots)
    measure = compile_measure(split, two, next(iter(case.measures)))
    assume(np.array_equal(measure.availability, found.measure.availability[makes]))
    assume(np.array_equal(measure.lot_kept, found.measure.lot_kept[lots]))
    other = replace(
        found,
        arrays=two,
        calm=replace(
            calm,
            arrays=two,
            orders=calm.orders[makes] * parts,
            opening=calm.opening[makes] * parts,
            lots=calm.lots[lots] * of_lots,
        ),
        state=replace(
            state, lots=state.lots[lots] * of_lots[:, 0], transit=state.transit[makes] * parts
        ),
        measure=measure,
    )
    run, again = found.run(), other.run()
    size = arrays.flow_size[arrays.use_goods][:, None]
    np.testing.assert_allclose(again.unmet / size, run.unmet / size, atol=CLOSE)
    np.testing.assert_allclose(
        stock_of(replace(two, flow_size=arrays.flow_size), again.lots, again.fresh),
        stock_of(arrays, run.lots, run.fresh),
        atol=CLOSE,
    )


def halved(quantity: Quantity) -> Quantity:
    """Half of a quantity."""
    steps = tuple((period, value / 2.0) for period, value in quantity.steps)
    return replace(quantity, value=quantity.value / 2.0, steps=steps)


@settings(max_examples=40)
@given(cases_of_every_kind())
@pytest.mark.parametrize("factor", [2.0**-30, 2.0**30])
def test_the_unit_of_a_good_changes_nothing(factor: float, case: Case) -> None:
    """The first good is counted in another unit, in the case and in the plan that is followed."""
    found = struck(case)
    other = replace(found, **rescaled(found, factor))
    run, again = found.run(), other.run()
    goods = np.where(np.arange(len(found.arrays.goods)) == 0, factor, 1.0)
    size = found.arrays.flow_size[found.arrays.use_goods][:, None]
    of_uses = goods[found.arrays.use_goods][:, None]
    np.testing.assert_allclose(again.unmet / of_uses / size, run.unmet / size, atol=CLOSE)
    np.testing.assert_allclose(
        stock_of(other.arrays, again.lots, again.fresh),
        stock_of(found.arrays, run.lots, run.fresh),
        atol=CLOSE,
    )


def rescaled(found: Struck, factor: float) -> dict[str, object]:
    """Arrays, plan and state with the first good in a unit that is 1 / factor times as large."""
    arrays, calm, state = found.arrays, found.calm, found.state
    activities = arrays.activities
    goods = np.where(np.arange(len(arrays.goods)) == 0, factor, 1.0)
    owner = np.repeat(np.arange(len(activities.names)), np.diff(activities.input_starts))
    sold = [activities.input_goods[activities.input_starts[k] : activities.input_starts[k + 1]]
            for k in range(len(activities.names))]  # fmt: skip
    of = np.array(
        [goods[g] if g >= 0 else goods[sold[k][0]] for k, g in enumerate(activities.outputs)]
    )
    shared = np.array(
        [of[activities.shared == q][0] for q in range(len(arrays.shared_capacity))]
    ).reshape(-1, 1)
    changed = replace(
        arrays,
        activities=replace(
            activities,
            capacity=activities.capacity * of[:, None],
            least=activities.least * of[:, None],
            unit_cost=activities.unit_cost / of[:, None],
            price=activities.price / of[:, None],
            hours=activities.hours / of,
            input_amounts=activities.input_amounts * goods[activities.input_goods] / of[owner],
        ),
        reserve=arrays.reserve * goods[:, None],
        storage_limit=arrays.storage_limit * goods[:, None],
        storage_cost=arrays.storage_cost / goods[:, None],
        lot_stock=arrays.lot_stock * goods[arrays.lot_goods],
        use_weight=arrays.use_weight / goods[arrays.use_goods],
        demand=arrays.demand * goods[arrays.use_goods][:, None],
        crisis_demand=arrays.crisis_demand * goods[arrays.use_goods][:, None],
        shared_capacity=arrays.shared_capacity * shared,
        shared_least=arrays.shared_least * shared,
        flow_size=arrays.flow_size * goods,
    )
    return {
        "arrays": changed,
        "calm": replace(
            calm,
            arrays=changed,
            orders=calm.orders * of[:, None],
            opening=calm.opening * of[:, None],
            lots=calm.lots * goods[arrays.lot_goods][:, None],
            fresh=calm.fresh * goods[:, None],
            unmet=calm.unmet * goods[arrays.use_goods][:, None],
        ),
        "state": State(
            lots=state.lots * goods[arrays.lot_goods],
            fresh=state.fresh * goods,
            past_inflow=state.past_inflow * goods[:, None],
            transit=state.transit * of[:, None],
        ),
    }
