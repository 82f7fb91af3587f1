"""What page one answers: how long uses hold, when not, and what the question supposes.

A measure is told with all that comes with it. Without draws the answer is that of the
central values, and says so.
"""

from collections.abc import Iterable
from functools import partial
from itertools import groupby, pairwise

from derbes.brief import format as fmt
from derbes.brief.contents import (
    MYOPIC,
    OPTIMAL,
    BriefContents,
    calm_words,
    harm_of,
    is_all_net,
    survived,
)
from derbes.brief.layout import Cell, PageTable, table_of
from derbes.brief.uncertainty import LIKELY, at_least, in_unit, kind_of, made_by
from derbes.case.entities import Measure, Use, essential_uses
from derbes.case.options import Standard
from derbes.language import _, ngettext
from derbes.planning.accounts import cap_words
from derbes.results.stress import Answer, EndedBy
from derbes.results.supply import LeverageRow
from derbes.results.tables import Column

TIME_TO_SURVIVE, LEVERAGE_RATIO = "time_to_survive", "leverage_ratio"
"""Answers over draws that page one tells."""
_RATIO_DIGITS = 2
"""Digits of a leverage ratio over draws: its spread leaves no more to tell."""

# What is asked


def asked_words(contents: BriefContents) -> tuple[str, ...]:
    """The measure and what comes with it; the same without its crisis; starts and standard."""
    measure, case = contents.measure, contents.case
    if measure is None:
        return ()
    supposed = _("Supposed: {measure}.").format(measure=contents.measure_words())
    own, essential = essential_uses(case), ""
    if 0 < len(own) < len(case.uses):
        names = _grouped(contents.name("uses", use) for use in own)
        essential = _("Essential: {uses}.").format(uses=names)
    asked = (essential, _horizon_words(contents), _standard_words(contents))
    parts = (
        fmt.joined(supposed, _company_words(contents, measure), by=" "),
        _without_crisis(contents, measure),
        fmt.joined(*asked, by=" "),
    )
    return tuple(part for part in parts if part)


def _has_crisis(contents: BriefContents, measure: Measure) -> bool:
    """Whether a crisis comes with a measure, or with those that run together with it."""
    others = (contents.case.measures[id_] for id_ in measure.together_with)
    return any(part.crisis for part in (measure, *others))


def crisis_uses(contents: BriefContents) -> list[Use]:
    """Uses whose demand a crisis changes while the main measure runs."""
    measure = contents.measure
    if measure is None or not _has_crisis(contents, measure):
        return []
    return [use for use in contents.case.uses.values() if use.crisis_demand is not None]


def _company_words(contents: BriefContents, measure: Measure) -> str:
    case, month = contents.case, contents.focus.start
    at, calendar = case.calendar.index_of(month), case.calendar
    sums: dict[str, list[float]] = {}
    for use in (used := crisis_uses(contents)):
        both = sums.setdefault(case.goods[use.good].unit, [0.0, 0.0])
        for place, demand in enumerate((use.demand, use.crisis_demand)):
            both[place] += float(demand.over(calendar.n_periods)[at]) if demand else 0.0
    changes = []
    for unit, (calm, crisis) in sums.items():
        text = _("from {change} a month")
        times = crisis / calm if calm > 0 else 0.0
        shown = round(times, 1 if times < 10 else None)
        if calm > 0:
            text = ngettext(
                "from {change} a month, {times} time as much",
                "from {change} a month, {times} times as much",
                round(shown) if shown == round(shown) else 2,
            )
        change = fmt.span(fmt.quantity(calm, unit), fmt.quantity(crisis, unit))
        changes.append(text.format(change=change, times=fmt.number(times, 2)))
    told = []
    if changes:
        text = _(
            "With it comes a crisis: while it runs, demand of {uses} goes {change} (as of {month})."
        )
        uses = _grouped(contents.name("uses", use.id) for use in used)
        told.append(text.format(uses=uses, change="; ".join(changes), month=fmt.date(month)))
    if others := contents.names("measures", measure.together_with):
        told.append(_("At the same time: {measures}.").format(measures=others))
    return fmt.joined(*told, by=" ")


