"""What a user asks of plans, from words to a request that has been checked."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

from derbes.case.entities import Case
from derbes.case.options import Budget
from derbes.case.quantity import Quantity
from derbes.case.request import BASE
from derbes.errors import Problem, RequestError, did_you_mean
from derbes.language import _
from derbes.units import UnitError, parse_amount

MOST_GAP = 1.0


@dataclass(frozen=True, slots=True)
class PlanWords:
    """What is asked for, as a user writes it."""

    variant: str = BASE
    standards: tuple[str, ...] = ()
    """Empty: all of the case."""
    budget: str | float | None = None
    """Replaces the case's budget in all, e.g. `900 million USD`."""
    draws: int | None = None
    seed: int = 1
    lengths: tuple[int, ...] = ()
    """[month]"""


class EffortWords(TypedDict, total=False):
    """How exact, how long, by whom; what is left out is as in `Effort`."""

    gap: float
    time_limit: float | None
    """[s]"""
    n_workers: int
    executor: Executor | str | None
    """Any executor, or words: `local`, a number of processes, `dask://host:port`."""
    checkpoint: Path | None
    resume: bool
    progress: Callable[[int, int, str], None] | None


def planned_case(case: Case, words: PlanWords) -> Case:
    """The case with the variant, the standards and the budget that are asked for.

    Raises:
        RequestError: Something asked for is not in the case, or cannot be; names all of it.
    """
    chosen = _variant(case, words.variant)
    budget, budget_problems = _budget(case, words.budget)
    problems = [
        *_variant_problems(case, words.variant),
        *_standard_problems(chosen, words.standards),
        *_decision_problems(chosen),
        *missing_problems(chosen),
        *budget_problems,
        *_draws_problems(words.draws),
        *(problem for length in words.lengths for problem in _length_problems(chosen, length)),
    ]
    if not problems:
        chosen = _asked(chosen, words, budget)
        problems = [*_committed_problems(chosen)]
    if problems:
        raise RequestError(case.source or case.name, problems)
    return chosen


def effort_problems(effort: EffortWords) -> list[Problem]:
    """What is wrong with the gap, the time limit and the checkpoint that are asked for."""
    gap, time_limit = effort.get("gap"), effort.get("time_limit")
    problems = []
    if gap is not None and not (math.isfinite(gap) and 0 <= gap <= MOST_GAP):
        problems.append(
            Problem(
                where="gap",
                what=_("{gap} is not a gap").format(gap=f"{gap:g}"),
                fix=_("write a share from 0 to 1, such as 0.001"),
            )
        )
    if time_limit is not None and not (math.isfinite(time_limit) and time_limit > 0):
        problems.append(
            Problem(
                where="time-limit",
                what=_("{seconds} s is not a time limit").format(seconds=f"{time_limit:g}"),
                fix=_("write the seconds that the answer may take, such as 60"),
            )
        )
    if gap == 0 and time_limit is not None:
        problems.append(
            Problem(
                where="gap",
                what=_("a gap of 0 with a time limit: the last bit of proof takes any time"),
                fix=_("allow a gap such as 0.001, or leave the time limit out"),
            )
        )
    if effort.get("resume") and effort.get("checkpoint") is None:
        problems.append(
            Problem(
                where="resume",
                what=_("there is no checkpoint to go on from"),
                fix=_("name the file that an earlier run wrote with --checkpoint"),
            )
        )
    return problems


def _variant(case: Case, name: str) -> Case:
    variant = case.variants.get(name)
    return case if variant is None or variant.case is None else variant.case


def _asked(case: Case, words: PlanWords, budget: Quantity | None) -> Case:
    names = words.standards or tuple(case.standards)
    standards = {name: case.standards[name] for name in case.standards if name in names}
    asked = replace(case, standards=standards)
    if budget is not None:
        asked = replace(asked, budget=replace(case.budget or Budget(), total=budget))
    return asked


# Problems


