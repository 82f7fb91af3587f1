"""Trade as text for people: what an import brought, and how dependent a buyer is."""

from collections.abc import Iterator

from derbes.language import _, percent, spelled
from derbes.results.tables import shown, text_table
from derbes.results.trade import (
    EVERY,
    FACTS,
    KEPT,
    Imported,
    ProductSheet,
    Screen,
    TradeSource,
    comparison_columns,
    dependence_columns,
    fate_words,
    mirror_columns,
    seller_columns,
)


def imported_text(found: Imported) -> str:
    """What an import brought, what it left out and set aside."""
    order = {KEPT: 0, **{name: place for place, name in enumerate(FACTS, 1)}}
    counts = sorted(found.counts.items(), key=lambda one: (order.get(one[0], 9), one[0]))
    lines = [
        _("{dataset}: {source}, {years}.").format(
            dataset=found.dataset, source=found.made_of, years=_span(found.years)
        ),
        *(f"  {n:>12,} {fate_words(fate)}" for fate, n in counts if n or fate == KEPT),
    ]
    if found.broken:
        lines += [_("Broken rows were set aside; the first of them:"),
                  *(f"  - {line}" for line in found.broken)]  # fmt: skip
    lines += [
        _("The dataset holds {years}, in {folder}.").format(
            years=_span(found.all_years), folder=found.folder
        ),
        _("License: {license}.").format(license=found.license or _("not told")),
    ]
    return "\n".join(lines)


def _span(years: tuple[int, ...]) -> str:
    """Years in words; those in a row as first and last."""
    if len(years) > 1 and years[-1] - years[0] == len(years) - 1:
        return _("{first} to {last}").format(first=years[0], last=years[-1])
    return ", ".join(str(year) for year in years)


def screen_text(found: Screen | ProductSheet, limit: int) -> str:
    """Dependences as tables; no more than some rows."""
    parts = _sheet(found) if isinstance(found, ProductSheet) else _screen(found, limit)
    return "\n\n".join([*(part for part in parts if part), _source_text(found.source)])


def _screen(found: Screen, limit: int) -> Iterator[str]:
    title = _("Imports of {buyer} by product in {year}, most dependent first")
    if found.buyer == EVERY:
        title = _("Imports by buyer and product in {year}, most dependent first")
    title = title.format(buyer=found.buyer, year=found.years[-1])
    if not found.rows:
        yield _("No imports of {buyer} are recorded in {year}.").format(
            buyer=found.buyer, year=found.years[-1]
        )
        return
    columns = dependence_columns(sender=found.sender, has_buyers=found.buyer == EVERY)
    yield f"{title}\n{text_table(columns, found.rows[:limit])}"
    more = len(found.rows) - limit
    if more > 0:
        yield _("{n} more rows are in the JSON, or with --limit.").format(n=f"{more:,}")
    yield _reading(found)


def _reading(found: Screen) -> str:
    """How the columns are read, and how steady the flags are."""
    tests = _("concentration above 0.4 and imports over exports above 1")
    if found.inside:
        tests = _(
            "concentration of sellers from outside {group} above 0.4, more than half from outside, "
            "and imports from outside over exports above 1"
        ).format(group=found.inside)
    lines = [
        _(
            "CDI margin: how far the weakest of the tests ({tests}) is above its threshold, as a "
            "part of it; below 0 the product is not flagged. GeoDep margin: the same with the "
            "concentration of the world's exports above 0.4."
        ).format(tests=tests)
    ]
    if found.churn is not None:
        lines.append(
            _(
                "Of what was flagged in {first}, {share} is not in {last}: near a threshold a flag "
                "comes and goes."
            ).format(
                first=found.years[0],
                last=found.years[-1],
                share=percent(f"{100 * found.churn:.0f}", " "),
            )
        )
    if found.absent:
        lines.append(
            _("The data hold nothing of {years}.").format(years=_span(tuple(found.absent)))
        )
    return "\n".join(lines)


def _sheet(found: ProductSheet) -> Iterator[str]:
    title = _("{product}: {label}").format(product=found.product, label=found.label)
    yield title if found.label else found.product
    if not found.rows:
        yield _("No imports of {buyer} are recorded in these years.").format(buyer=found.buyer)
        return
    columns = dependence_columns(sender=found.sender, by_year=True)
    yield "\n".join(
        [_("Imports of {buyer} by year").format(buyer=found.buyer), text_table(columns, found.rows)]
    )
    yield "\n".join(
        [
            _("Sellers in {year}; below: who sells to others, by what it sold more at its peak")
            .format(year=found.rows[-1].year),
            text_table(seller_columns(), found.sellers),
        ]
    )  # fmt: skip
    if found.comparisons:
        yield "\n".join(
            [_("Unit values beside others"), text_table(comparison_columns(), found.comparisons)]
        )
    if found.mirrors:
        yield "\n".join(
            [
                _("The same trade as buyer and seller report it: an indicator, no verdict"),
                text_table(mirror_columns(), found.mirrors),
            ]
        )
    yield "\n".join(_trends(found))


def _trends(found: ProductSheet) -> Iterator[str]:
    if found.sender_trend is not None:
        yield _("{sender}'s part changes by {trend} a year.").format(
            sender=found.sender, trend=_points(found.sender_trend)
        )
    if found.concentration_trend is not None:
        yield _("Concentration changes by {trend} a year.").format(
            trend=shown(found.concentration_trend)
        )
    if found.reliance is not None:
        text = _("Net imports are {share} of use in {year}.")
        if found.exports_weighed == 0:
            text = _(
                "Net imports are {share} of use in {year}, exports taken at the unit value of "
                "imports, since none of them has a weight."
            )
        yield text.format(
            share=percent(f"{100 * found.reliance:.0f}", " "), year=found.rows[-1].year
        )
    else:
        yield _(
            "How far use relies on imports is not told: production is not in trade data; add "
            "--production."
        )
    if found.absent:
        text = _("No imports are recorded in {years}.")
        yield text.format(years=_span(found.absent))


def _points(change: float) -> str:
    return _("{n} percentage points").format(n=spelled(f"{100 * change:+.1f}"))


def _source_text(source: TradeSource) -> str:
    """Which data, by whose reports, under which license, and what is not in them."""
    reports = {
        "reconciled": _("reports of both sides reconciled"),
        "importer": _("as buyers report"),
        "exporter": _("as sellers report"),
    }[source.reports]
    made_of = ", ".join(filter(None, (source.source, source.classification, source.vintage)))
    told = _("Data: {dataset} ({made_of}; {reports}). US dollars of the year.").format(
        dataset=source.dataset, made_of=made_of, reports=reports
    )
    return "\n".join([told, *filter(None, [source.license]), *source.warnings])