def _grouped(names: Iterable[str]) -> str:
    """Names in a list; of several alike before a comma once, of one with a comma in quotes."""
    quoted, groups, told = _("“{input}”"), dict[str, list[str]](), list[str]()
    for name in names:
        first, _comma, rest = name.partition(", ")
        groups.setdefault(first, []).append(rest)
    for first, rests in groups.items():
        if len(rests) > 1 and all(rests):
            told.append(f"{first} ({', '.join(rests)})")
        else:
            told += [quoted.format(input=f"{first}, {one}") if one else first for one in rests]
    return fmt.first_of(told)


def without_crisis(contents: BriefContents, measure: Measure) -> str:
    """Id of the measure that does the same without a crisis; empty: the case has none."""
    fields = ("kind", "sender", "hits", "share", "by", "start", "in_transit")
    for other in contents.case.measures.values():
        is_like = all(getattr(other, name) == getattr(measure, name) for name in fields)
        if is_like and not _has_crisis(contents, other):
            return other.id
    return ""


def _without_crisis(contents: BriefContents, measure: Measure) -> str:
    if not crisis_uses(contents):
        return ""
    plain = without_crisis(contents, measure)
    if not plain:
        return _("The same without the crisis is not computed: the case has no such measure.")
    rows = _rows(contents, OPTIMAL, plain)
    if not rows:
        return _("The same without the crisis is not computed: it was not asked for.")
    worst = max(rows, key=harm_of)
    n_short = sum(harm_of(row) > 0 for row in rows)
    starts = [row.start for row in rows]
    text = _(
        "Without the crisis ({measure}), if all goes as written, nothing essential goes unmet at "
        "any of {n} starts from {first} to {last}."
    )
    if n_short:
        text = _(
            "Without the crisis ({measure}), if all goes as written, {length} are survived at "
            "{held} of {n} starts from {first} to {last}; at worst ({month}) {units} of essential "
            "demand go unmet."
        )
    return fmt.told(
        text,
        measure=contents.name("measures", plain),
        n=len(rows),
        held=len(rows) - n_short,
        first=fmt.date(min(starts)),
        last=fmt.date(max(starts)),
        length=fmt.months(contents.focus.length),
        month=fmt.date(worst.start),
        units=contents.amount_words(harm_of(worst)),
    )


def _horizon_words(contents: BriefContents) -> str:
    """Which starts were looked at, and how far the calendar goes."""
    starts = sorted({row.start for row in _rows(contents, OPTIMAL)})
    if not starts:
        return ""
    text = ngettext(
        "Looked at: {n} start from {first} to {last}{drawn}; the calendar ends in {end}.",
        "Looked at: {n} starts from {first} to {last}{drawn}; the calendar ends in {end}.",
        len(starts),
    )
    if len(starts) == 1:
        text = _("Looked at: {n} start, in {first}; the calendar ends in {end}.")
    n = len(_medians(contents))
    drawn = fmt.told(_(", {n} of them in the draws"), n=n) if n else ""
    first, last = fmt.date(starts[0]), fmt.date(starts[-1])
    return fmt.told(
        text, n=len(starts), drawn=drawn, first=first, last=last, end=contents.last_month
    )


def _standard_words(contents: BriefContents) -> str:
    """What a programme has to meet, with dates."""
    case, calendar = contents.case, contents.case.calendar

    def words(standard: Standard) -> str:
        name, first = contents.name("standards", standard.id), calendar.label(standard.first)
        if not standard.measure:
            if not standard.is_cap:
                return name
            cap = cap_words(case, standard)
            return _("{name} ({cap})").format(name=name, cap=cap) if standard.label else cap
        last = standard.last if standard.last >= 0 else calendar.n_periods - 1
        is_main = standard.measure == contents.focus.measure
        measure = _("the measure") if is_main else contents.name("measures", standard.measure)
        return _("{name} ({measure} for {length}, begun from {first} to {last})").format(
            name=name,
            measure=measure,
            length=fmt.months(standard.length * calendar.step),
            first=fmt.date(first),
            last=fmt.date(calendar.label(last)),
        )

    if not case.standards:
        return ""
    return ngettext(
        "The standard of the programme: {standards}.",
        "The standards of the programme: {standards}.",
        len(case.standards),
    ).format(standards="; ".join(map(words, case.standards.values())))


# What is answered