def _variant_problems(case: Case, name: str) -> Iterator[Problem]:
    if name != BASE and name not in case.variants:
        what = _('"{name}" is not a variant of this case').format(name=name)
        yield Problem(where="variant", what=what, fix=did_you_mean(name, (BASE, *case.variants)))


def _standard_problems(case: Case, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if name not in case.standards:
            what = _('"{name}" is not a standard of this case').format(name=name)
            fix = did_you_mean(name, case.standards) or _(
                "write it under standards in the case file"
            )
            yield Problem(where="standard", what=what, fix=fix)


def _decision_problems(case: Case) -> Iterator[Problem]:
    if not case.options:
        yield Problem(
            where="options",
            what=_("this case has no options, so there is nothing to decide"),
            fix=_("write under options what could be built, held or contracted, and what it costs"),
        )


def missing_problems(case: Case) -> Iterator[Problem]:
    """Numbers of options that are known to be unknown: such an option cannot be weighed."""
    for path in case.missing:
        if path.startswith("options."):
            yield Problem(
                where=path,
                what=_("it is missing, so what the option costs is not known"),
                fix=_("give a value with a range, grade D and a why, or take the option out"),
            )


def _draws_problems(draws: int | None) -> Iterator[Problem]:
    if draws is not None and draws < 1:
        yield Problem(
            where="draws",
            what=_("{n} draws are none").format(n=draws),
            fix=_("ask for 1 or more, or leave it out for the scenarios or central values"),
        )


def _length_problems(case: Case, length: int) -> Iterator[Problem]:
    step, longest = int(case.calendar.step), case.calendar.n_periods * case.calendar.step
    if length < 1 or length > longest:
        what = _("a measure cannot last {length} months").format(length=length)
        fix = _("choose a length from 1 to {longest} months").format(longest=longest)
        yield Problem(where="length", what=what, fix=fix)
    elif length % step:
        what = _("{length} months are no whole periods of this case").format(length=length)
        fix = _("choose a multiple of {step} months").format(step=step)
        yield Problem(where="length", what=what, fix=fix)


def _budget(case: Case, text: str | float | None) -> tuple[Quantity | None, list[Problem]]:
    """The budget in base currency, or what is wrong with it."""
    if text is None:
        return None, []
    try:
        amount = parse_amount(str(text))
    except UnitError as error:
        return None, [Problem(where="budget", what=error.what, fix=error.fix)]
    unit = amount.unit.name if amount.unit else ""
    rate = case.rates.get(unit)
    if unit not in ("", case.currency) and rate is None:
        what = _('"{text}" is not an amount of money that this case knows').format(text=text)
        fix = _("write it in {currency}, such as 900 million {currency}").format(
            currency=case.currency
        )
        return None, [Problem(where="budget", what=what, fix=fix)]
    if amount.number < 0:
        what = _("a budget of {text} is below nothing").format(text=text)
        return None, [Problem(where="budget", what=what, fix=_("write an amount of 0 or more"))]
    value = amount.number * (rate.value if rate is not None else 1.0)
    return Quantity(value=value, unit=case.currency, path="budget.total", written=str(text)), []


def _committed_problems(case: Case) -> Iterator[Problem]:
    """A budget in all that is below what is decided already, at its cheapest."""
    total = None if case.budget is None else case.budget.total
    committed = {name: option for name, option in case.options.items() if option.committed}
    if total is None or not committed:
        return
    from derbes.planning.answers import least_payment, number_words  # noqa: PLC0415 - as in verbs

    least = sum(least_payment(case, option) for option in committed.values())
    if least <= total.value * (1 + 1e-9):
        return
    what = _("a budget of {budget} is below the {least} that are committed: {names}").format(
        budget=number_words(total.value, case.currency),
        least=number_words(least, case.currency),
        names=", ".join(committed),
    )
    fix = _("raise the budget, or take committed from an option")
    yield Problem(where="budget", what=what, fix=fix)
