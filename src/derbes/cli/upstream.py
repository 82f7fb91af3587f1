"""A dependence in an input-output table as text for people."""

from collections.abc import Iterator

from derbes.language import _, percent, spelled
from derbes.results.tables import shown, text_table
from derbes.results.upstream import (
    Exposure,
    Upstream,
    gain_columns,
    loss_columns,
    route_columns,
    short_columns,
    tier_columns,
    upstream_sector_columns,
)

MOST_ROUTES = 6
SIGMA = "sigma"
MOST_SHORT = 5
"""Sectors shown where nobody steps in."""


def upstream_text(found: Upstream, limit: int) -> str:
    """The dependence in a few lines, then its tables; no more than some sectors."""
    return "\n\n".join(part for part in _parts(found, limit) if part)


def _parts(found: Upstream, limit: int) -> Iterator[str]:
    one = found.exposure
    names = {"target": one.target_name, "sender": one.sender_name}
    title = _("Inputs of {target} from {sender}").format(**names)
    parts = [title, found.buyer_label, found.source.year]
    yield "\n".join([", ".join(filter(None, parts)), *_summary(found)])
    yield "\n".join([_("Tier by tier"), text_table(tier_columns(), found.tiers)])
    head = _("Whose goods they are in beyond the direct ones, {direct} of all tiers").format(
        direct=_part(found.tiers[0].so_far)
    )
    if found.routes:
        yield f"{head}\n{text_table(route_columns(), found.routes[:MOST_ROUTES])}"
    yield from _sectors(found, limit)
    yield from _losses(found)
    yield from _gains(found)
    yield "\n".join(_not_told(found))


def _summary(found: Upstream) -> Iterator[str]:
    """The answer in sentences."""
    one, unit = found.exposure, found.source.unit
    yield _(
        "Direct: {share} of what its producers buy as inputs ({value} of {inputs} {unit}). "
        "All tiers: {total} of inputs, inputs of inputs and so on."
    ).format(
        share=_part(one.direct_share),
        value=spelled(f"{one.direct_value:,.0f}"),
        inputs=spelled(f"{one.inputs:,.0f}"),
        unit=_(unit),
        total=_part(one.total_share),
    )
    yield _(
        "Of 100 of the worth of its output, {value} end with {sender} as wages, profits and taxes."
    ).format(value=shown(100 * one.value_share), sender=one.sender_name)
    yield _back(found.back)
    yield _("{target} buys {sold} of the inputs that {sender} sells to others.").format(
        sender=one.sender_name, sold=_part(one.sold_share), target=one.target_name
    )
    if found.asymmetry is not None and SIGMA in found.by_sector:
        yield _(
            "Losing each other's goods would cost {target} {ratio} times as much of its output as "
            "{sender}, by one formula, at the middle of the elasticities of sectors."
        ).format(
            target=one.target_name, sender=one.sender_name, ratio=shown(found.asymmetry)
        )  # fmt: skip
    elif found.asymmetry is not None:
        yield _(
            "Losing each other's goods would cost {target} {ratio} times as much of its output as "
            "{sender}, by one formula, at any elasticity."
        ).format(
            target=one.target_name, sender=one.sender_name, ratio=shown(found.asymmetry)
        )  # fmt: skip


def _back(back: Exposure) -> str:
    return _(
        "The other way: {share} of the inputs of {target} come straight from {sender}, {total} "
        "over all tiers."
    ).format(
        share=_part(back.direct_share),
        total=_part(back.total_share),
        target=back.target_name,
        sender=back.sender_name,
    )


def _part(share: float) -> str:
    """A share as a per cent, three digits that count."""
    return percent(f"{100 * share:.3g}", " ")