def how_long(contents: BriefContents) -> str:
    """How long essential demand is met from the first start: over draws, else at central values."""
    if not contents.case.measures:
        return _("Nothing is asked of this case yet: it has no measure.")
    if not essential_uses(contents.case):
        return _("No use of this case is essential: what others go without is in the sections.")
    drawn = spread_of(contents, TIME_TO_SURVIVE, contents.focus.start)
    if drawn is not None and drawn.quantiles:
        median, span = quantile_words(drawn, "50"), span_words(drawn)
        text = _(
            "{event}: all essential demand is met for {median}, the middle of {n} draws; in nine "
            "of ten draws for {span}."
        )
        if span == median:
            text = _(
                "{event}: all essential demand is met for {median} in nine of ten of {n} draws."
            )
        return fmt.told(
            text, event=event_words(contents), median=median, n=drawn.n_draws, span=span
        )
    row = contents.cover_row(start=contents.focus.start)
    if row is None and contents.focus.measure:
        return _("How long essential demand is met was not computed.")
    if row is None:
        return _("No answer: no measure was computed.")
    text = _("{event}: all essential demand is met for {time}.")
    if survived(row) == fmt.months(0):
        text = _("{event}: essential demand goes short at once.")
    words = text.format(event=event_words(contents), time=survived(row))
    known = _("These are central values; nothing is known about how sure they are.")
    return fmt.joined(words, known, by=" ")


def event_words(contents: BriefContents) -> str:
    """The main measure with its first start, and that it comes with a crisis."""
    text = _("{measure} in {month}")
    if crisis_uses(contents):
        text = _("{measure} in {month}, in a crisis")
    measure = contents.name("measures", contents.focus.measure)
    month = fmt.date(contents.focus.start)
    return text.format(measure=measure[:1].upper() + measure[1:], month=month)


def weak_window(contents: BriefContents) -> str:
    """At which starts the measure is not survived, over draws and as written."""
    text = _weak_window(contents)
    if contents.stress is None:
        return text
    row = contents.cover_row(start=contents.focus.start)
    text = fmt.joined(survived(row) if row else "", text[:1].lower() + text[1:], by="; ")
    written = _("If all goes as written: {text}").format(text=text)
    return fmt.joined(_weak_in_draws(contents), written if text else "", by=" ")


def _weak_in_draws(contents: BriefContents) -> str:
    """At which starts at least half of the draws fall short; the worst is in the table by date."""
    medians, length = _medians(contents), contents.focus.length
    if not medians:
        return ""
    weak = [month for month in medians if medians[month] < length]
    n_runs = sum(is_weak for is_weak, _run in groupby(medians, key=weak.__contains__))
    text = _(
        "Begun at any of {n} starts, half of the draws or more meet essential demand for {length}."
    )
    if len(weak) == len(medians):
        text = _(
            "Whenever it begins, half of the draws or more do not meet essential demand for "
            "{length}."
        )
    elif n_runs > 1:
        text = _(
            "Weak windows between {begins} and {ends}: begun then, half of the draws or more do "
            "not always meet essential demand for {length}."
        )
    elif len(weak) == 1:
        text = _(
            "Weak window in {begins}: begun then, half of the draws or more do not meet "
            "essential demand for {length}."
        )
    elif weak:
        text = _(
            "Weak window from {begins} to {ends}: begun then, half of the draws or more do not "
            "meet essential demand for {length}."
        )
    if len(medians) == 1:
        text = _("Half of the draws or more meet essential demand for {length}.")
        if weak:
            text = _("Half of the draws or more do not meet essential demand for {length}.")
    begins, ends = (fmt.date(weak[0]), fmt.date(weak[-1])) if weak else ("", "")
    return fmt.told(text, n=len(medians), length=fmt.months(length), begins=begins, ends=ends)


def _weak_window(contents: BriefContents) -> str:
    found, focus = short_by_start(contents), contents.focus
    if not found:
        return ""
    if all(row.takes_nothing for row in _rows(contents, OPTIMAL)):
        return _("It takes nothing away that is used in calm, whenever it comes.")
    months = sorted(found)
    short = [month for month in months if found[month]]
    n_runs = sum(is_short for is_short, _run in groupby(months, key=found.__getitem__))
    text = _("Whenever it comes, the whole {length} of it are survived.")
    if short:
        text = _over_time(months, short, n_runs)
    if len(months) == 1:
        text = _("The whole {length} of it are survived.")
        if short:
            text = _("{length} of it leave {units} of essential demand unmet.")
    return text.format(
        now=fmt.date(months[0]),
        length=fmt.months(focus.length),
        month=fmt.date(focus.worst),
        units=unmet_words(contents, focus.worst),
        begins=fmt.date(short[0]) if short else "",
        ends=fmt.date(short[-1]) if short else "",
    )


