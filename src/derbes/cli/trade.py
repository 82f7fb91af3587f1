"""Trade and input-output tables as text for people: what was brought, and who depends on whom."""

from collections.abc import Iterator, Sequence
from typing import Any

from derbes.language import _, percent, spelled
from derbes.results import trade as results
from derbes.results.tables import Column, shown, text_table
from derbes.results.upstream import Exposure, Upstream, upstream_columns

MOST_ROUTES = 6
SIGMA = "sigma"
MOST_SHORT = 5
"""Sectors shown where nobody steps in."""


def imported_text(found: results.Imported) -> str:
    """What an import brought, what it left out and set aside."""
    order = {results.KEPT: 0, **{name: place for place, name in enumerate(results.FACTS, 1)}}
    counts = sorted(found.counts.items(), key=lambda one: (order.get(one[0], 9), one[0]))
    head, held = _("{dataset}: {source}, {years}."), _("The dataset holds {years}, in {folder}.")
    lines = [head.format(dataset=found.dataset, source=found.made_of, years=_span(found.years))]
    lines += [
        f"  {n:>12,} {results.fate_words(fate)}" for fate, n in counts if n or fate == results.KEPT
    ]
    if found.broken:
        lines.append(_("Broken rows were set aside; the first of them:"))
        lines += [f"  - {line}" for line in found.broken]
    lines += found.replaced
    lines.append(held.format(years=_span(found.all_years), folder=found.folder))
    lines.append(_("License: {license}.").format(license=found.license or _("not told")))
    return "\n".join(lines)


def _span(years: tuple[int, ...]) -> str:
    """Years in words; those in a row as first and last."""
    if len(years) > 1 and years[-1] - years[0] == len(years) - 1:
        return _("{first} to {last}").format(first=years[0], last=years[-1])
    return ", ".join(str(year) for year in years)


def _titled(title: str, columns: Sequence[Column], rows: Sequence[Any]) -> str:
    return f"{title}\n{text_table(columns, rows)}"


def _rows_left(n: int) -> Iterator[str]:
    """How many rows the screen leaves out, where it does."""
    if n > 0:
        yield _("{n} more rows are in the JSON, or with --limit.").format(n=f"{n:,}")


def screen_text(found: results.Screen | results.ProductSheet, limit: int) -> str:
    """Dependences as tables; no more than some rows."""
    parts = _sheet(found) if isinstance(found, results.ProductSheet) else _screen(found, limit)
    return "\n\n".join([*(part for part in parts if part), _source_text(found.source)])


def _screen(found: results.Screen, limit: int) -> Iterator[str]:
    year = found.years[-1]
    if not found.rows:
        yield _("No imports of {buyer} are recorded in {year}.").format(
            buyer=found.buyer, year=year
        )
        return
    title = _("Imports of {buyer} by product in {year}, most dependent first")
    if found.buyer == results.EVERY:
        title = _("Imports by buyer and product in {year}, most dependent first")
    title = title.format(buyer=found.buyer, year=year)
    columns = results.dependence_columns(
        sender=found.sender, has_buyers=found.buyer == results.EVERY
    )
    yield _titled(title, columns, found.rows[:limit])
    yield from _rows_left(len(found.rows) - limit)
    yield _reading(found)


def _reading(found: results.Screen) -> str:
    """How the columns are read, and how steady the flags are."""
    tests = _("concentration above 0.4 and imports over exports above 1")
    if found.inside:
        tests = _(
            "concentration of sellers from outside {group} above 0.4, more than half from outside, "
            "and imports from outside over exports above 1"
        ).format(group=found.inside)
    text = _(
        "CDI margin: how far the weakest of the tests ({tests}) is above its threshold, as a "
        "part of it; below 0 the product is not flagged. GeoDep margin: the same with the "
        "concentration of the world's exports above 0.4."
    )
    lines = [text.format(tests=tests)]
    if found.churn is not None:
        text = _(
            "Of what was flagged in {first}, {share} is not in {last}: near a threshold a flag "
            "comes and goes."
        )
        share = percent(f"{100 * found.churn:.0f}", " ")
        lines.append(text.format(first=found.years[0], last=found.years[-1], share=share))
    if found.absent:
        lines.append(_("The data hold nothing of {years}.").format(years=_span(found.absent)))
    return "\n".join(lines)


def _sheet(found: results.ProductSheet) -> Iterator[str]:
    title = _("{product}: {label}").format(product=found.product, label=found.label)
    yield title if found.label else found.product
    if not found.rows:
        text = _("{buyer}: no imports are recorded in {years}.")
        yield text.format(buyer=found.buyer, years=_span(found.absent))
        return
    columns = results.dependence_columns(sender=found.sender, by_year=True)
    title = _("Imports of {buyer} by year").format(buyer=found.buyer)
    yield _titled(title, columns, found.rows)
    title = _("Sellers in {year}; below: who sells to others, by what it sold more at its peak")
    yield _titled(title.format(year=found.rows[-1].year), results.seller_columns(), found.sellers)
    if found.comparisons:
        yield _titled(
            _("Unit values beside others"), results.comparison_columns(), found.comparisons
        )
    if found.mirrors:
        title = _("The same trade as buyer and seller report it: an indicator, no verdict")
        yield _titled(title, results.mirror_columns(), found.mirrors)
    yield "\n".join(_trends(found))


