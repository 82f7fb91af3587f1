"""E1 to E3 of the design: the table that fixes what the words mean."""

import pytest

from derbes.analysis.cover import cover_table
from derbes.analysis.leverage import leverage_surface
from derbes.case.request import Request
from derbes.results.supply import ALL_ESSENTIAL, LeverageRow
from tests.small_cases import worked_example

TOLERANCE = 1e-6


def row_at(example: int, start: int, bound: str = "optimal") -> LeverageRow:
    rows, _ends = leverage_surface(worked_example(example), Request(starts=(start,)))
    return next(row for row in rows if row.bound == bound)


@pytest.mark.parametrize("example", [1, 2, 3])
def test_time_to_survive_is_stock_over_net_use(example: int) -> None:
    rows = cover_table(worked_example(example), Request(starts=(0,)))
    for row in rows:
        assert row.time_to_survive == pytest.approx(600 / (100 - 40), rel=TOLERANCE)
        assert row.time_to_survive_myopic == pytest.approx(10, rel=TOLERANCE)
        assert not row.survives_length
        assert row.days_of_cover == pytest.approx(6 * 30.4375)


@pytest.mark.parametrize(("example", "binding"), [(1, "good"), (2, "component"), (3, "good")])
def test_what_binds_when_the_stock_is_gone(example: int, binding: str) -> None:
    rows = cover_table(worked_example(example), Request(starts=(0,)))
    assert {row.binding for row in rows} == {(binding,)}
    assert {row.binding_sellers for row in rows} == {("sender",)}


@pytest.mark.parametrize("bound", ["optimal", "myopic"])
@pytest.mark.parametrize("example", [1, 2, 3])
def test_unmet_demand_of_a_cut_at_the_first_month(example: int, bound: str) -> None:
    row = row_at(example, 0, bound)
    assert row.unmet_essential == pytest.approx(120, rel=TOLERANCE)
    assert row.deepest_shortfall == pytest.approx(0.6, rel=TOLERANCE)


@pytest.mark.parametrize("bound", ["optimal", "myopic"])
@pytest.mark.parametrize(
    ("example", "loss", "returning", "lost", "ratio"),
    [
        (1, 126_000.0, 2_400.0, 14_400.0, 52.5),
        (2, 127_200.0, 1_440.0, 0.4 * 36 * 100 * 8, 127_200 / 1_440),
        (3, 2_400.0, 4_800.0, 14_400.0, 0.5),
    ],
)
def test_losses_of_both_sides_of_a_cut_at_month_24(
    example: int, loss: float, returning: float, lost: float, ratio: float, bound: str
) -> None:
    row = row_at(example, 24, bound)
    assert row.target_loss == pytest.approx(loss, rel=TOLERANCE)
    assert row.sender_cost_returning == pytest.approx(returning, rel=TOLERANCE)
    assert row.sender_cost_lost == pytest.approx(lost, rel=TOLERANCE)
    assert row.leverage_ratio == pytest.approx(ratio, rel=TOLERANCE)
    assert row.rejoined


def test_premium_of_the_first_example() -> None:
    """At 175 the target pays 12 x (40 x 25 + 60 x 175), as much as being cut off costs."""
    assert row_at(1, 24).premium == pytest.approx(16.5, rel=TOLERANCE)


def test_premium_ends_at_the_plants_cost() -> None:
    """From 12 on the target makes it itself: 12 / 10 - 1."""
    assert row_at(3, 24).premium == pytest.approx(0.2, rel=TOLERANCE)


def test_the_reserve_stays_where_the_plant_carries() -> None:
    assert row_at(3, 24).reserve_used == 0.0


@pytest.mark.parametrize("every", [1, 3, 12])
@pytest.mark.parametrize(
    ("example", "date", "binding"),
    [(1, None, ("good",)), (2, None, ("component",)), (3, "2027-03", ("good",))],
)
def test_when_it_ends(example: int, date: str | None, binding: tuple[str, ...], every: int) -> None:
    """Month 14: the stock bridges the ten months to the plant; the grid does not matter."""
    request = Request(starts=tuple(range(0, 60, every)))
    _rows, ends = leverage_surface(worked_example(example), request, has_premium=False)
    for end in ends:
        assert end.use in {ALL_ESSENTIAL, "use"}
        assert end.date == date
        assert end.binding == binding
        assert end.binding_sellers == ("sender",)


def test_a_cut_one_month_earlier_still_hurts() -> None:
    assert row_at(3, 13).unmet_essential == pytest.approx(60, rel=TOLERANCE)
    assert row_at(3, 14).unmet_essential == 0.0
