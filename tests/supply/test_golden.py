"""Golden programs: the equations as the solver sees them, on the smallest instances.

To renew a file after a wanted change: delete it and run the test twice.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from derbes.analysis.responses import money_program
from derbes.case.entities import Survival
from derbes.lp.program import LinearProgram
from derbes.model.arrays import MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.supply.baseline import calm_program, first_state, solve_calm
from derbes.supply.disruption import branch_program, make_window
from derbes.supply.network import make_layout
from derbes.supply.survival import survival_program
from tests.oracles.lp_text import to_lp_text
from tests.small_cases import Q, smallest_complete
from tests.supply.solved import baseline_of

FOLDER = Path(__file__).parent / "lp"


def programs() -> dict[str, LinearProgram]:
    case = smallest_complete()
    arrays = compile_case(case)
    calm = solve_calm(arrays)
    window = make_window(calm, 1, 4)
    cut = MeasureRun(compile_measure(case, arrays, "cut"), 2)
    layout = make_layout(arrays, 0, 3, has_reserve=False)
    short = replace(arrays, n_periods=3)
    return {
        "calm": calm_program(short)[1],
        "branch": branch_program(window, cut),
        "survive": survival_program(layout, first_state(arrays)),
        "price_rise": money_program(baseline_of(window)),
        "old_beside_fresh": old_beside_fresh(),
    }


def old_beside_fresh() -> LinearProgram:
    """A branch with an old lot of a good that spoils, and what came in of it since."""
    case = smallest_complete()
    old = replace(case.stockpiles["old"], good="part", survival=Survival(half_life=Q(1.5)))
    case = replace(case, stockpiles={"old": old})
    arrays = compile_case(case)
    cut = MeasureRun(compile_measure(case, arrays, "cut"), 1)
    return branch_program(make_window(solve_calm(arrays), 1, 2), cut)


@pytest.mark.parametrize("name", ["calm", "branch", "survive", "price_rise", "old_beside_fresh"])
def test_program_reads_as_intended(name: str) -> None:
    text = to_lp_text(programs()[name])
    golden = FOLDER / f"{name}.lp"
    if not golden.exists():
        golden.write_text(text, encoding="utf-8")
        pytest.fail(f"{golden.name} was missing and has been written: read it, then run again")
    assert text == golden.read_text(encoding="utf-8")


def test_every_kind_of_row_stands_in_a_golden_program() -> None:
    kinds = {block.kind for program in programs().values() for block in program.rows if block.size}
    texts = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.lp"))
    assert kinds == {
        "stock", "fresh_stock", "balance", "shelf_life", "shared_capacity", "line", "storage",
        "reserve", "refill", "calm_state", "calm_age", "calm_freshness",
        "calm_age_kept", "calm_freshness_kept",
    }  # fmt: skip
    for kind in kinds:
        assert f" {kind}(" in texts


def test_every_program_has_a_golden_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.lp")} == set(programs())
