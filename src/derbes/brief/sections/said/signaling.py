"""Whether a threat is credible, year by year."""

from derbes.brief import format as fmt
from derbes.brief.charts.draws import probability_lines
from derbes.brief.charts.style import NARROW, WIDE, Row
from derbes.brief.contents import BriefContents, name_of
from derbes.brief.parts import Figure, Section, Table, figure_cell, month_cell, words
from derbes.brief.sections.said.words import made_words
from derbes.brief.sections.wording import decimal_year
from derbes.language import _
from derbes.results.statements import Signaling, SignalingYear, StatementTable

_LIKELY = 0.5


def signaling_section(contents: BriefContents, ledger: StatementTable) -> Section | None:
    """In which years a cut-off pays, and whether explaining changes anything."""
    game = ledger.signaling
    known = [y for y in game.years if y.credible_share is not None] if game else []
    if game is None or not known:
        return None
    finding = _finding(known)
    first = known[0]
    about = f"{name_of(contents.case, 'measures', first.measure)}, {fmt.months(first.length)}"
    figure = Figure(
        id="signaling-chart",
        title=finding,
        subtitle=" · ".join((_("Share of the draws"), about, made_words(ledger))),
        description=_("Lines of shares by start. {finding}").format(finding=finding),
        wide=_spec(known, WIDE),
        narrow=_spec(known, NARROW),
        table=_table(known),
    )
    text = _(
        "A small game: the target explains, keeps silent or acts; the sender does not know whether "
        "it still depends, and talks, threatens or cuts off. Payoffs come from the losses above "
        "and from a few declared parameters with ranges. It says when a threat would pay, not what "
        "anybody will do."
    )
    return Section("signaling", _("Threat or talk"), (text,), (figure,), (_parameters(game),))


def _finding(years: list[SignalingYear]) -> str:
    credible = [y for y in years if (y.credible_share or 0.0) >= _LIKELY]
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


def _lines(year: SignalingYear) -> tuple[tuple[str, float | None], ...]:
    return (
        (_("a cut-off pays against the target as it is then"), year.credible_share),
        (_("threats are talk, whatever is believed"), year.rhetoric_share),
        (_("what the target says changes what the sender does"), year.explaining_matters_share),
    )


def _spec(years: list[SignalingYear], width: int) -> Row:
    rows = [
        {"line": line, "year": decimal_year(year.start), "p": share}
        for year in years
        for line, share in _lines(year)
        if share is not None
    ]
    places = [decimal_year(year.start) for year in years]
    ends = (min(places), max(places))
    order = [line for line, _share in _lines(years[0])]
    return probability_lines(rows, width=width, years=ends, order=order)


def _table(years: list[SignalingYear]) -> Table:
    head = (_("start"), *(line for line, _share in _lines(years[0])),
            _("belief from which it pays"), _("draws"))  # fmt: skip
    rows = tuple(
        (
            month_cell(year.start),
            *(
                figure_cell(share, None if share is None else fmt.share(share))
                for _line, share in _lines(year)
            ),
            figure_cell(year.threshold),
            figure_cell(year.n_draws),
        )
        for year in years
    )
    return Table(_("Threat or talk by start"), head, rows)


def _parameters(game: Signaling) -> Table:
    head = (_("parameter"), _("low"), _("central"), _("high"))
    rows = tuple(
        (words(_parameter_words(name)), *(figure_cell(value) for value in values))
        for name, values in game.parameters.items()
    )
    return Table(_("Parameters that no data give: assumptions, grade D"), head, rows)


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