def _trends(found: results.ProductSheet) -> Iterator[str]:
    if found.sender_trend is not None:
        trend = _("{n} percentage points").format(n=spelled(f"{100 * found.sender_trend:+.1f}"))
        text = _("{sender}'s part changes by {trend} a year.")
        yield text.format(sender=found.sender, trend=trend)
    if found.concentration_trend is not None:
        trend = shown(found.concentration_trend)
        yield _("Concentration changes by {trend} a year.").format(trend=trend)
    if found.reliance is not None:
        text = _("Net imports are {share} of use in {year}.")
        if found.exports_weighed == 0:
            text = _(
                "Net imports are {share} of use in {year}, exports taken at the unit value of "
                "imports, since none of them has a weight."
            )
        share = percent(f"{100 * found.reliance:.0f}", " ")
        yield text.format(share=share, year=found.rows[-1].year)
    else:
        yield _(
            "How far use relies on imports is not told: production is not in trade data; add "
            "--production."
        )
    if found.absent:
        yield _("No imports are recorded in {years}.").format(years=_span(found.absent))


def _source_text(source: results.TradeSource) -> str:
    """Which data, by whose reports, under which license, and what is not in them."""
    reports = {
        "reconciled": _("reports of both sides reconciled"),
        "importer": _("as buyers report"),
        "exporter": _("as sellers report"),
    }[source.reports]
    made_of = ", ".join(filter(None, (source.source, source.classification, source.vintage)))
    told = _("Data: {dataset} ({made_of}; {reports}). US dollars of the year.")
    told = told.format(dataset=source.dataset, made_of=made_of, reports=reports)
    return "\n".join([told, *filter(None, [source.license]), *source.warnings])


# Input-output tables


def upstream_text(found: Upstream, limit: int) -> str:
    """The dependence in a few lines, then its tables; no more than some sectors."""
    return "\n\n".join(part for part in _parts(found, limit) if part)


def _parts(found: Upstream, limit: int) -> Iterator[str]:
    columns = upstream_columns(found.source.unit)
    title = _("Inputs of {target} from {sender}").format(**_names(found.exposure))
    parts = [title, found.buyer_label, found.source.year]
    yield "\n".join([", ".join(filter(None, parts)), *_summary(found)])
    yield _titled(_("Tier by tier"), columns["tiers"], found.tiers)
    if found.routes:
        head = _("Whose goods they are in beyond the direct ones, {direct} of all tiers")
        head = head.format(direct=_part(found.tiers[0].so_far))
        yield _titled(head, columns["routes"], found.routes[:MOST_ROUTES])
    yield from _sectors(found, limit)
    yield from _losses(found, columns["losses"])
    yield from _gains(found, columns["gains"])
    yield "\n".join(_not_told(found))


def _names(one: Exposure) -> dict[str, str]:
    """Who depends on whom, for the texts."""
    return {"target": one.target_name, "sender": one.sender_name}


def _summary(found: Upstream) -> Iterator[str]:
    """The answer in sentences."""
    one, back, unit = found.exposure, found.back, found.source.unit
    names = _names(one)
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
    text = _(
        "Of 100 of the worth of its output, {value} end with {sender} as wages, profits and taxes."
    )
    yield text.format(value=shown(100 * one.value_share), **names)
    text = _(
        "The other way: {share} of the inputs of {target} come straight from {sender}, {total} "
        "over all tiers."
    )
    shares = {"share": _part(back.direct_share), "total": _part(back.total_share)}
    yield text.format(**shares, **_names(back))
    text = _("{target} buys {sold} of the inputs that {sender} sells to others.")
    yield text.format(sold=_part(one.sold_share), **names)
    if found.asymmetry is not None:
        text = _(
            "Losing each other's goods would cost {target} {ratio} times as much of its output as "
            "{sender}, by one formula, at any elasticity."
        )
        if SIGMA in found.by_sector:
            text = _(
                "Losing each other's goods would cost {target} {ratio} times as much of its output "
                "as {sender}, by one formula, at the middle of the elasticities of sectors."
            )
        yield text.format(ratio=shown(found.asymmetry), **names)


def _part(share: float) -> str:
    """A share as a per cent, three digits that count."""
    return percent(f"{100 * share:.3g}", " ")


def _sectors(found: Upstream, limit: int) -> Iterator[str]:
    head = _(
        "Which goods: use as inputs, how much of it {sender} sells, and its part over all tiers"
    )
    columns = upstream_columns(found.source.unit)
    yield _titled(head.format(**_names(found.exposure)), columns["sectors"], found.sectors[:limit])
    yield from _rows_left(len(found.sectors) - limit)
    rows = sorted(found.sectors, key=lambda row: (-row.short_high, row.sector))[:MOST_SHORT]
    low, high = (shown(end) for end in found.short_sigma)
    sigma = low if low == high else _("{low} to {high}").format(low=low, high=high)
    head = _(
        "If no other seller steps in: loss of income by one good, for months (σ between it and all "
        "else {sigma})"
    )
    if rows:
        reading = _(
            "At a low σ the loss of most of a good stops what is made of it: take the last column "
            "as a sign that the good needs a case of its own (derbes draft), not as a forecast."
        )
        yield _titled(head.format(sigma=sigma), columns["short"], rows) + f"\n{reading}"


def _losses(found: Upstream, columns: Sequence[Column]) -> Iterator[str]:
    one = found.exposure
    head = _(
        "If others take the place of {sender}, after a year and more: how much dearer the output "
        "of {target} is (σ between sellers of a good)"
    )
    yield _titled(head.format(**_names(one)), columns, one.losses)
    if one.sole_share > 0:
        text = _(
            "{share} of inputs are of goods that only {sender} sells in this table: no loss is "
            "counted for them, since by this formula it is without bound."
        )
        yield text.format(share=_part(one.sole_share), sender=one.sender_name)


def _gains(found: Upstream, columns: Sequence[Column]) -> Iterator[str]:
    head = _("What {target} would lose of its real income without any trade")
    lines = [_titled(head.format(**_names(found.exposure)), columns, found.gains)]
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
    kind = _("reduced: buyers are countries")
    if source.is_full:
        kind = _("full: each sector has its own inputs")
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
