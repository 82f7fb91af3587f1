"""What an input-output table says of a dependence: tiers, routes, sectors, losses and gains.

Amounts are in the table's unit; `per_100` is for 100 units of money of the target's output.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from derbes.language import _
from derbes.results.books import Tabled, tables_of
from derbes.results.tables import Column, ResultTable, columns, table_of

OWN_SHARE, BY_SECTOR, WITH_LOOP, OF_INPUTS = "one_sector", "by_sector", "with_loop", "of_inputs"
"""Ways to count gains from trade."""
LOWEST, HIGHEST = "lowest", "highest"
"""Ends of elasticities that sectors have of their own."""


@dataclass(frozen=True, slots=True)
class TableOrigin:
    """What is known of a table as a whole; empty: not told."""

    file: str = "arrays"
    source: str = ""
    year: str = ""
    """Of the flows."""
    license: str = ""
    unit: str = ""
    """Of the amounts, such as million USD."""


@dataclass(frozen=True, slots=True)
class TableSource(TableOrigin):
    """Which input-output table a result rests on."""

    n_countries: int = 0
    n_sectors: int = 0
    is_full: bool = False
    """Whether each sector has its own inputs; else each buys the mean mix of its country."""


@dataclass(frozen=True, slots=True)
class TierRow:
    """What comes from the sender in one tier: inputs, inputs of inputs, and so on."""

    tier: int
    """1: inputs of the target."""
    per_100: float
    """From the sender."""
    all_per_100: float
    """From everybody."""
    share: float
    """The sender's part of the tier."""
    so_far: float
    """Part of what comes from the sender over all tiers that has come up to this one."""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """Whose goods the sender's inputs are in when they reach the target."""

    country: str
    name: str
    per_100: float
    share: float
    """Part of all that comes from the sender."""


@dataclass(frozen=True, slots=True)
class UpstreamSector:
    """Goods of one sector in what the target makes."""

    sector: str
    label: str
    use: float
    """What the target buys of it as inputs, from everybody."""
    direct_value: float
    """From the sender."""
    direct_share: float
    """Part of that use which the sender sells."""
    per_100: float
    """From the sender over all tiers."""
    total_share: float
    """The sender's part of all goods of the sector in what the target makes, over all tiers."""
    income_share: float
    """Use over the target's value added."""
    short_first: float
    """Loss of income if nobody steps in, first order; a part of it."""
    short_second: float
    """The same, second order, at the middle of the elasticities."""
    short_low: float
    """The same, exact, at the highest elasticity."""
    short_high: float
    """The same, exact, at the lowest elasticity."""


@dataclass(frozen=True, slots=True)
class LossRow:
    """How much dearer the target's output is without the sender, at one elasticity."""

    sigma: float | None
    """None: sectors have their own."""
    probability: float | None
    """That the loss is not above, where every σ of the range is as likely; None: one σ only."""
    direct: float
    """By its own purchases, a part of the cost of its output."""
    with_loop: float
    """The same with own goods made of dearer own goods."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """One side's dependence on the other."""

    target: str
    target_name: str
    sender: str
    sender_name: str
    output: float
    inputs: float
    """What its producers buy of countries in the table."""
    direct_value: float
    direct_share: float
    """The sender's part of its inputs."""
    total_share: float
    """The sender's part of the inputs of all tiers."""
    value_share: float
    """Part of the worth of its output that ends with the sender, as value added."""
    sold_share: float
    """Part that it buys of the sender's sales of inputs to others."""
    sole_share: float
    """Part of inputs that only the sender sells; no loss is counted for them."""
    losses: tuple[LossRow, ...]
    """By σ, the smallest loss first."""


@dataclass(frozen=True, slots=True)
class GainRow:
    """What the target's real income would lose without any trade."""

    kind: str
    """`one_sector`, `by_sector`, `with_loop`, or `of_inputs`: counting inputs alone."""
    own_share: float | None
    """Part of spending on own goods; None: it is by sector."""
    epsilon: float | None
    """None: sectors have their own."""
    gains: float
    """Part of real income."""
    at: str = ""
    """Where sectors have their own ranges: `lowest` or `highest` end of all."""


