"""What moves the answers of the ASPAN case, and by how much beside each other.

Each of the inputs that readers objected to is moved alone to both ends of its own range, and
the case is solved again: how long readiness is met from January 2026, when a year's stop is
survived for good, and the worst that goes unmet. Relations are held, not values. The same moves
are looked up on the pages: what page one says decides, the tornados, and the dependence section.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from derbes.analysis.cover import calm_plan_of, cover_table
from derbes.analysis.leverage import leverage_ends, leverage_rows
from derbes.brief import BriefContents
from derbes.brief.deciding import decides_words, deciding_section, swing
from derbes.brief.dependence import dependence_section
from derbes.brief.uncertainty import input_words
from derbes.case.entities import Case
from derbes.case.request import Request
from derbes.casefile import read_case
from derbes.draws.inputs import shared_inputs, with_values
from derbes.draws.study import make_studies
from derbes.parallel import RunOptions
from derbes.request import provenance_of, stress_request, with_units
from derbes.results.stress import Bar, Stress
from derbes.results.supply import ALL_ESSENTIAL, Cover
from derbes.stress.columns import END, TIME_TO_SURVIVE, DrawnVariant, targets_of
from derbes.stress.outcomes import Rule
from derbes.stress.sensitivity import bars, center_of, evaluation, headlines, swings

FOLDER = Path(__file__).parents[2] / "cases" / "aspan"
MEASURE, YEAR = "embargo", 12
LOW, HIGH = "low", "high"
MOVED: Mapping[str, tuple[str, ...]] = {
    "old stock": ("assumptions.old_rounds",),
    "crisis demand": ("assumptions.crisis_firing",),
    "reserve": ("assumptions.reserve_months",),
    "plants": tuple(f"plants.aspan_{n}.opening" for n in (2, 3, 4)),
    "other sellers": ("assumptions.other_offer",),
    "margin": ("actors.russia.margin_share",),
}
"""What is moved, alone, from the low to the high end of its range; plants: early to late."""
DECIDES = ("old stock", "crisis demand")
BY_FAR = 3.0
"""How many times the next move those two come to at least."""
NOTHING = 1e-6
"""Part of an answer below which it has not moved."""
FIRST = "2026-01"
STARTS = (FIRST, "2027-01", "2028-01", "2029-01", "2030-01", "2031-01")


@dataclass(frozen=True)
class Answers:
    """What a case comes to at the values given."""

    survived: Mapping[str, float]
    """Months from each start, at least; as far as the calendar shows."""
    end: int
    """First period from which on every start is survived; the calendar's length: never."""
    worst: float
    """Most essential demand unmet by a year's stop, over the starts. [round]"""
    ratio: float
    """Loss of the target over the cost of the sender, by a stop in January 2026."""
    contents: BriefContents
    """What a brief on it would tell."""

    @property
    def weakest(self) -> float:
        """Fewest months survived, over the starts."""
        return min(self.survived.values())


def _answers(case: Case) -> Answers:
    starts = tuple(case.calendar.index_of(month) for month in STARTS)
    asked = Request(measures=(MEASURE,), starts=starts, lengths=(YEAR,))
    studies = make_studies(case, asked)
    rows, ends = leverage_rows(studies, asked, has_premium=False), leverage_ends(studies, asked)
    covers = cover_table(case, asked, studies=studies, only_essential=True)
    best = [row for row in rows if row.bound == "optimal"]
    (end,) = [one.date for one in ends if one.use == ALL_ESSENTIAL and one.length == YEAR]
    (ratio,) = [row.leverage_ratio for row in best if row.start == FIRST]
    assert ratio is not None
    made = provenance_of(case)
    return Answers(
        survived={row.start: row.survives_at_least for row in covers if row.use == ALL_ESSENTIAL},
        end=case.calendar.n_periods if end is None else case.calendar.index_of(end),
        worst=max(row.unmet_essential for row in best),
        ratio=ratio,
        contents=BriefContents(
            case,
            Cover(tuple(covers), made),
            with_units(case, (rows, ends), made),
            {study.variant: calm_plan_of(study) for study in studies},
        ),
    )


@pytest.fixture(scope="module", name="case")
def _case() -> Case:
    return read_case(FOLDER)


@pytest.fixture(scope="module", name="at")
def _at(case: Case) -> Mapping[tuple[str, str], Answers]:
    """Answers at both ends of each move, and as written under two empty names."""
    center = center_of(case)
    ends = {LOW: dict(zip(center.paths, center.low, strict=True)),
            HIGH: dict(zip(center.paths, center.high, strict=True))}  # fmt: skip
    found = {("", ""): _answers(case)}
    for name, paths in MOVED.items():
        for end, values in ends.items():
            moved = with_values(case, {path: float(values[path]) for path in paths})
            found[name, end] = _answers(moved)
    return found


