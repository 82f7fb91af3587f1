"""The table of cover: variant x measure x start x length x use."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.arrays import BoolArray, MeasureArrays, MeasureRun
from derbes.case.entities import Case
from derbes.case.request import Request
from derbes.cover.days import days_of_cover
from derbes.language import _
from derbes.programs.bounds import demand_path
from derbes.programs.chokepoint import NOTHING, binding_goods, cut_sellers, shelves
from derbes.programs.layout import longest_lead
from derbes.programs.survive import SurvivalProgram, Survived
from derbes.results.cover import ALL_ESSENTIAL, CoverRow
from derbes.simulation import BranchRun, simulate_branch
from derbes.study import Progress, Study, make_studies, narrowed, run_tasks

FIRST_WINDOW = 24
"""Periods of the first window."""
LAST_WINDOW = 48
"""Periods of the last window: demand that is met so long counts as not going short, and
the table says for how long it is known to be met."""
CHUNKS_A_WORKER = 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """Starts of one variant for one worker."""

    study: Study
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    """[period] Empty: each measure's own."""
    only_essential: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Uses that must be met together, under the name that a row shows."""

    name: str
    uses: BoolArray


def questions(study: Study, *, only_essential: bool = False) -> list[Question]:
    """All essential uses together, then each use, served before all others."""
    arrays = study.arrays
    found = [Question(ALL_ESSENTIAL, arrays.use_essential.copy())]
    for u, use in enumerate(arrays.uses):
        if only_essential and not arrays.use_essential[u]:
            continue
        found.append(Question(use, np.arange(len(arrays.uses)) == u))
    return found


class StartCover:
    """Cover questions that share a start."""

    def __init__(self, study: Study, start: int) -> None:
        self.study = study
        self.start = start
        self._programs: dict[int, SurvivalProgram] = {}
        self._myopic: dict[tuple[str, int], BranchRun] = {}

    def program(self, n: int) -> SurvivalProgram:
        """The survival program over `n` periods, or as many as the arrays have."""
        n = min(n, self.study.arrays.n_periods - self.start)
        if n not in self._programs:
            self._programs[n] = SurvivalProgram(self.study.calm, self.start, n)
        return self._programs[n]

    def survived(self, measure: MeasureArrays, uses: BoolArray) -> tuple[SurvivalProgram, Survived]:
        """Time to survive, in a window as long as it takes."""
        for n in (FIRST_WINDOW, LAST_WINDOW):
            program = self.program(n)
            found = program.time_to_survive(measure, uses)
            if found.periods is not None or program.layout.n < n:
                break
        return program, found

    def myopic(self, measure: MeasureArrays, program: SurvivalProgram) -> BranchRun:
        """The myopic rule over a program's window, while the measure goes on."""
        n = program.layout.n
        if (measure.name, n) not in self._myopic:
            self._myopic[measure.name, n] = simulate_branch(
                program.layout.arrays,
                measure,
                program.state,
                start=self.start,
                length=n,
                n_periods=n,
            )
        return self._myopic[measure.name, n]

    def survives(self, run: MeasureRun, uses: BoolArray, endless: Survived) -> bool:
        """Whether a measure of some length leaves nothing unmet, aftermath included.

        Uses that go short before its end under an endless measure go short; those that
        are met until its aftermath is over are met. Only between the two is there
        anything to solve.
        """
        length = run.length
        aftermath = 3 * longest_lead(self.study.arrays) + 1
        if endless.broken is not None and endless.broken < length:
            return False
        if endless.broken is None or endless.broken >= length + aftermath:
            return True
        enough = [n for n in (FIRST_WINDOW, LAST_WINDOW) if n >= length + aftermath]
        n = enough[0] if enough else length + aftermath
        return self.program(n).is_met(run, uses)


def _cover_chunk(chunk: Chunk) -> list[CoverRow]:
    rows: list[CoverRow] = []
    asked = questions(chunk.study, only_essential=chunk.only_essential)
    for start in chunk.starts:
        at_start = StartCover(chunk.study, start)
        for measure in chunk.study.measures:
            if measure.start is None or measure.start == start:
                rows += _measure_rows(at_start, measure, asked, chunk.lengths)
    return rows


def _measure_rows(
    at_start: StartCover,
    measure: MeasureArrays,
    asked: list[Question],
    lengths: tuple[int, ...],
) -> list[CoverRow]:
    """Rows of one measure; all essential uses together last no longer than any of them.

    Where all essential uses together are met to the end of the last window, so is each.
    """
    essential = at_start.study.arrays.use_essential
    joint = _rows(at_start, measure, asked[0], lengths)
    rows = [joint]
    for question in asked[1:]:
        is_known = all(row.time_to_survive is None and row.survives_length for row in joint)
        if is_known and (question.uses & essential).any():
            rows.append([_alone(at_start, row, question, measure) for row in joint])
        else:
            rows.append(_rows(at_start, measure, question, lengths))
    for question, alone in zip(asked[1:], rows[1:], strict=True):
        if (question.uses & essential).any():
            joint = [_no_longer(one, other) for one, other in zip(joint, alone, strict=True)]
    return [row for part in (joint, *rows[1:]) for row in part]