@dataclass(frozen=True, slots=True)
class Upstream(Tabled):
    """The dependence of a target on a sender, tier by tier, and what losing it would cost."""

    exposure: Exposure
    back: Exposure
    """The other way: the sender's dependence on the target."""
    asymmetry: float | None
    """Loss of the target over that of the sender; the same at any σ."""
    buyer: str
    """Sector of the target that buys; empty: all of them, by output."""
    buyer_label: str
    tiers: tuple[TierRow, ...]
    total_per_100: float
    """From the sender over all tiers."""
    routes: tuple[RouteRow, ...]
    """Largest first; their amounts and the direct one add up to that of all tiers."""
    sectors: tuple[UpstreamSector, ...]
    """Of the sender, by what comes of them over all tiers."""
    short_sigma: tuple[float, float]
    """Elasticities between an input and all else, in `short_…`."""
    gains: tuple[GainRow, ...]
    without_own: tuple[str, ...]
    """Sectors of whose goods the target buys some and makes none; `gains` leave them out."""
    without_own_share: float
    """Their part of its spending."""
    absent: tuple[str, ...]
    """Members of a group that the table does not tell apart."""
    source: TableSource
    elasticities: str = ""
    """Table that sectors have their own elasticities from; empty: none."""
    by_sector: tuple[str, ...] = ()
    """Which: `sigma`, `epsilon`, `short_sigma`."""


def _percents(*, is_optional: bool = False, **headings: str) -> Iterator[Column]:
    """Columns of shares as per cents, three digits that count: field → heading."""

    def per_cent(row: Any, name: str) -> float | str | None:
        share = getattr(row, name)
        if share is not None and math.isinf(share):
            return _("no bound")
        return None if share is None else float(f"{100 * share:.3g}")

    for name, heading in headings.items():
        shown, tells = partial(per_cent, name=name), name if is_optional else None
        yield Column(heading, shown, "%", tells=tells, exact=name, exact_unit=_("share"))


def gain_words(kind: str) -> str:
    """How gains from trade are counted."""
    return {
        OWN_SHARE: _("one sector"),
        BY_SECTOR: _("by sector"),
        WITH_LOOP: _("by sector, goods made of goods"),
        OF_INPUTS: _("inputs alone, by sector, own goods made of own goods"),
    }[kind]


def epsilon_words(row: GainRow) -> str | float:
    """The elasticity of a row of gains."""
    if row.epsilon is not None:
        return row.epsilon
    ends = {LOWEST: _("by sector, lowest"), HIGHEST: _("by sector, highest")}
    return ends.get(row.at, _("by sector"))


def upstream_columns(unit: str) -> dict[str, tuple[Column, ...]]:
    """What is shown of tiers, routes, sectors, losses and gains.

    Args:
        unit: Of the amounts of the table.
    """
    per_100, sector = _("per 100 of output"), columns(label=_("sector of the seller"))
    from_sender = columns(per_100, per_100=_("from the sender"))
    return {
        "tiers": (
            *columns(tier=_("tier")), *from_sender,
            *columns(per_100, all_per_100=_("from everybody")),
            *_percents(share=_("sender's part"), so_far=_("come so far")),
        ),
        "routes": (
            *columns(name=_("in goods of")), *from_sender,
            *_percents(share=_("part of all tiers")),
        ),
        "sectors": (
            *sector, *columns(_(unit), use=_("use"), direct_value=_("from the sender")),
            *_percents(direct_share=_("direct"), total_share=_("all tiers")),
            *columns(per_100, per_100=_("all tiers")),
        ),
        "short": (
            *sector,
            *_percents(
                income_share=_("use over income"), direct_share=_("cut by"),
                short_first=_("first order"), short_second=_("second order"),
                short_low=_("exact, from"), short_high=_("to"),
            ),
        ),
        "losses": (
            Column(_("σ"), lambda row: _("by sector") if row.sigma is None else row.sigma),
            *_percents(is_optional=True, probability=_("chance of no more")),
            *_percents(direct=_("own purchases"), with_loop=_("with own goods dearer")),
        ),
        "gains": (
            Column(_("counted"), lambda row: gain_words(row.kind), exact="kind"),
            *_percents(own_share=_("spent on own goods")), Column(_("ε"), epsilon_words),
            *_percents(gains=_("lost without trade")),
        ),
    }  # fmt: skip


@tables_of.register
def upstream_tables(found: Upstream) -> tuple[ResultTable, ...]:
    """A dependence tier by tier as whole tables."""
    shown, losses = upstream_columns(found.source.unit), found.exposure.losses
    goods = (*columns(sector=_("sector")), *shown["sectors"])
    told = {one.path for one in goods}
    goods += tuple(one for one in shown["short"] if one.path not in told)
    routes = (*columns(country=_("country")), *shown["routes"])
    return (
        table_of("tiers", _("Tier by tier"), TierRow, found.tiers, *shown["tiers"]),
        table_of("sectors", _("Sectors"), UpstreamSector, found.sectors, *goods),
        table_of("routes", _("Whose goods they are in"), RouteRow, found.routes, *routes),
        table_of(
            "losses", _("If others take the sender's place"), LossRow, losses, *shown["losses"]
        ),
        table_of("gains", _("Gains from trade"), GainRow, found.gains, *shown["gains"]),
    )