@pytest.fixture(scope="module", name="tornado")
def _tornado(case: Case) -> tuple[Bar, ...]:
    """The bars of the brief, by the policy, for all inputs."""
    asked = stress_request(
        case, RunOptions(), measures=(MEASURE,), lengths=(YEAR,), draws=1, solved=0
    )
    drawn = DrawnVariant("base", case, shared_inputs([case]), asked, targets_of(case, asked))
    columns = headlines(drawn)
    names = tuple(one.name(case.calendar, drawn.variant) for one in columns)
    found = swings(case, names, evaluation(drawn, Rule(case, (MEASURE,)), columns))
    return bars(case, found, columns)


def _three(at: Mapping[tuple[str, str], Answers], name: str) -> tuple[Answers, Answers, Answers]:
    return at[name, LOW], at["", ""], at[name, HIGH]


def _swing(at: Mapping[tuple[str, str], Answers], name: str) -> float:
    """By how many months a move changes what is survived from January 2026."""
    months = [one.survived[FIRST] for one in _three(at, name)]
    return max(months) - min(months)


def _bars(tornado: tuple[Bar, ...], kind: str) -> dict[str, Bar]:
    return {bar.input: bar for bar in tornado if bar.answer.startswith(f"{kind}(")}


def _falls(from_: Answers, middle: Answers, to: Answers) -> None:
    """The end comes no later and less goes unmet from one end of a range to the other.

    Both move, but for what is survived from the first month on at either end: nothing is
    better than that, and then it is the calm plan that leaves no weak window.
    """
    assert from_.worst >= middle.worst >= to.worst
    assert from_.worst > to.worst or from_.worst == 0
    assert from_.end >= middle.end >= to.end
    assert from_.end > to.end or from_.end == 0


# Direction


@pytest.mark.parametrize(("name", "is_up"), [("old stock", True), ("crisis demand", False)])
def test_what_decides_moves_every_answer(at, name: str, is_up: bool) -> None:
    low, middle, high = _three(at, name)
    weak, strong = (low, high) if is_up else (high, low)
    assert weak.survived[FIRST] < middle.survived[FIRST] < strong.survived[FIRST]
    assert weak.worst > strong.worst
    _falls(weak, middle, strong)


def test_a_large_crisis_is_never_outlived(case: Case, at) -> None:
    assert at["crisis demand", HIGH].end == case.calendar.n_periods


def test_reserve_says_nothing_of_january_2026_and_much_of_the_weak_window(at) -> None:
    low, middle, high = _three(at, "reserve")
    assert _swing(at, "reserve") <= NOTHING * middle.survived[FIRST]
    assert low.weakest <= middle.weakest <= high.weakest
    assert low.weakest < high.weakest or low.end == 0
    _falls(low, middle, high)


def test_plants_move_the_end_and_not_what_is_survived_before_them(at) -> None:
    early, middle, late = _three(at, "plants")
    assert early.end <= middle.end < late.end
    assert early.end < middle.end or middle.end == 0
    assert _swing(at, "plants") <= NOTHING * middle.survived[FIRST]
    assert early.worst <= middle.worst <= late.worst * (1 + NOTHING)


def test_plants_that_come_late_move_the_end_by_about_as_much(case: Case, at) -> None:
    """Where there is an end to be moved; one that stands at the first month is moved by more."""
    center, step = center_of(case), case.calendar.step
    lateness = center.high[center.paths.index(MOVED["plants"][-1])]
    _, middle, late = _three(at, "plants")
    assert (late.end - middle.end) * step >= lateness - 2 * step
    assert (late.end - middle.end) * step <= lateness + 2 * step or middle.end == 0


def test_other_sellers_move_everything_a_little(at) -> None:
    low, middle, high = _three(at, "other sellers")
    assert low.survived[FIRST] < middle.survived[FIRST] < high.survived[FIRST]
    _falls(low, middle, high)


def test_margin_moves_the_ratio_and_nothing_else(at) -> None:
    low, middle, high = _three(at, "margin")
    assert low.ratio > middle.ratio > high.ratio
    for one in (low, high):
        assert one.survived == pytest.approx(middle.survived, rel=NOTHING)
        assert (one.end, one.worst) == pytest.approx((middle.end, middle.worst), rel=NOTHING)


# Order of size


def test_old_stock_and_crisis_demand_decide_by_far(at) -> None:
    least = min(_swing(at, name) for name in DECIDES)
    others = {name: _swing(at, name) for name in MOVED if name not in DECIDES}
    assert max(others, key=others.__getitem__) == "other sellers"
    assert least > BY_FAR * max(others.values())


