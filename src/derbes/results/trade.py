"""What trade says of dependences: rows by product and year, sellers, and a sheet on one product.

Values are in US dollars of their year, weights in tonnes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from derbes.language import _
from derbes.results.books import Tabled, tables_of
from derbes.results.tables import Column, Head, ResultTable, columns, headed, shown, table_of

WORLD_ROWS, LEVELS, PARTS_OF_ROWS, OTHER_FLOWS = "world", "levels", "parts", "other_flows"
"""Rows that are no rows of their own."""
OWN_ROWS = "own"
"""Rows in which a country buys of itself: its goods come back, and nobody sells them to it."""
EVERY = "all"
"""Every buyer by itself."""
KEPT = "kept"
LEFT_OUT = (WORLD_ROWS, LEVELS, PARTS_OF_ROWS, OTHER_FLOWS, OWN_ROWS)
"""What becomes of a row that is no row of its own."""
FACTS = ("without_weight", "zero_weight", "restored_code")
"""What is counted of the rows that are kept."""


@dataclass(frozen=True, slots=True)
class Imported(Tabled):
    """What an import brought into the store."""

    dataset: str
    """Its id."""
    folder: str
    made_of: str
    """Source, classification and vintage."""
    license: str
    years: tuple[int, ...]
    """Years that are new, or were brought anew."""
    all_years: tuple[int, ...]
    counts: Mapping[str, int]
    """What was found in these files: rows by what became of them."""
    broken: tuple[str, ...]
    """The first broken rows: file, line, reason and what stands there."""
    replaced: tuple[str, ...] = ()
    """Years whose rows came from another file before, and are gone."""


def fate_words(fate: str) -> str:
    """What becomes of a row, or what is counted of those that are kept."""
    return {
        KEPT: _("rows kept"),
        WORLD_ROWS: _("sums over all countries or a group of them, left out"),
        LEVELS: _("sums over products, left out"),
        PARTS_OF_ROWS: _("parts of rows that stand beside them, left out"),
        OTHER_FLOWS: _("other flows, left out"),
        OWN_ROWS: _("trade of a country with itself, left out"),
        "no_year": _("no year"),
        "no_month": _("no month"),
        "unknown_exporter": _("unknown exporter"),
        "unknown_importer": _("unknown importer"),
        "no_product": _("no product code of six digits"),
        "no_value": _("no value"),
        "negative_value": _("a value below zero"),
        "negative_weight": _("a weight below zero"),
        "no_weight": _("a weight that is no number"),
        "too_large": _("a value or a weight too large to be one"),
        "cut": _("too few or too many cells"),
        "without_weight": _("of these without a weight"),
        "zero_weight": _("of these with weight zero beside a value, which is no weight"),
        "restored_code": _("of these whose code had lost its leading zero, which is restored"),
    }.get(fate, fate)


@dataclass(frozen=True, slots=True)
class TradeSource:
    """Which data a result rests on."""

    dataset: str
    source: str
    classification: str
    vintage: str
    license: str
    reports: str
    """Whose reports: `reconciled`, `importer` or `exporter`."""
    warnings: tuple[str, ...] = ()
    """What is not in these data, where it matters."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """One buyer's imports of a product in a year."""

    buyer: str
    product: Annotated[str, Head("product")]
    label: str
    """What the product holds; empty: not known of this classification."""
    year: Annotated[int, Head("year")]
    imports: float
    """[USD]"""
    weight: Annotated[float | None, Head("net weight", "t")]
    """Net weight of what has one; None: nothing has. [t]"""
    weighed: Annotated[float | None, Head("part that has a weight", "share")]
    """Part of the value that has a weight."""
    unit_value: Annotated[float | None, Head("unit value", "USD/t")]
    """Of what has a weight. [USD/t]"""
    n_sellers: int
    concentration: float
    """Herfindahl-Hirschman index over sellers from outside, from 0 to 1; CDI1."""
    top: str
    """The largest seller."""
    top_share: float
    outside_share: Annotated[float | None, Head("from outside the group", "share")]
    """Part of imports from outside the buyer's group; None: it has none; CDI2."""
    outside_weight: Annotated[float | None, Head("net weight from outside", "t")]
    """Imports from outside, what has no weight at the unit value of what has; None: nothing has.
    [t]"""
    exports: Annotated[float, Head("own exports", "USD")]
    """The buyer's own, to outside its group. [USD]"""
    over_exports: float | None
    """Imports from outside over own exports; None: nothing is exported; CDI3."""
    world_concentration: Annotated[float, Head("concentration of the world's exports", "0 to 1")]
    """Of the world's exports by seller."""
    world_top: Annotated[str, Head("largest seller of the world")]
    world_top_share: Annotated[float, Head("its part of the world's exports", "share")]
    sender_share: float | None
    """The sender's part of imports; None: no sender was named."""
    sender_exports: Annotated[float | None, Head("the sender's exports", "USD")]
    """The sender's exports to everybody. [USD]"""
    target_share: float | None
    """The buyer's part of the sender's exports of it; None: it exports none."""
    cdi: bool
    """Whether the EU's tests hold: CDI1 and CDI3, and with a group CDI2."""
    cdi_margin: float
    """How far the weakest of them is from its threshold, as a part of it."""
    geodep: bool
    """Whether GeoDep's tests hold in this year."""
    geodep_margin: float
    single_point: Annotated[bool, Head("single point of failure")]
    """Whether the world's largest exporter, with half of its exports or more, is the largest
    seller here too."""
    geodep_lasting: Annotated[bool | None, Head("GeoDep, lasting")] = None
    """Whether GeoDep's tests hold in two of the last three years; None: too few are known."""
    years_flagged: Annotated[int | None, Head("years flagged", "year")] = None
    """Years asked about in which both CDI tests hold."""


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells a product, to a buyer and to everybody, in one year."""

    seller: Annotated[str, Head("code")]
    name: str
    value: float
    """To the buyer; 0: nothing is recorded. [USD]"""
    weight: Annotated[float | None, Head("weight to the buyer", "t")]
    """To the buyer. [t]"""
    share: float
    """Part of the buyer's imports."""
    unit_value: float | None
    """To the buyer; else to everybody. [USD/t]"""
    exports: float
    """To everybody. [USD]"""
    exports_weight: Annotated[float | None, Head("weight to everybody", "t")]
    """To everybody, of what has a weight. [t]"""
    target_share: float
    """The buyer's part of its exports."""
    peak: Annotated[float, Head("its peak", "USD")]
    """Its largest exports in the years asked about. [USD]"""
    peak_weight: Annotated[float | None, Head("weight at its peak", "t")]
    """Its largest exports by weight in those years. [t]"""
    spare: float
    """What it exports less than at its peak. [USD]"""
    weights: Mapping[int, float | None]
    """To the buyer, by year in which anything was sold. [t]"""
    unit_values: Mapping[int, float | None]
    """To the buyer, by the same years. [USD/t]"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Unit values of a buyer and of others, in a year."""

    year: Annotated[int, Head("year")]
    own: Annotated[float | None, Head("own", "USD/t")]
    """[USD/t]"""
    others: Mapping[str, float | None]
    """Buyer → unit value. [USD/t]"""
    premium: Annotated[float | None, Head("dearer than their mean by", "share")]
    """How much dearer than their simple mean."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """What buyer and seller report of the same trade, in a year. [USD]"""

    year: int
    seller: str
    by_buyer: float
    by_seller: float
    gap: float | None
    """From -1 (the buyer reports nothing) to 1 (the seller does not)."""
    re_exports: float | None
    """What the seller reports as passing through; None: not told."""


@dataclass(frozen=True, slots=True)
class Screen(Tabled):
    """Products of a buyer, or buyers of a product, by how dependent they are."""

    buyer: str
    sender: str
    inside: str
    years: tuple[int, ...]
    rows: tuple[Dependence, ...]
    """The last year, most dependent first."""
    churn: float | None
    """Part of what was flagged in the first year that is not in the last."""
    absent: tuple[int, ...]
    """Years asked about that the data do not hold."""
    source: TradeSource


@dataclass(frozen=True, slots=True)
class ProductSheet(Tabled):
    """One product of one buyer, over years."""

    buyer: str
    sender: str
    product: str
    label: str
    rows: tuple[Dependence, ...]
    """By year, rising; a year without any recorded trade has no row."""
    sellers: tuple[Seller, ...]
    """In the last year, largest first; then those that sell elsewhere, by spare exports."""
    comparisons: tuple[Comparison, ...]
    mirrors: tuple[Mirror, ...]
    sender_trend: float | None
    """Change of the sender's share a year, by least squares. [1/year]"""
    concentration_trend: float | None
    """[1/year]"""
    reliance: float | None
    """Net imports over use in the last year; None: production is not in these data."""
    season: tuple[float, ...]
    """Month of the year → imports over those of a mean month; empty: no months are told. (12,)"""
    absent: tuple[int, ...]
    """Years without any recorded trade."""
    source: TradeSource
    exports_weighed: float | None = None
    """Where `reliance` is told, part of own exports by value that has a weight; at 0 the unit
    value of imports stands in; None: nothing is exported."""
    partial: tuple[int, ...] = ()
    """Years of which the data do not hold every month."""


