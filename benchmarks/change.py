"""One number of the ASPAN case changed in a warm process: what a person waits for an answer."""

from benchmarks.commands import CASE
from benchmarks.rows import Row, timed, within
from benchmarks.setting import one_core
from derbes.analysis.cover import cover_table
from derbes.analysis.leverage import leverage_ends, leverage_rows
from derbes.api import read_case, request_of
from derbes.case.entities import Case
from derbes.case.request import Request
from derbes.draws.study import Study, longest_length, make_study

CHANGED = "stockpiles.old_152.quantity"
"""The number that is changed, by its path; 45,000 rounds as written."""
START, LENGTH = "2029-01", 12
POINT_LIMIT, ENDS_LIMIT = 0.3, 1.0
"""Most that an answer may take without ends, and with them found anew. [s]"""
N_CHANGES = 5


def measure_change(*, quick: bool) -> list[Row]:
    """Least processor time of some changes of one number, on one core."""
    case = read_case(CASE)
    request = request_of(
        case, measures=[case.main_measure], starts=[START], lengths=[LENGTH], variants=["base"]
    )
    times = []
    written = make_study(case, request.measures, longest_length(case, request))
    with one_core():
        for i in range(2 if quick else N_CHANGES):
            study, made = timed(_changed, case, request, written, 40_000.0 + 1_000.0 * i)
            _rows, found = timed(_point, case, request, study)
            _ends, ended = timed(leverage_ends, [study], request)
            point = made.cpu + found.cpu
            times.append((point, point + ended.cpu))
    words = f"processor time, best of {len(times)} changes of {CHANGED}, one core; {START}"
    points, ends = zip(*times, strict=True)
    return [
        within(
            f"change one number, {LENGTH} months",
            min(points),
            "s",
            limit=POINT_LIMIT,
            note=f"calm plan, time to survive, both bounds and premium; {words}",
        ),
        within(
            "change one number, with ends",
            min(ends),
            "s",
            limit=ENDS_LIMIT,
            note=f"and when leverage ends; {words}",
        ),
    ]


def _changed(case: Case, request: Request, written: Study, rounds: float) -> Study:
    """The case with another number; the solver starts from its calm plan as written."""
    longest, near = longest_length(case, request), written.calm.start
    return make_study(case, request.measures, longest, values={CHANGED: rounds}, near=near)


def _point(case: Case, request: Request, study: Study) -> None:
    """Time to survive, and leverage by both rules with premium."""
    cover_table(case, request, studies=[study])
    leverage_rows([study], request, has_premium=True)