def test_a_large_crisis_costs_more_than_any_other_move(at) -> None:
    worst = {key: one.worst for key, one in at.items()}
    assert max(worst, key=worst.__getitem__) == ("crisis demand", HIGH)
    others = [amount for key, amount in worst.items() if key != ("crisis demand", HIGH)]
    assert worst["crisis demand", HIGH] > 1.5 * max(others)


# On the pages


def test_page_one_names_what_decides_first(at, tornado) -> None:
    own = _bars(tornado, TIME_TO_SURVIVE)
    assert set(list(own)[:2]) == {MOVED[name][0] for name in DECIDES}
    contents = _with_stress(at["", ""].contents, tornado)
    told = decides_words(contents)
    first, second = (told.index(input_words(contents, path)) for path in list(own)[:2])
    assert first < second
    for name in ("reserve", "plants", "margin"):
        assert not any(input_words(contents, path) in told for path in MOVED[name])


@pytest.mark.parametrize("name", DECIDES)
def test_page_one_agrees_with_the_optimum(at, tornado, name: str) -> None:
    """The policy of page one never outlives the best course, and misses it by a month or so."""
    bar = _bars(tornado, TIME_TO_SURVIVE)[MOVED[name][0]]
    cap = max(bar.answer_at_low, bar.answer_at_high)
    for end, told in ((LOW, bar.answer_at_low), (HIGH, bar.answer_at_high)):
        best = at[name, end].survived[FIRST]
        assert told <= best + NOTHING
        assert told > min(best, cap) - 2
    _, middle, high = _three(at, name)
    is_up = high.survived[FIRST] > middle.survived[FIRST]
    assert (bar.answer_at_high > bar.answer_central) == is_up
    assert (bar.answer_at_low < bar.answer_central) == is_up


def test_tornado_of_survival_has_sellers_far_below_and_no_reserve_plant_or_margin(tornado) -> None:
    own = _bars(tornado, TIME_TO_SURVIVE)
    least = min(swing(own[MOVED[name][0]]) for name in DECIDES)
    assert 0 < BY_FAR * swing(own[MOVED["other sellers"][0]]) < least
    for name in ("reserve", "plants", "margin"):
        assert not set(MOVED[name]) & set(own)


def test_tornado_of_the_end_moves_as_the_optimum_does(at, tornado) -> None:
    """By years there, by months here: no bar points the other way, none of a year lacks."""
    own = _bars(tornado, END)
    assert not set(MOVED["margin"]) & set(own)
    for name in ("old stock", "crisis demand", "reserve", "other sellers"):
        (path,) = MOVED[name]
        low, middle, high = _three(at, name)
        bar = own.get(path)
        if bar is None:
            assert low.end - high.end < YEAR, name
            continue
        for told, one in ((bar.answer_at_low, low), (bar.answer_at_high, high)):
            assert (told - bar.answer_central) * (one.end - middle.end) >= 0, name
    late = [own[path] for path in MOVED["plants"] if path in own]
    assert any(bar.answer_at_high > bar.answer_central for bar in late)


def test_the_section_shows_the_same_bars(at, tornado) -> None:
    contents = _with_stress(at["", ""].contents, tornado)
    assert contents.stress is not None
    section = deciding_section(contents, contents.stress)
    assert section is not None
    of_survival = section.figures[0]
    shown = [str(row[0].text) for row in of_survival.table.rows]
    names = [input_words(contents, MOVED[name][0]) for name in DECIDES]
    assert set(shown[:2]) == set(names)


def test_dependence_shows_the_end_where_each_move_brings_it(at) -> None:
    for (name, end), found in at.items():
        case = found.contents.case
        (table,) = dependence_section(found.contents).tables
        shown = {row[0].text: row[1].raw for row in table.rows}["leverage ends"]
        period = case.calendar.n_periods if shown is None else case.calendar.index_of(str(shown))
        assert period == found.end, (name, end)


def test_dependence_falls_later_when_plants_come_late(at) -> None:
    early, late = (_sender_share(at["plants", end].contents) for end in (LOW, HIGH))
    assert all(a <= b + NOTHING for a, b in zip(early, late, strict=True))
    assert sum(early) < sum(late)


def _sender_share(contents: BriefContents) -> list[float]:
    """The sender's largest share of an essential use, by month, where anything comes in."""
    calm = contents.calm["base"]
    paths = [by_actor["russia"] for by_actor in calm.sender_share.values() if "russia" in by_actor]
    return [max((part or 0.0) for part in parts) for parts in zip(*paths, strict=True)]


def _with_stress(contents: BriefContents, tornado: tuple[Bar, ...]) -> BriefContents:
    stress = Stress(1, 1, (), (), (), (), provenance_of(contents.case), tornado=tornado)
    return replace(contents, stress=stress)