def _over_time(months: list[str], short: list[str], n_runs: int) -> str:
    """The weak window of several starts, some of which leave demand unmet, in so many runs."""
    if short == months:
        return _(
            "Whenever it comes, {length} of it are not survived: at worst ({month}) {units} of "
            "essential demand go unmet."
        )
    if n_runs > 1:
        return _(
            "Weak windows between {begins} and {ends}: {length} of it, begun then, are not always "
            "survived; at worst ({month}) {units} of essential demand go unmet."
        )
    if short[0] == months[0]:
        return _(
            "Weak window up to {ends}: {length} of it, begun by then, are not survived; at worst "
            "({month}) {units} of essential demand go unmet. Those begun later are survived."
        )
    if short[-1] == months[-1]:
        return _(
            "Weak window from {begins} on: {length} of it, begun then, are not survived; at worst "
            "({month}) {units} of essential demand go unmet. Begun in {now} they are."
        )
    if len(short) == 1:
        return _(
            "Weak window in {begins}: {length} of it, begun then, are not survived; {units} of "
            "essential demand go unmet. Begun in {now} they are."
        )
    return _(
        "Weak window from {begins} to {ends}: {length} of it, begun then, are not survived; at "
        "worst ({month}) {units} of essential demand go unmet. Begun in {now} they are."
    )


# Over draws


def spread_of(contents: BriefContents, kind: str, date: str) -> Answer | None:
    """What draws say of a number from a date on: by the best response, else by the rule.

    Of the main measure, and of its main length where the number has one.
    """
    focus = contents.focus
    about = (kind, date, focus.variant, focus.measure)
    found = [
        one
        for one in (contents.stress.answers if contents.stress else ())
        if (kind_of(one.name), one.date, one.variant, one.measure) == about
        and one.length in (None, focus.length)
    ]
    return min(found, key=lambda one: one.bound != OPTIMAL, default=None)


def quantile_words(answer: Answer, band: str) -> str:
    """A quantile with its unit; at the end of what is looked at, that it is at least that."""
    value = answer.quantiles.get(band)
    if value is None:
        return _("without bound") if answer.is_unbounded else fmt.missing()
    is_ratio = kind_of(answer.name) == LEVERAGE_RATIO
    text = fmt.number(value, _RATIO_DIGITS) if is_ratio else in_unit(value, answer.unit)
    return at_least(text, value, answer.capped_at)


def span_words(answer: Answer) -> str:
    """Where nine draws of ten lie."""
    return fmt.span(quantile_words(answer, "5"), quantile_words(answer, "95"))


def _medians(contents: BriefContents) -> dict[str, float]:
    """Start, rising → how long essential demand is met in the middle draw. [month]"""
    found = contents.stress.answers if contents.stress else ()
    dates = sorted({one.date for one in found if kind_of(one.name) == TIME_TO_SURVIVE})
    told = ((date, spread_of(contents, TIME_TO_SURVIVE, date)) for date in dates)
    return {date: one.quantiles["50"] for date, one in told if one and "50" in one.quantiles}


def worst_drawn(contents: BriefContents) -> str:
    """The date over draws from which demand is met least long in the middle draw.

    Empty where it is met equally long from each, in the tenths of a month that are told.
    """
    medians = {month: int(median * 10 + 1e-6) for month, median in _medians(contents).items()}
    worst = min(medians, key=medians.__getitem__, default="")
    return worst if len(set(medians.values())) > 1 else ""


