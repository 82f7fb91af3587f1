"""What plans and futures rest on: options, the budget, scenarios and correlations; levers.

Options must be about something and can be chosen together, what is committed fits the
budget, and scenarios and rank correlations can be true at once. A lever is counted or
missing, by measures of its sender, none of them twice.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from derbes.case.entities import Lever
from derbes.case.options import OPTION_TERMS, OPTIONAL_KINDS, Option, OptionKind, Standard
from derbes.case.quantity import Calendar, FloatArray, Quantity
from derbes.casefile.draft import CaseDraft, Check
from derbes.casefile.entries import Finding
from derbes.casefile.quantities import in_words
from derbes.errors import did_you_mean
from derbes.language import _
from derbes.links import circles, reached
from derbes.model.measures import companions
from derbes.units import format_number

Options = Mapping[str, Option]


def each(section: str) -> Callable[[Callable[[CaseDraft, Any], Iterator[Finding]]], Check]:
    """A check of one element, made of those of a section one after the other."""

    def of_one(check: Callable[[CaseDraft, Any], Iterator[Finding]]) -> Check:
        def of_all(draft: CaseDraft) -> Iterator[Finding]:
            for element in getattr(draft.case, section).values():
                yield from check(draft, element)

        return of_all

    return of_one


@each("options")
def keys_of_options(draft: CaseDraft, option: Option) -> Iterator[Finding]:
    """What only some options can say, and what their kind says of their element."""
    path = ("options", option.id)
    section = option.element.partition(".")[0]
    fitting = OPTION_TERMS[option.kind].sections
    if section in draft.elements and section not in fitting:
        what = _('an option of kind {kind} cannot be about "{element}"')
        what = what.format(kind=option.kind, element=option.element)
        fix = _("it can be about {sections}").format(sections=", ".join(fitting))
        yield Finding((*path, "element"), what, fix)
    is_purchase = option.kind is OptionKind.CONTRACT and option.element.startswith("suppliers.")
    if draft.entry(*path).take_or_pay is not None and not is_purchase:
        what = _('"take_or_pay" says nothing but for a contract with a supplier')
        yield Finding((*path, "take_or_pay"), what, _("take it out"))
    plant = draft.case.plants.get(option.element.removeprefix("plants."))
    if option.kind is OptionKind.BRING_FORWARD and plant is not None and plant.opening <= 0:
        what = _('"{element}" is open when the calendar begins')
        fix = _("take the option out, or let the calendar begin earlier")
        yield Finding.of((*path, "element"), what, fix, element=option.element)
    for key in ("excludes", "requires"):
        names = getattr(option, key)
        if option.id in names:
            what = _('"{name}" names itself').format(name=option.id)
            yield Finding((*path, key, names.index(option.id)), what, _("take it out"))


def cyclic_prerequisites(draft: CaseDraft) -> Iterator[Finding]:
    """Options that require each other in a circle; told once for each circle."""
    options = draft.case.options
    needed = {name: [n for n in one.requires if n != name] for name, one in options.items()}
    told: set[str] = set()
    for way in circles(needed):
        if told.isdisjoint(way):
            name = way[0]
            told |= set(way)
            what = _("the options require each other in a circle: {cycle}")
            fix = _("take one of them out, or make one option of them")
            cycle = " → ".join([*way, name])
            yield Finding.of(("options", name, "requires"), what, fix, cycle=cycle)


def chosen_with(options: Options, name: str) -> set[str]:
    """An option and all that must be chosen with it."""
    return {*reached([name], lambda one: [n for n in options[one].requires if n in options])}


def committed_options(options: Options) -> set[str]:
    """Options that must be chosen, because they are committed or such a one needs them."""
    committed = [name for name, option in options.items() if option.committed]
    return {needed for name in committed for needed in chosen_with(options, name)}


def options_that_clash(draft: CaseDraft) -> Iterator[Finding]:
    """Options that exclude each other, and both must be chosen."""
    options = draft.case.options
    told: set[tuple[str, str]] = set()
    for name in options:
        for first, second in _excluding_pairs(options, chosen_with(options, name)):
            if (first, second) not in told:
                told.add((first, second))
                what = _(
                    'choosing "{name}" means both "{first}" and "{second}",'
                    " which exclude each other"
                )
                fix = _("take one of the two out of requires, or the other out of excludes")
                path = ("options", name, "requires")
                yield Finding.of(path, what, fix, name=name, first=first, second=second)
    for first, second in _excluding_pairs(options, committed_options(options)):
        if (first, second) not in told:
            what = _('"{first}" and "{second}" exclude each other, but both must be chosen')
            fix = _("take committed out of one of them, or out of an option that requires it")
            yield Finding.of(("options", first), what, fix, at_key=True, first=first, second=second)


def _excluding_pairs(options: Options, chosen: set[str]) -> list[tuple[str, str]]:
    """Pairs of the chosen options that exclude each other, in the order of the case."""
    ordered = [name for name in options if name in chosen]
    return [pair for pair in combinations(ordered, 2) if _exclude(options, *pair)]


def _exclude(options: Options, first: str, second: str) -> bool:
    return second in options[first].excludes or first in options[second].excludes


@each("options")
def prerequisites_that_come_later(draft: CaseDraft, option: Option) -> Iterator[Finding]:
    """Options whose prerequisite can only be decided after them."""
    for position, name in enumerate(option.requires):
        needed = draft.case.options.get(name)
        if needed is not None and min(needed.dates) > max(option.dates):
            what = _('"{needed}" can only be decided later than "{name}", which needs it')
            fix, path = _("give one of the two other dates"), ("options", option.id, "requires")
            yield Finding.of((*path, position), what, fix, needed=name, name=option.id)


def makes_its_element(option: Option) -> bool:
    """Whether the element of an option is there only when the option is chosen."""
    section = option.element.partition(".")[0]
    return option.kind in OPTIONAL_KINDS and section in OPTION_TERMS[option.kind].sections


def elements_made_twice(draft: CaseDraft) -> Iterator[Finding]:
    """Options that make the same element be there, beside each other."""
    options = draft.case.options
    makers = [name for name, option in options.items() if makes_its_element(option)]
    for first, second in combinations(makers, 2):
        element = options[second].element
        if options[first].element == element and not _exclude(options, first, second):
            what = _('"{element}" is there by "{first}" already, which can be chosen as well')
            fix = _('add "excludes: [{first}]", or name another element')
            path = ("options", second, "element")
            yield Finding.of(path, what, fix, element=element, first=first)


@each("options")
def elements_that_are_not_there(draft: CaseDraft, option: Option) -> Iterator[Finding]:
    """Options that change an element that is there only by another option."""
    options, element = draft.case.options, option.element
    same = [one for one in options.values() if one.element == element]
    makers = [one.id for one in same if makes_its_element(one)]
    if option.kind in OPTIONAL_KINDS or not makers:
        return
    if chosen_with(options, option.id).isdisjoint(makers):
        what = _('"{element}" is there only when "{maker}" is chosen')
        fix, path = _('add "requires: [{maker}]"'), ("options", option.id, "element")
        yield Finding.of(path, what, fix, element=element, maker=makers[0])


ROUNDING = 1e-9
"""Payments are spread over months; their sum may miss the budget by so much of it."""


def budget_of_what_is_committed(draft: CaseDraft) -> Iterator[Finding]:
    """A budget must bear the options that are committed, at their least cost."""
    case = draft.case
    if case.budget is None or not draft.unsound.isdisjoint({"calendar", "currency"}):
        return
    committed = committed_options(case.options)
    options = [option for name, option in case.options.items() if name in committed]
    calendar = case.calendar
    paid = [[payments_of(option, date, calendar) for date in option.dates] for option in options]
    texts = {
        "total": _("what is committed ({names}) costs at least {cost}, the budget is {most}"),
        "by_year": _(
            "what is committed ({names}) costs at least {cost} in this year, the budget is {most}"
        ),
        "foreign_total": _(
            "what is committed ({names}) costs at least {cost} abroad, the budget is {most}"
        ),
        "foreign_by_year": _(
            "what is committed ({names}) costs at least {cost} abroad in this year,"
            " the budget is {most}"
        ),
    }
    for key, what in texts.items():
        is_abroad = key.startswith("foreign")
        given = getattr(case.budget, key)
        limits: Mapping[Any, Any] = given if isinstance(given, Mapping) else {None: given}
        for year, most in limits.items():
            cost = math.fsum(
                min(
                    math.fsum(one.values()) if year is None else one.get(year, 0.0) for one in dates
                )
                * (float(_over(option.foreign_share, 1)[0]) if is_abroad else 1.0)
                for option, dates in zip(options, paid, strict=True)
            )
            if most is not None and cost > most.value * (1 + ROUNDING):
                yield Finding.of(
                    ("budget", key) if year is None else ("budget", key, str(year)),
                    what,
                    _("raise it, or take committed out of one of these options"),
                    names=", ".join(option.id for option in options),
                    cost=in_words(round(cost, 2), case.currency),
                    most=in_words(most.value, case.currency),
                )


def payments_of(option: Option, date: int, calendar: Calendar) -> Mapping[int, float]:
    """What the smallest size of an option costs in each year of the calendar. [money]

    Capital is spread evenly over the periods of the lead time, from the decision on;
    running cost is paid from the effect to the end of the calendar.
    """
    size = min(option.sizes, default=option.smallest)
    lead = calendar.periods(float(_over(option.lead_time, 1)[0]))
    n_built, sums = max(lead, 1), dict[int, float]()
    n = max(calendar.n_periods, date + n_built)
    capital = _over(option.capital, n) + size * _over(option.capital_by_size, n)
    running = _over(option.running, n) + size * _over(option.running_by_size, n)
    paid = np.zeros(n)
    paid[date : date + n_built] = capital[date : date + n_built] / n_built
    paid[date + lead :] += running[date + lead :] * calendar.step
    for period in range(calendar.n_periods):
        year = calendar.month_of(period)[0]
        sums[year] = sums.get(year, 0.0) + float(paid[period])
    return sums


def _over(quantity: Quantity | None, n: int) -> FloatArray:
    """Central values by period, at its exchange rate; what is missing adds nothing. (n,)"""
    return np.zeros(n) if quantity is None else quantity.over(n)


SINGULAR = 1e-10
"""An eigenvalue that is smaller is taken for 0: the matrix is definite but for rounding."""

SCALE = 1000.0
"""The nearest rank that works is said in thousandths."""

Pair = tuple[str, str]
"""Two inputs."""

Links = Mapping[Pair, float]
"""Pair of inputs → rank correlation."""


def smallest_clash(links: Links) -> Links:
    """Ranks among a set of inputs that clash, but do not when any of the inputs is left out."""
    kept = sorted({name for pair in links for name in pair})
    for name in list(kept):
        fewer = _among(links, [one for one in kept if one != name])
        if not are_possible(fewer):
            kept.remove(name)
    return _among(links, kept)


def _among(links: Links, names: Sequence[str]) -> Links:
    return {pair: rank for pair, rank in links.items() if set(pair).issubset(names)}


def nearest_possible(links: Links, pair: Pair) -> float | None:
    """The rank of a pair nearest to the given one that can be true beside the others.

    None when there is none. The possible ranks are an interval, because the matrices
    without a negative direction are a convex set; so any of them leads to the nearest.
    """
    grid = (step / 100 for step in range(-100, 101))
    works = next((rank for rank in grid if are_possible({**links, pair: rank})), None)
    return None if works is None else nearest_in_common(links, [pair], works=works)


def nearest_in_common(links: Links, pairs: Sequence[Pair], works: float = 0.0) -> float:
    """The rank nearest to that of the first pair that all the pairs can have together.

    Between that and one that works, the last that works, rounded. With 0 they can, if the
    other ranks are possible without them.
    """
    fails = links[pairs[0]]
    toward = math.floor if works < fails else math.ceil
    for _step in range(40):
        middle = (works + fails) / 2
        if are_possible({**links, **dict.fromkeys(pairs, middle)}):
            works = middle
        else:
            fails = middle
    rounded = float(toward(works * SCALE)) / SCALE
    return rounded if are_possible({**links, **dict.fromkeys(pairs, rounded)}) else works


def are_possible(links: Links) -> bool:
    """Whether ranks can be those of inputs that are jointly normal after ranking.

    Spearman's rank r belongs to a correlation 2 sin(π r / 6) of normal variables
    (Pearson 1907); their matrix must have no negative direction.
    """
    names = sorted({name for pair in links for name in pair})
    matrix = np.eye(len(names))
    for (first, second), rank in links.items():
        row, column = names.index(first), names.index(second)
        matrix[row, column] = matrix[column, row] = 2.0 * math.sin(math.pi * rank / 6.0)
    return bool(np.linalg.eigvalsh(matrix).min(initial=0.0) >= -SINGULAR)


SUM_SLIP = 1e-3
"""Probabilities are written with a few digits; their sum may miss 1 by so much."""


def probabilities_of_scenarios(draft: CaseDraft) -> Iterator[Finding]:
    """Probabilities of all scenarios add to 1."""
    scenarios = draft.case.scenarios
    if not scenarios or not draft.sound("scenarios"):
        return
    total = math.fsum(one.probability for one in scenarios.values())
    if abs(total - 1.0) > SUM_SLIP:
        what = _("the probabilities of the scenarios add to {total}, not to 1")
        fix = _("change them, or add a scenario for what is left")
        shown = format_number(round(total, 6))
        yield Finding.of(("scenarios",), what, fix, at_key=True, total=shown)


def inputs_of_correlations(draft: CaseDraft) -> Iterator[Finding]:
    """Correlations name uncertain inputs, or hazards, two and two, each pair once."""
    if not draft.case.correlations:
        return
    known = {one.path: one.has_range for one in draft.quantities}
    hazards = {f"hazards.{name}" for name in draft.elements["hazards"]}
    uncertain = {path for path, has_range in known.items() if has_range} | hazards
    told: dict[frozenset[str], int] = {}
    for one, place in zip(draft.case.correlations, draft.correlated, strict=True):
        path = ("correlations", place[0], "between")
        for side, name in zip(place[1:], one.between, strict=True):
            if name in uncertain:
                continue
            if name in known:
                what = _('"{name}" has neither a range nor a distribution').format(name=name)
                fix = _("give it one, or take the correlation out")
                yield Finding((*path, side), what, fix, lapses=True)
                continue
            section, element_id = [*name.split("."), ""][:2]
            built = draft.elements.get(section, {}).get(element_id)
            is_refused = section in draft.unreadable or (built and built.entity is None)
            if not is_refused:  # else it has no quantity
                what = _('"{name}" is not a quantity of this case').format(name=name)
                fix = "" if name in draft.before else did_you_mean(name, uncertain)
                yield Finding((*path, side), what, fix, lapses=True)
        pair = frozenset(one.between)
        what, fix = "", ""
        if len(pair) == 1:
            what = _('"{name}" stands on both sides').format(name=one.between[0])
            fix = _("name two inputs")
        elif len(pair & hazards) == 1:
            what = _("a hazard and a quantity cannot be correlated")
            fix = _("name two quantities, or two hazards")
        elif pair in told:
            what = _("the two are already correlated in line {line}").format(line=told[pair])
            fix = _("keep one of the two")
        if what:
            yield Finding((*path, place[2]), what, fix)
        told.setdefault(pair, one.at_line)


def correlations_that_clash(draft: CaseDraft) -> Iterator[Finding]:
    """Ranks that no inputs can have together: one finding for each set of inputs."""
    before = [*draft.findings, *draft.found]
    if any(one.path[:1] == ("correlations",) for one in before):
        return
    pairs = draft.case.correlations
    links = {one.between: one.rank for one in pairs}
    at = {one.between: place[0] for one, place in zip(pairs, draft.correlated, strict=True)}
    left = dict(links)
    while not are_possible(left):
        clash = smallest_clash(left)
        last = max(clash, key=at.__getitem__)
        named = ", ".join(f"{first} – {second}" for first, second in clash)
        together = [pair for pair in links if at[pair] == at[last]]
        what = _("the ranks of {pairs} cannot be true together").format(pairs=named)
        fix = _repair(links, clash, last)
        if len(together) > 1:
            nearest = format_number(nearest_in_common(links, together))
            fix = _("the nearest that works for all of them is {nearest}").format(nearest=nearest)
        yield Finding(("correlations", at[last], "rank"), what, fix)
        for pair in clash:
            del left[pair]


def _repair(links: Links, clash: Links, last: Pair) -> str:
    """How the clash can be cured: by the last rank, else by another one, else by several."""
    names = {name for pair in clash for name in pair}
    rest = ""
    if len(clash) < len(names) * (len(names) - 1) // 2:
        rest = _("; pairs that are not named count as 0")
    for pair in [last, *(one for one in clash if one != last)]:
        works = nearest_possible(links, pair)
        if works is not None:
            first, second = pair
            cure = _("with the others as they are, {nearest} is the nearest for {first} – {second}")
            return cure.format(nearest=format_number(works), first=first, second=second) + rest
    return _("bring several of them nearer to 0") + rest


READY = ("recipes", "exports", "suppliers")
"""Sections of what may be there only for a chance: nothing else names what is in them."""


def tags_of_chances(draft: CaseDraft, variants: Mapping[str, CaseDraft]) -> Iterator[Finding]:
    """Tags of chances that nothing in their variant has.

    Args:
        draft: The case as written.
        variants: What its variants make of it.
    """
    for name, chance in draft.case.chances.items():
        if chance.variant not in variants:
            continue
        case = variants[chance.variant].case
        elements = [one for section in READY for one in getattr(case, section).values()]
        tags = {tag for one in elements for tag in one.tags}
        if chance.tag not in tags:
            what = _('no recipe, export or supplier of variant "{variant}" has the tag "{tag}"')
            what = what.format(variant=chance.variant, tag=chance.tag)
            fix = _("tag what is there only for it, or name another tag")
            fix = did_you_mean(chance.tag, tags) or fix
            yield Finding(("chances", name, "tag"), what, fix)


@each("levers")
def keys_of_levers(draft: CaseDraft, lever: Lever) -> Iterator[Finding]:
    """A lever has measures of its sender, or says what is missing and where to look for it."""
    path, measures = ("levers", lever.id), draft.case.measures
    if lever.measures and lever.lacks:
        what = _('"missing" says nothing for a lever that has measures: it is counted')
        yield Finding((*path, "missing"), what, _("keep one of the two"))
    elif not lever.measures and not lever.lacks:
        what = _("the lever has no measures, and does not say what is missing")
        fix = _('add "measures: [my_measure]", or "missing:" with what would be needed')
        yield Finding(path, what, fix, at_key=True)
    elif lever.lacks and not lever.look:
        what = _("the lever does not say where to look for what is missing")
        yield Finding(path, what, _('add "look:", a text or an address'), at_key=True)
    elif lever.measures and lever.look:
        what = _('"look" says nothing for a lever that has measures: it is counted')
        yield Finding((*path, "look"), what, _("take it out, or write it into the note"))
    if lever.sender and lever.sender == draft.case.target:
        what = _('"{name}" is the target of the case; the sender must be another')
        yield Finding.of((*path, "sender"), what, _("name who pulls the lever"), name=lever.sender)
    for position, name in enumerate(lever.measures):
        if name in measures and measures[name].sender != lever.sender:
            what = _('the sender of "{measure}" is {sender}, that of the lever {other}')
            sender = measures[name].sender or _("no one (an accident)")
            what = what.format(measure=name, sender=sender, other=lever.sender)
            fix = _("name a measure of {sender}, or make it a lever of its own")
            yield Finding((*path, "measures", position), what, fix.format(sender=lever.sender))


def measures_of_levers(draft: CaseDraft) -> Iterator[Finding]:
    """A measure counts once, also with another; what a sender does at once begins in one month."""
    case, is_sound = draft.case, draft.sound("measures")
    pulled: dict[str, str] = {}
    first: dict[str, str] = {}
    listed = [(one, *place) for one in case.levers.values() for place in enumerate(one.measures)]
    for lever, position, name in listed:
        if name not in case.measures:
            continue
        path = ("levers", lever.id, "measures", position)
        together = companions(case, [name]) if is_sound else ()
        twice = [one for one in together if one in pulled]
        if twice:
            what = _('"{other}" is in the lever "{lever}" already; it would count twice')
            fix = _('take "{measure}" out: it runs together with "{other}"')
            if twice[0] == name:
                fix = _("take it out of one of the two")
            yield Finding.of(path, what, fix, measure=name, other=twice[0], lever=pulled[twice[0]])
        pulled |= dict.fromkeys(together, lever.id)
        other = first.setdefault(lever.sender, name)
        starts = [case.measures[one].start for one in (name, other)]
        if starts[0] != starts[1]:
            every, label = _("every month"), case.calendar.label
            start, begin = (every if one is None else label(one) for one in starts)
            what = _(
                '"{measure}" is looked at from {start}, "{other}" from {begin}; levers of one '
                "sender are counted at once"
            )
            fix = _("name measures with the same start")
            yield Finding.of(path, what, fix, measure=name, start=start, other=other, begin=begin)


@each("standards")
def sellers_of_caps(draft: CaseDraft, standard: Standard) -> Iterator[Finding]:
    """A cap names sellers abroad that sell its good, and somebody does."""
    case, good = draft.outline, standard.good
    if good not in case.goods or not draft.is_outlined("suppliers", "actors"):
        return
    offers = [s for s in case.suppliers.values() if s.good == good and s.actor != case.target]
    path = ("standards", standard.id)
    if not offers:
        what = _('nobody abroad sells "{good}", so that the cap says nothing')
        fix = _("add a supplier of it, or take the standard out")
        yield Finding((*path, "good"), what.format(good=good), fix, lapses=True)
        return
    names = {word for one in offers for word in (one.actor, one.id)}
    for position, name in enumerate(standard.sellers):
        if name not in names and (name in case.actors or name in case.suppliers):
            what = _('"{name}" sells no "{good}" from abroad').format(name=name, good=good)
            fix = did_you_mean(name, names)
            yield Finding((*path, "sellers", position), what, fix, lapses=True)


PLAN_CHECKS: tuple[Check, ...] = (
    keys_of_levers,
    measures_of_levers,
    keys_of_options,
    cyclic_prerequisites,
    options_that_clash,
    prerequisites_that_come_later,
    elements_made_twice,
    elements_that_are_not_there,
    sellers_of_caps,
    budget_of_what_is_committed,
    probabilities_of_scenarios,
    inputs_of_correlations,
    correlations_that_clash,
)
"""Checks of levers, options, scenarios and correlations."""
