"""Talk and threat: whether a stop would pay its sender, and whether words change anything.

What the signaling game says of every year, over the draws of the page or at central values.
"""

from functools import partial

from derbes.brief import drawing as vega
from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents, decimal_year, draws_and_seed
from derbes.brief.headline import end_dates
from derbes.brief.layout import Cell, Figure, Section, figure_cell, month_cell, share_cell, table_of
from derbes.brief.uncertainty import LIKELY
from derbes.language import _
from derbes.results.statements import SignalingYear
from derbes.results.tables import Column


def _known(contents: BriefContents) -> list[SignalingYear]:
    """Years of which the game has an answer."""
    years = contents.talk.years if contents.talk else ()
    return [year for year in years if year.credible_share is not None]


def talk_words(contents: BriefContents) -> str:
    """Whether a stop would pay its sender, first and later, and what threats and words are worth.

    Empty where nobody imposes the main measure.
    """
    known = _known(contents)
    if contents.talk is None:
        return ""
    sender = contents.name("actors", contents.sender)
    if not known:
        text = _("Whether a stop would pay {sender} itself is not known: losses are missing.")
        return text.format(sender=sender)
    first, later = known[0], _later(contents, known)
    if first.n_draws <= 1:
        return fmt.joined(_central_words(sender, known), _assumed(), by=" ")
    text = _("A stop begun in {first} would gain {sender} more than it costs in {a} of {n} draws.")
    talk = _("A threat of it would be mere talk, whatever is believed, in {a}.")
    if later is not first:
        text = _(
            "A stop begun in {first} would gain {sender} more than it costs in {a} of {n} draws, "
            "one begun in {later} in {b}."
        )
        talk = _(
            "A threat of it would be mere talk, whatever is believed, in {a} ({first}) and {b} "
            "({later})."
        )
    matter = _("What {target} says would change what {sender} does in at most {most} of them.")
    share = fmt.share

    def told(words: str, field: str) -> str:
        return words.format(
            sender=sender,
            n=fmt.number(first.n_draws),
            a=share(getattr(first, field)),
            b=share(getattr(later, field)),
            first=fmt.date(first.start),
            later=fmt.date(later.start),
        )

    most = max(known, key=lambda year: year.credible_share or 0.0)
    peak = _("The most is {share}, in {month}.").format(
        share=share(most.credible_share or 0.0), month=fmt.date(most.start)
    )
    is_told = most.credible_share in (first.credible_share, later.credible_share)
    return fmt.joined(
        told(text, "credible_share"),
        "" if is_told else peak,
        told(talk, "rhetoric_share"),
        matter.format(
            sender=sender,
            target=contents.name("actors", contents.case.target),
            most=share(max(year.explaining_matters_share or 0.0 for year in known)),
        ),
        _assumed(),
        by=" ",
    )


def _assumed() -> str:
    return _("This is a small game over assumed parameters (grade D), no forecast.")


def _central_words(sender: str, known: list[SignalingYear]) -> str:
    """The same of central values: at which of the yearly starts it pays."""
    pays = [year for year in known if year.credible_share]
    text = _(
        "At central values a stop would pay {sender} itself if it begins in {months}, and at no "
        "other of {n} yearly starts from {first} to {last}."
    )
    if not pays:
        text = _(
            "At central values a stop would pay {sender} itself at none of {n} yearly starts from "
            "{first} to {last}."
        )
    elif len(pays) == len(known):
        text = _(
            "At central values a stop would pay {sender} itself at each of {n} yearly starts from "
            "{first} to {last}."
        )
    return text.format(
        sender=sender,
        months=", ".join(fmt.date(year.start) for year in pays),
        n=fmt.number(len(known)),
        first=fmt.date(known[0].start),
        last=fmt.date(known[-1].start),
    )