def _alone(
    at_start: StartCover, joint: CoverRow, question: Question, measure: MeasureArrays
) -> CoverRow:
    """Row of one use that is met because all essential ones together are."""
    step = at_start.study.arrays.calendar.step
    program = at_start.program(LAST_WINDOW)
    periods = _myopic_periods(at_start, program, measure, question.uses)
    return replace(
        joint,
        use=question.name,
        days_of_cover=_days(at_start, program, question.uses),
        time_to_survive_myopic=None if periods is None else periods * step,
    )


def _no_longer(joint: CoverRow, alone: CoverRow) -> CoverRow:
    if alone.time_to_survive is None:
        return joint
    if joint.time_to_survive is not None and joint.time_to_survive <= alone.time_to_survive:
        return joint
    return replace(
        joint,
        time_to_survive=alone.time_to_survive,
        survives_at_least=alone.survives_at_least,
        binding=alone.binding,
        binding_sellers=alone.binding_sellers,
    )


def _rows(
    at_start: StartCover, measure: MeasureArrays, question: Question, lengths: tuple[int, ...]
) -> list[CoverRow]:
    study = at_start.study
    calendar = study.arrays.calendar
    program, found = at_start.survived(measure, question.uses)
    whole = float(program.layout.n)
    goods = _binding(program, found, measure, question.uses)
    myopic = _myopic_periods(at_start, program, measure, question.uses)
    days = _days(at_start, program, question.uses)
    return [
        CoverRow(
            variant=study.variant,
            measure=measure.name,
            start=calendar.label(at_start.start),
            length=length * calendar.step,
            use=question.name,
            time_to_survive=None if found.periods is None else found.periods * calendar.step,
            survives_at_least=(whole if found.periods is None else found.periods) * calendar.step,
            survives_length=at_start.survives(MeasureRun(measure, length), question.uses, found),
            days_of_cover=days,
            binding=tuple(study.arrays.goods[g] for g in goods),
            binding_sellers=tuple(cut_sellers(program.layout, goods, MeasureRun(measure, length))),
            time_to_survive_myopic=None if myopic is None else myopic * calendar.step,
        )
        for length in sorted(set(lengths or measure.lengths or (1,)))
    ]


def _binding(
    program: SurvivalProgram, found: Survived, measure: MeasureArrays, uses: BoolArray
) -> list[int]:
    if found.broken is None:
        return []
    layout = program.layout
    left = shelves(layout, found.columns, found.row_upper, MeasureRun(measure, layout.n))
    unmet = layout.column("unmet").of(found.columns)[:, found.broken]
    short = np.flatnonzero(uses & (unmet > NOTHING * max(float(unmet.max()), 1e-300)))
    goods = {
        good
        for u in short
        for good in binding_goods(left, int(layout.arrays.use_goods[u]), found.broken)
    }
    return sorted(goods)


def _myopic_periods(
    at_start: StartCover, program: SurvivalProgram, measure: MeasureArrays, uses: BoolArray
) -> float | None:
    """Time to survive under the myopic rule; None: met in the whole window. [period]"""
    layout = program.layout
    run = at_start.myopic(measure, program)
    unmet = run.unmet[uses].sum(axis=0)
    demand = demand_path(layout, MeasureRun(measure, layout.n))[uses].sum(axis=0)
    short = np.flatnonzero(unmet > NOTHING * max(float(demand.max(initial=0.0)), 1e-300))
    if not len(short):
        return None
    broken = int(short[0])
    return broken + program.fraction_left(measure, uses, broken, run.unmet[:, broken])


def _days(at_start: StartCover, program: SurvivalProgram, uses: BoolArray) -> float | None:
    """Days of cover of the good with the least, among those of the uses. [day]"""
    arrays = at_start.study.arrays
    found = []
    for good in {int(arrays.use_goods[u]) for u in np.flatnonzero(uses)}:
        stock = program.state.fresh[good] + program.state.lots[arrays.lot_goods == good].sum()
        demand = arrays.demand[arrays.use_goods == good, at_start.start].sum()
        days = days_of_cover(float(stock), float(demand) / arrays.calendar.step)
        if days is not None:
            found.append(days)
    return min(found) if found else None


def cover_table(
    case: Case,
    request: Request,
    *,
    studies: Sequence[Study] = (),
    only_essential: bool = False,
    n_workers: int = 1,
    progress: Progress | None = None,
) -> tuple[CoverRow, ...]:
    """Cover of every use, and of all essential ones together.

    Args:
        case: The case.
        request: Variants, measures, starts and lengths.
        studies: Studies of the request's variants, when they are already made.
        only_essential: Leave out the rows of deferrable uses.
        n_workers: Processes.
        progress: Called as chunks are done.
    """
    studies = studies or make_studies(case, request, n_workers=n_workers, progress=progress)
    tasks = []
    for study in (narrowed(study, request.measures) for study in studies):
        if not study.measures:
            continue
        fixed = {m.start for m in study.measures if m.start is not None}
        starts = sorted({*(request.starts or range(study.arrays.n_calendar)), *fixed})
        parts = np.array_split(np.array(starts), min(len(starts), CHUNKS_A_WORKER * n_workers))
        tasks += [
            Chunk(study, tuple(int(s) for s in part), request.lengths, only_essential)
            for part in parts
            if len(part)
        ]
    found = run_tasks(_cover_chunk, tasks, n_workers=n_workers, progress=progress, what=_("cover"))
    return tuple(row for rows in found for row in rows)
