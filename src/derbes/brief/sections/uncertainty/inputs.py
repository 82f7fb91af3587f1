"""How each uncertain input was drawn."""

from derbes.brief import format as fmt
from derbes.brief.contents import BriefContents
from derbes.brief.parts import Section, Table, figure_cell, words
from derbes.brief.sections.uncertainty.words import input_words
from derbes.language import _, ngettext
from derbes.results.stress import Stress
from derbes.results.supply import DrawnInput


def drawn_section(contents: BriefContents, stress: Stress) -> Section | None:
    """Distribution of each input, with how many observations stand behind it."""
    if not stress.inputs:
        return None
    head = (_("input"), _("grade"), _("distribution"), "5 %", "50 %", "95 %", _("rests on"))
    rows = tuple(
        (
            words(input_words(contents, one.path)),
            words(one.grade),
            words(_distribution(one)),
            *(
                figure_cell(one.quantiles[band], fmt.quantity(one.quantiles[band], one.unit))
                for band in ("5", "50", "95")
            ),
            words(_rests_on(one)),
        )
        for one in stress.inputs
    )
    text = _(
        "An input with only a range is drawn from a PERT distribution: its value the likeliest, "
        "the ends of its range what is thought possible."
    )
    table = Table(_("How inputs were drawn"), head, rows)
    return Section("drawn", _("How inputs were drawn"), (text,), (), (table,))


def _distribution(one: DrawnInput) -> str:
    told = {
        "uniform": _("uniform"),
        "triangular": _("triangular"),
        "pert": _("PERT"),
        "lognormal": _("lognormal"),
        "empirical": _("observed values"),
        "discrete": _("discrete"),
        "reference": _("reference class"),
    }.get(one.distribution, one.distribution)
    return told if one.is_stated else _("{distribution}, from the range").format(distribution=told)


def _rests_on(one: DrawnInput) -> str:
    if one.n_rows is None:
        return _("judgment")
    if not one.reference:
        text = ngettext("{n} observed value", "{n} observed values", one.n_rows)
        return text.format(n=fmt.number(one.n_rows))
    text = ngettext("{n} project", "{n} projects", one.n_rows).format(n=fmt.number(one.n_rows))
    if not one.n_unfinished:
        return text
    return _("{projects}, {n} of them unfinished").format(
        projects=text, n=fmt.number(one.n_unfinished)
    )