def by_date(contents: BriefContents) -> PageTable | None:
    """Answers over draws at the first start, the worst and later ones; None without draws."""
    focus, stress = contents.focus, contents.stress
    worst = worst_drawn(contents)
    first = spread_of(contents, TIME_TO_SURVIVE, focus.start)
    if stress is None or first is None:
        return None
    best, rule = ended_by(contents, OPTIMAL), ended_by(contents, MYOPIC)

    def month(date: str) -> Cell:
        text = _("{month}, the worst of these").format(month=fmt.date(date))
        return Cell(text, date) if date == worst else Cell.month(date)

    def spread(date: str, *, kind: str) -> Cell:
        answer = spread_of(contents, kind, date)
        if answer is None or not (answer.quantiles or answer.is_unbounded):
            return Cell.figure(None)
        median, span = quantile_words(answer, "50"), span_words(answer)
        text = _("{median} ({span})").format(median=median, span=span)
        unit = fmt.unit_name(answer.unit)
        return Cell(median if span == median else text, answer.quantiles.get("50"), unit=unit)

    def ended(date: str) -> Cell:
        point, other = (best or rule).get(date), rule.get(date)
        if point is None:
            return Cell.figure(None)
        share, error = fmt.share(point.p), fmt.share(point.standard_error)
        text = _("{share} ± {error}").format(share=share, error=error)
        if other is not None and fmt.share(other.p) != share:
            text = _("{text}; simple rule {share}").format(text=text, share=fmt.share(other.p))
        return Cell(text, point.p, unit=_("share"))

    columns = (
        Column(_("if it begins in"), month),
        Column(_("essential demand is met for"), partial(spread, kind=TIME_TO_SURVIVE)),
        Column(_("share of draws in which leverage has ended by then"), ended),
        Column(_("leverage ratio"), partial(spread, kind=LEVERAGE_RATIO)),
    )
    caption = _(
        "When it ends, and who is hurt until then: the middle draw, in brackets where nine of ten "
        "lie ({made})"
    ).format(made=made_by(stress, first.bound, first.n_draws))
    return table_of(caption, columns, sorted({focus.start, worst, *end_dates(contents)} - {""}))


def reading_words(contents: BriefContents) -> str:
    """How the numbers by date are read, and when leverage ends if all goes as written."""
    end, target = contents.end_row(), contents.name("actors", contents.case.target)
    ended = _(
        "Leverage has ended by a date when no {length} of it, begun from then on, leave essential "
        "demand unmet."
    ).format(length=fmt.months(contents.focus.length))
    written = _("If all goes as written that is not so by {last}.")
    month = ""
    if end is None:
        written = ""
    elif end.date:
        month = fmt.date(end.date)
        written = _("If all goes as written that is so from {month} on.")
        if end.date == contents.focus.start:
            written = _("If all goes as written that is so from the first start, {month}.")
    ratio = _(
        "Leverage ratio: loss of {target} over cost of {sender}, if {target} buys again "
        "afterwards; above 1 {target} loses more, below 0 it pays less than without the "
        "measure."
    )
    made = _(
        "A draw is one run with each uncertain number taken from its range. Best response: stock "
        "and purchases are used as well as can be, knowing how long it lasts; simple rule: "
        "without looking ahead."
    )
    return fmt.joined(
        ended,
        written.format(month=month, last=contents.last_month),
        ratio.format(target=target, sender=contents.actor_words()) if contents.sender else "",
        "" if contents.leverage.levers else counted_words(contents),
        made,
        by=" ",
    )


def counted_words(contents: BriefContents) -> str:
    """Which lever of the sender a ratio counts, else which goods, and that it counts no other."""
    measure, goods = contents.focus.measure, contents.leverage.goods
    levers = (one for one in contents.leverage.levers if one.lever and measure in one.measures)
    own = next((str(one.label) for one in levers), "")
    names = own or _grouped(contents.name("goods", good) for good in goods)
    text = _("Counted: {goods} alone.")
    if contents.sender:
        text = _("Counted: {goods} alone, no other lever of {sender}.")
    return text.format(goods=names, sender=contents.actor_words())