def _millions(**headings: str) -> Iterator[Column]:
    """Columns of US dollars, shown in millions: field → heading."""

    def millions(row: Any, name: str) -> float | None:
        dollars = getattr(row, name)
        return None if dollars is None else dollars / 1e6

    for name, heading in headings.items():
        in_millions = partial(millions, name=name)
        yield Column(heading, in_millions, _("million USD"), exact=name, exact_unit="USD")


def _year_column() -> Column:
    return Column(_("year"), lambda row: str(row.year), exact="year")


def dependence_columns(
    *, sender: str, by_year: bool = False, has_buyers: bool = False
) -> tuple[Column, ...]:
    """What is shown of dependences; the JSON has more.

    Args:
        sender: Who may cut off; empty: nobody was named.
        by_year: Whether rows are years of one product.
        has_buyers: Whether rows are of several buyers.
    """
    share, of_sender = _("share"), _("of {sender}").format(sender=sender)
    label = Column(_("what it holds"), "label", words=lambda _row, label: label[:28].rstrip())
    return (
        *(columns(buyer=_("buyer")) if has_buyers else ()),
        *([_year_column()] if by_year else [*columns(product=_("product")), label]),
        *_millions(imports=_("imports")),
        *(columns(_("USD/t"), unit_value=_("unit value")) if by_year else ()),
        *columns(n_sellers=_("sellers")),
        *columns(_("0 to 1"), concentration=_("concentration")),
        *columns(top=_("largest")),
        *columns(share, top_share=_("its part")),
        *(columns(share, sender_share=of_sender, target_share=_("of its exports"))
          if sender else ()),
        Column(_("over exports"), "over_exports", _("times"), absent=_("none")),
        *columns(cdi_margin=_("CDI margin"), geodep_margin=_("GeoDep margin")),
        *(() if by_year else columns(_("year"), years_flagged=_("flagged"))),
    )  # fmt: skip