def _later(contents: BriefContents, known: list[SignalingYear]) -> SignalingYear:
    """The first year from the middle one of the dates by which leverage may have ended.

    At central values from the date on which it ends; else the last.
    """
    end, dates = contents.end_row(), end_dates(contents)
    date = dates[len(dates) // 2] if dates else (end.date if end else None)
    return next((year for year in known[1:] if date and year.start >= date), known[-1])


def talk_section(contents: BriefContents) -> Section | None:
    """In which years a cut-off pays, whether explaining changes anything, and the limits of it."""
    known, game = _known(contents), contents.talk
    if game is None or not known:
        return None
    first = known[0]
    about = f"{contents.name('measures', first.measure)}, {fmt.months(first.length)}"
    lines = {
        "credible_share": _("a cut-off pays against the target as it is then"),
        "rhetoric_share": _("threats are talk, whatever is believed"),
        "explaining_matters_share": _("what the target says changes what the sender does"),
    }

    def share(year: SignalingYear, *, field: str) -> Cell:
        return share_cell(getattr(year, field))

    def threshold(year: SignalingYear) -> Cell:
        needed = year.threshold or 0.0
        return figure_cell(year.threshold, fmt.share(needed) if needed <= 1 else _("never"))

    columns = (
        Column(_("start"), lambda year: month_cell(year.start)),
        *(Column(line, partial(share, field=field)) for field, line in lines.items()),
        Column(_("belief from which it pays"), threshold),
        Column(_("draws"), "n_draws"),
    )
    table = table_of(_("Threat or talk by start"), columns, known)
    seed = contents.stress.seed if contents.stress else None
    figure = Figure(
        "signaling-chart",
        _finding(known),
        under=(_("Share of the draws"), about, draws_and_seed(first.n_draws, seed)),
        description=_("Lines of shares by start. {finding}"),
        spec=partial(_spec, known, lines),
        table=table,
    )
    parameters = table_of(
        _("Parameters that no data give: assumptions, grade D"),
        (
            Column(_("parameter"), lambda row: _parameter_words(row[0])),
            Column(_("low"), lambda row: row[1][0]),
            Column(_("central"), lambda row: row[1][1]),
            Column(_("high"), lambda row: row[1][2]),
        ),
        game.parameters.items(),
    )
    is_drawn = first.n_draws > 1
    return Section(
        "signaling",
        _("Threat or talk"),
        _texts(),
        (figure,) if is_drawn else (),
        (parameters,) if is_drawn else (table, parameters),
    )


def _texts() -> tuple[str, str]:
    """What the game is, and what it leaves out."""
    return (
        _(
            "A small game: the target explains, keeps silent or acts; the sender does not know "
            "whether it still depends, and talks, threatens or cuts off. Payoffs come from the "
            "losses above and from a few declared parameters with ranges. A cut-off pays where "
            "what the target's loss is worth to the sender is more than its own cost."
        ),
        _(
            "Its limits: money is all that counts; each year is a game of its own, without "
            "reputation; two types of target stand for a whole range; nobody's mind is known. It "
            "says when a threat would pay, not what anybody will do."
        ),
    )


def _spec(known: list[SignalingYear], lines: dict[str, str], width: int) -> vega.Spec:
    rows = [
        {"line": line, "year": decimal_year(year.start), "p": getattr(year, field)}
        for year in known
        for field, line in lines.items()
        if getattr(year, field) is not None
    ]
    return vega.probability_lines(rows, width=width, order=lines.values())


def _finding(years: list[SignalingYear]) -> str:
    credible = [y for y in years if (y.credible_share or 0.0) >= LIKELY]
    if not credible:
        return _("At no start does a cut-off pay the sender in most draws: threats are talk")
    if len(credible) == len(years):
        return _("At every start a cut-off would pay the sender in most draws")
    return _(
        "A cut-off pays the sender in most draws at {n} of {total} starts, last in {month}"
    ).format(
        n=fmt.number(len(credible)),
        total=fmt.number(len(years)),
        month=fmt.date(credible[-1].start),
    )


def _parameter_words(name: str) -> str:
    """A parameter of the game for a reader."""
    return {
        "prior": _("belief that the target depends, before it says anything"),
        "gain_share": _("what a unit of the target's loss is worth to the sender"),
        "lost_buyer_share": _("chance that the buyer never comes back"),
        "threat_effect_share": _("part of the harm that a threat alone does"),
        "threat_cost_share": _("cost of a threat, as a part of the cost of a cut-off"),
        "explain_cost_share": _("cost of explaining, as a part of the target's loss"),
        "act_gain_share": _("gain of acting without a word, as a part of the target's loss"),
        "bluff_cost_share": _("cost of acting while it depends, as a part of the target's loss"),
    }.get(name, name.replace("_", " "))