def end_dates(contents: BriefContents) -> tuple[str, ...]:
    """Three dates by which leverage may have ended, rising; fewer where there are fewer.

    Where it ends if all goes as written, where it has ended in half of the draws, and the
    last; where these are the same, one between and the first after the first start.
    """
    told = ended_by(contents, OPTIMAL) or ended_by(contents, MYOPIC)
    later, end = sorted(told)[1:], contents.end_row()
    if not later:
        return ()
    written = [date for date in later if end is not None and end.date and date <= end.date]
    half = [date for date in later if told[date].p >= LIKELY]
    wanted = (*written[-1:], *half[:1], later[-1], later[len(later) // 2], later[0])
    return tuple(sorted([*dict.fromkeys(wanted)][:3]))


def ended_by(contents: BriefContents, bound: str) -> dict[str, EndedBy]:
    """Date → the probability that leverage has ended by it, by one response."""
    about = (contents.focus.variant, contents.focus.measure, contents.focus.length, bound)
    points = contents.stress.p_ended if contents.stress else ()
    return {
        one.date: one
        for one in points
        if (one.variant, one.measure, one.length, one.bound) == about
    }


def short_by_start(contents: BriefContents) -> dict[str, bool]:
    """Start → whether the measure leaves more essential demand unmet than calm does.

    To the starts of the surface come those that were looked at to date its edges, and what the
    date of the end says of starts between the last short one and the next.
    """
    surface = {row.start: harm_of(row) > 0 for row in _rows(contents, OPTIMAL)}
    if not surface:
        return {}
    edge = {row.start: harm_of(row) > 0 for row in contents.edge if row.bound == OPTIMAL}
    found, end = edge | surface, contents.end_row()
    last = max((month for month, is_short in found.items() if is_short), default="")
    after = min((month for month in found if month > last), default="")
    if not last or end is None or end.date is None or not last < end.date <= after:
        return found
    calendar = contents.case.calendar
    return found | {calendar.label(calendar.index_of(end.date) - 1): True, end.date: False}


def _rows(contents: BriefContents, bound: str, measure: str = "") -> list[LeverageRow]:
    """The surface of page one: a measure, else the main one, of the main length, as written."""
    about = {"variant": None, "bound": bound, "measure": measure or contents.focus.measure}
    rows = contents.rows_about(contents.leverage.rows, **about)
    return [row for row in rows if row.length == contents.focus.length]


def edge_of(contents: BriefContents) -> tuple[int, ...]:
    """Starts between the surface's last survived one and its first short one. [period]

    Empty when the first start is short, or none is.
    """
    calendar = contents.case.calendar
    found = short_by_start(contents)
    for before, after in pairwise(sorted(found)):
        if found[after] and not found[before]:
            return tuple(range(calendar.index_of(before) + 1, calendar.index_of(after)))
    return ()


def unmet_words(contents: BriefContents, start: str) -> str:
    """Unmet essential demand from a start.

    A range where both its ends are bounds, else what the best response leaves unmet.
    """
    best, rule = contents.responses(start)
    least = harm_of(best) if best else 0.0
    most = harm_of(rule) if rule else least
    text = contents.amount_words(least)
    is_bound = best is not None and "unmet_essential" in best.bounds
    if is_bound and fmt.number(least) != fmt.number(most):
        text = _("at least {amount}").format(amount=text)
        if rule is not None and "unmet_essential" in rule.bounds:
            text = fmt.span(fmt.number(least), contents.amount_words(most))
    if best is not None and least and not is_all_net(best):
        return _("{amount} more").format(amount=text)
    return text


def more_words(contents: BriefContents) -> str:
    """What the verdict leaves out: the simple rule, what is short in calm, what takes nothing."""
    best, rule = contents.responses(contents.focus.worst)
    parts = [_by_the_rule(contents, best, rule)]
    short = calm_words(contents.cover_row(start=contents.focus.shown))
    if short:
        text = _("Essential demand is {short}; that is no harm of the measure.")
        parts.append(text.format(short=short))
    if best is not None and contents.focus.harm and not is_all_net(best):
        text = _("With what is unmet in calm, {units} would go unmet in the {time} counted.")
        units = contents.amount_words(best.unmet_essential_gross)
        parts.append(text.format(units=units, time=fmt.months(best.window)))
    return fmt.joined(*parts, by=" ")


def _by_the_rule(
    contents: BriefContents, best: LeverageRow | None, rule: LeverageRow | None
) -> str:
    """What the simple rule leaves unmet, where the verdict does not say it."""
    if not contents.focus.harm:
        rows = [row for row in _rows(contents, MYOPIC) if harm_of(row) > 0]
        worst = max(rows, key=harm_of, default=None)
        if worst is None:
            return ""
        return _("By the simple rule up to {units} would go unmet ({month}).").format(
            units=contents.amount_words(harm_of(worst)), month=fmt.date(worst.start)
        )
    if best is None or rule is None:
        return ""
    is_told = "unmet_essential" in best.bounds and "unmet_essential" in rule.bounds
    if is_told or fmt.number(harm_of(best)) == fmt.number(harm_of(rule)):
        return ""
    units = contents.amount_words(harm_of(rule))
    return _("By the simple rule it would be {units}.").format(units=units)