def _sectors(found: Upstream, limit: int) -> Iterator[str]:
    one = found.exposure
    head = _(
        "Which goods: use as inputs, how much of it {sender} sells, and its part over all tiers"
    ).format(sender=one.sender_name)
    columns = upstream_sector_columns(found.source.unit)
    yield f"{head}\n{text_table(columns, found.sectors[:limit])}"
    more = len(found.sectors) - limit
    if more > 0:
        yield _("{n} more rows are in the JSON, or with --limit.").format(n=f"{more:,}")
    rows = sorted(found.sectors, key=lambda row: (-row.short_high, row.sector))[:MOST_SHORT]
    low, high = found.short_sigma
    head = _(
        "If no other seller steps in: loss of income by one good, for months (σ between it and all "
        "else {sigma})"
    ).format(sigma=_span(low, high))
    if rows:
        reading = _(
            "At a low σ the loss of most of a good stops what is made of it: take the last column "
            "as a sign that the good needs a case of its own (derbes draft), not as a forecast."
        )
        yield "\n".join([head, text_table(short_columns(), rows), reading])


def _span(low: float, high: float) -> str:
    return (
        f"{low:g}" if low == high else _("{low} to {high}").format(low=f"{low:g}", high=f"{high:g}")
    )


def _losses(found: Upstream) -> Iterator[str]:
    one = found.exposure
    head = _(
        "If others take the place of {sender}, after a year and more: how much dearer the output "
        "of {target} is (σ between sellers of a good)"
    ).format(sender=one.sender_name, target=one.target_name)
    yield f"{head}\n{text_table(loss_columns(), one.losses)}"
    if one.sole_share > 0:
        yield _(
            "{share} of inputs are of goods that only {sender} sells in this table: no loss is "
            "counted for them, since by this formula it is without bound."
        ).format(share=_part(one.sole_share), sender=one.sender_name)


def _gains(found: Upstream) -> Iterator[str]:
    head = _("What {target} would lose of its real income without any trade").format(
        target=found.exposure.target_name
    )
    lines = [head, text_table(gain_columns(), found.gains)]
    if found.without_own:
        text = _(
            "Left out, since it makes none of them itself: {sectors}, {share} of its spending."
        )
        share = _part(found.without_own_share)
        lines.append(text.format(sectors=", ".join(found.without_own), share=share))
    yield "\n".join(lines)


def _not_told(found: Upstream) -> Iterator[str]:
    """Which table, under which license, and what is not in it."""
    source = found.source
    kind = (
        _("full: each sector has its own inputs")
        if source.is_full
        else _("reduced: buyers are countries")
    )
    yield _(
        "Table: {source} ({file}), {year}; {countries} countries, {sectors} sectors; {kind}."
    ).format(
        source=source.source or _("source not told"),
        file=source.file,
        year=source.year or _("year not told"),
        countries=source.n_countries,
        sectors=source.n_sectors,
        kind=kind,
    )
    if source.license:
        yield _("License: {license}.").format(license=source.license)
    if not source.is_full:
        yield _(
            "Each sector is taken to buy the mean mix of its country, as much as its own part of "
            "inputs in cost asks for: a sector that leans on the sender more than the mean is not "
            "seen. Give a full table with --table."
        )
        yield _(
            "Not told: who buys goods for final use, so gains from trade count inputs alone, and "
            "would be more with them; inputs from countries outside the table, which stand with "
            "value added."
        )
    if found.absent:
        yield _("Not told apart in this table, and left out: {members}.").format(
            members=", ".join(found.absent)
        )
    yield _(
        "σ and ε are assumptions (grade D), not in the table. By default σ between sellers is 2 to "
        "6, for years (medians of 3.2 and 4.1, Feenstra et al.), σ within months 0.1 to 0.9 (0.2 "
        "of imported parts, Boehm et al.), and ε is 5, as is customary."
    )
    if found.elasticities:
        yield _(
            "Sectors have their own elasticities as far as {file} says ({which}); where it gives "
            "ranges, all sectors are at the same part of theirs at once."
        ).format(file=found.elasticities, which=", ".join(found.by_sector))
    yield _(
        "Goods within a sector count as one: a part without which nothing runs weighs no more than "
        "its price."
    )
