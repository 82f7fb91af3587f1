"""Options of the verbs that ask about measures, and what they need."""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

import click

from derbes.case.entities import Case
from derbes.cli.options import Decorator, option, options_of, with_options
from derbes.language import _
from derbes.parallel import refuse_small_space
from derbes.request import EVERY_MONTHS, need_of, request_of

DRAWS = {"--draws N": _("Draws of the uncertain inputs.")}
SEED = {"--seed N": _("Seed of the draws.")}


def surface_options(
    verb: Callable[..., Any],
    *,
    measures: str = _("Measure of the case; may be given more than once. Without it: all."),
    starts: str = _("Month in which measures start, e.g. 2028-01; may be given more than once."),
    apart: str = _("Without --start: how far starts lie apart."),
) -> Decorator:
    """`--variant`, `--measure`, `--length`, `--start`, `--every`.

    Args:
        verb: A function of `api`.
        measures: What `--measure` means to the command.
        starts: What `--start` means to it.
        apart: What `--every` means to it.
    """
    variants = _("Variant of the case; may be given more than once; base, or all.")
    lengths = _("Length of the measures. Without it: the lengths that the case names.")
    every = signature(verb).parameters["starts"].default
    return with_options(
        options_of(
            verb,
            {
                "--variant variants NAME": variants,
                "--measure measures NAME": measures,
                "--length lengths MONTHS": lengths,
            },
        ),
        option("--start starts", starts, "MONTH", multiple=True),
        option("--every", apart, type=click.Choice(list(EVERY_MONTHS)), default=every),
    )


def needed(case: Case, words: Mapping[str, Any]) -> str:
    """What a question needs, in words: points, draws and memory."""
    refuse_small_space("derbes")
    names = ("variants", "measures", "starts", "lengths")
    request = request_of(case, **{name: words[name] for name in names})
    return need_of(case, request)._replace(n_draws=words.get("draws", 1)).words


def words_of(asked: dict[str, Any]) -> dict[str, Any]:
    """Options as the verbs name them: `--every` counts where no start is given."""
    every = asked.pop("every")
    return {**asked, "starts": asked["starts"] or every}