def seller_columns() -> tuple[Column, ...]:
    """What is shown of sellers."""
    return (
        *columns(name=_("seller")),
        *_millions(value=_("to the buyer")),
        *columns(_("share"), share=_("part")),
        *columns(_("USD/t"), unit_value=_("unit value")),
        *_millions(exports=_("to everybody")),
        *columns(_("share"), target_share=_("buyer's part")),
        *_millions(spare=_("below its peak by")),
    )


def comparison_columns() -> tuple[Column, ...]:
    """What is shown of unit values beside those of others."""

    def others(row: Comparison) -> str:
        known = ((name, value) for name, value in row.others.items() if value is not None)
        return "; ".join(f"{name} {shown(value)}" for name, value in known)

    return (
        _year_column(),
        *columns(_("USD/t"), own=_("own")),
        Column(_("others"), others, _("USD/t")),
        *columns(_("share"), premium=_("dearer than their mean by")),
    )


def mirror_columns() -> tuple[Column, ...]:
    """What is shown of the same trade as buyer and seller report it."""
    return (
        _year_column(),
        *columns(seller=_("seller")),
        *_millions(by_buyer=_("the buyer reports"), by_seller=_("the seller reports")),
        *columns(gap=_("gap, as a part of the larger")),
        *_millions(re_exports=_("passing through the seller")),
    )


def _dependences(rows: Iterable[Dependence], sender: str, *, by_year: bool) -> ResultTable:
    seen = dependence_columns(sender=sender or "–", by_year=by_year, has_buyers=True)
    told = {column.path for column in seen}
    more = (
        *headed(Dependence, "product year weight weighed", t=_("t")),
        *headed(Dependence, "unit_value outside_share exports"),
        *headed(Dependence, "world_concentration world_top world_top_share sender_exports"),
        *columns(cdi="CDI", geodep="GeoDep"),
        *headed(Dependence, "geodep_lasting single_point years_flagged"),
    )
    extra = (one for one in more if one.path not in told)
    title = _("Imports by year") if by_year else _("Dependences")
    return table_of("dependences", title, Dependence, rows, *seen, *extra)


@tables_of.register
def screen_tables(found: Screen) -> tuple[ResultTable, ...]:
    """Dependences as a whole table."""
    return (_dependences(found.rows, found.sender, by_year=False),)


@dataclass(frozen=True, slots=True)
class OtherUnitValue:
    """Unit value of another buyer in a year."""

    year: Annotated[int, Head("year")]
    buyer: Annotated[str, Head("buyer")]
    unit_value: Annotated[float | None, Head("unit value", "USD/t")]


@tables_of.register
def product_tables(found: ProductSheet) -> tuple[ResultTable, ...]:
    """What is known of one product as whole tables."""
    others = (
        OtherUnitValue(row.year, buyer, value)
        for row in found.comparisons
        for buyer, value in row.others.items()
    )
    return (
        _dependences(found.rows, found.sender, by_year=True),
        table_of("sellers", _("Sellers"), Seller, found.sellers, *seller_columns(),
                 "seller weight exports_weight peak peak_weight", t=_("t")),
        table_of("comparisons", _("Unit values beside others"), Comparison, found.comparisons,
                 "year own premium"),
        table_of("other_values", _("Unit values of others"), OtherUnitValue, others,
                 "year buyer unit_value"),
        table_of("mirrors", _("As buyer and seller report it"), Mirror, found.mirrors,
                 *mirror_columns()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FateCount:
    """How many rows one thing became of."""

    fate: str
    n: Annotated[int, Head("rows")]


@tables_of.register
def fate_tables(found: Imported) -> tuple[ResultTable, ...]:
    """What became of the rows of an import, as a whole table."""
    fate = Column(_("what became of them"), lambda row: fate_words(row.fate), exact="fate")
    rows = (FateCount(fate, n) for fate, n in found.counts.items())
    return (table_of("fates", _("Rows by what became of them"), FateCount, rows, fate, "n"),)
