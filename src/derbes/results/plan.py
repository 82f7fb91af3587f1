"""The cheapest programme that meets the standards, and what is asked about it.

Money is in the base currency of the case; cost, bound and everything that is
compared with them are discounted to the first period, payments are as paid.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated

from derbes.language import _
from derbes.results.books import Tabled, tables_of
from derbes.results.money import ChanceWorth, PlantAccount, Way, Ways, YearSaved, way_columns
from derbes.results.supply import Provenance
from derbes.results.tables import (
    MISSING,
    Column,
    Head,
    ResultTable,
    columns,
    headed,
    html_table,
    met_words,
    quantile_columns,
    table_of,
    unit_words,
)

FOREIGN = "foreign"
"""Stands among the currencies of the outlay for what is paid abroad."""
NOISE = 1e-9
"""Part of a cost up to which a difference of two costs is rounding noise."""


def currency_words(currency: str) -> str:
    """What an amount of the outlay is told in."""
    return _("of it abroad") if currency == FOREIGN else currency


def status_words(status: str) -> str:
    """How a search for a plan ended."""
    states = {
        "optimal": _("within the gap asked for"),
        "feasible": _("meets all that is asked, not proved to be within the gap asked for"),
        "time limit": _("stopped at the time limit"),
        "infeasible": _("impossible"),
    }
    return states.get(status, status)


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """One decision of a plan."""

    option: Annotated[str, Head("option")]
    what: Annotated[str, Head("what")]
    """In words: what, when, how big."""
    date: Annotated[str, Head("decided", is_date=True)]
    """ISO month of the decision."""
    size: Annotated[float, Head("size")]
    unit: Annotated[str, Head("unit", words=unit_words)]
    """Unit of the size: of the good for a reserve, `month`, or empty for multiples."""
    cost: Annotated[float, Head("cost", "money")]
    """Capital, running and standing cost over the calendar, less what is left of the capital at
    its end, discounted. [money]"""
    effect: Annotated[str | None, Head("works from", is_date=True)]
    """ISO month from which on it works; None: not within the calendar."""
    paid: Annotated[Mapping[int, float], Head("paid by year", "money")] = field(
        default_factory=dict
    )
    """Year → paid for it, not discounted. [money]"""
    paid_abroad: Annotated[Mapping[int, float], Head("paid abroad by year", "money")] = field(
        default_factory=dict
    )
    """Year → part of it in foreign currency. [money]"""


@dataclass(frozen=True, slots=True)
class Cure:
    """One way to relax a wish as little as possible, so that all others can hold."""

    what: str
    """In words."""
    now: float | str
    """What the wish says: an amount, a length, or an ISO month."""
    then: float | str
    """What it would have to say."""
    least_relaxation: float | None
    """The difference; None: a rule, which holds or does not. [unit]"""
    unit: str


@dataclass(frozen=True, slots=True)
class ClashWish:
    """A wish of a smallest set that cannot hold together."""

    wish: Annotated[str, Head("wish")]
    """Path inside the case, e.g. `budget.by_year.2029`."""
    what: Annotated[str, Head("what")]
    """The wish and its least relaxation, in words."""
    least_relaxation: Annotated[float | None, Head("least relaxation")]
    """Of the first cure; None: relaxing this wish alone cures nothing. [unit]"""
    unit: Annotated[str, Head("unit", words=unit_words)]
    cures: tuple[Cure, ...] = ()


@dataclass(frozen=True, slots=True)
class StandardCost:
    """A standard, and what it costs to meet it."""

    standard: str
    met: bool | None
    """Whether the plan meets it at every start that it names; None: no plan is known."""
    cost_of_it: Annotated[float | None, Head("what it costs", "money")]
    """Cost of the plan less that of the cheapest plan without this standard. [money]"""
    shortfall: Annotated[float | None, Head("left unmet, in months of demand", "month")] = None
    """Most that one of its uses lacks, at the worst start in the worst draw, in months of its
    mean demand. None: of a cap, or not known. [month]"""
    excess: Annotated[float | None, Head("sold beyond the part in a year", "good")] = None
    """Of a cap on sellers: most that one sells beyond its part in a year, in the worst draw.
    [unit of the good]"""


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """The cheapest plan when the standards last another number of months."""

    months: Annotated[int, Head("survived", "month")]
    cost: Annotated[float | None, Head("cost", "money")]
    """None: no plan survives so long, or it was not computed. [money]"""
    bound: Annotated[float | None, Head("no plan costs less than", "money")] = None
    """No plan that survives so long costs less. [money]"""
    feasible: Annotated[bool | None, Head("feasible")] = None
    """None: not computed."""
    dominated: Annotated[bool, Head("as cheap for longer")] = False
    """Whether a plan that survives longer costs no more."""
    plan: tuple[PlanChoice, ...] = ()
    cost_of_a_month: Annotated[float | None, Head("a month more", "money")] = None
    """What each month costs that this point survives longer than the one before it, on
    average between the two; None: there is none before, or a cost is not known. [money]"""


@dataclass(frozen=True, slots=True)
class Outlay:
    """What is paid in a year, expected over draws; not discounted."""

    year: Annotated[int, Head("year")]
    currency: Annotated[str, Head("currency", words=currency_words)]
    """Base currency: all payments; `foreign`: the part that is paid abroad."""
    amount: Annotated[float | None, Head("with the plan", "money")]
    """With the plan: options, purchases, running, storage; None: of a payment for a plant
    the part that is paid abroad is missing. [money]"""
    without_project: Annotated[float | None, Head("without", "money")]
    """The calm course without the project: of the variant that the case names for it, else
    of the case without any option; None: as above. [money]"""
    options: Annotated[float, Head("for options", "money")] = 0.0
    """Part of the amount that is paid for the options themselves. [money]"""


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """What is bought, made or sold of one element in calm over the calendar, expected."""

    element: Annotated[str, Head("what")]
    """Section and id, e.g. `suppliers.far`."""
    unit: Annotated[str, Head("unit", words=unit_words)]
    with_plan: Annotated[float, Head("with the plan")]
    """[unit]"""
    cheapest: Annotated[float, Head("at its cheapest")]
    """With the same choices, if no standard were asked for. [unit]"""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What a part of the cost is for, discounted, expected over draws.

    Rows that count add to the cost of the plan and to that without any standard; the others
    are told beside them.
    """

    item: str
    """`options`, `purchases`, `recipes`, `exports` (income, below 0), `storage`, `contracts`
    (paid for and not taken), `shortage` (cost of demand that goes short), `tail` (what the
    weight of the worst draws adds); not counted: `under_way`, what is paid for what was
    ordered before the calendar, `in_store`, the worth of what is in store at its end, `plants`,
    capital and standing cost of those that are built anyway, and `left`, what of their capital
    is left at the end (below 0)."""
    with_plan: Annotated[float, Head("with the plan", "money")]
    """[money]"""
    without_standards: Annotated[float | None, Head("without any standard", "money")]
    """In the cheapest course without any standard; None: not known. [money]"""
    counts: Annotated[bool, Head("part of the cost")] = True

    @property
    def more(self) -> float | None:
        """What the standards add to it, without rounding noise. [money]"""
        if self.without_standards is None:
            return None
        more = self.with_plan - self.without_standards
        return more if abs(more) > NOISE * abs(self.with_plan) else 0.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What it costs to decide later."""

    years: Annotated[int, Head("decided later by", "year")]
    cost: Annotated[float | None, Head("cost", "money")]
    """Cheapest plan that decides nothing earlier; None: there is none. [money]"""
    cost_of_waiting: Annotated[float | None, Head("dearer by", "money")]
    """Its cost less that of the plan; None: waiting makes the standards impossible. [money]"""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A plan of another kind that costs little more."""

    cost: Annotated[float, Head("cost", "money")]
    above: Annotated[float, Head("more", "share")]
    """Part by which it costs more, of the cost above that without any threat."""
    plan: tuple[PlanChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan(Tabled):
    """The cheapest programme that meets the standards."""

    plan: tuple[PlanChoice, ...]
    cost: Annotated[float | None, Head("cost", "money")]
    """Expected, tail weighted as the case says, options included; None: no plan. [money]"""
    bound: Annotated[float | None, Head("no plan costs less than", "money")]
    """No plan costs less. [money]"""
    gap: Annotated[float | None, Head("gap", "share")]
    """(cost - bound) as a part of the cost above that without any threat, or of the cost
    where that is nothing."""
    feasible: Annotated[bool | None, Head("feasible")]
    """Whether the standards can be met; None: not known within the time limit."""
    clash: tuple[ClashWish, ...]
    """Empty when the standards can be met."""
    standards: tuple[StandardCost, ...]
    frontier: tuple[FrontierPoint, ...]
    outlay: tuple[Outlay, ...]
    evpi: Annotated[float | None, Head("value of knowing the future", "money")]
    """Expected value of perfect information; None: one draw, or not computed. [money]"""
    vss: Annotated[float | None, Head("value of planning for all futures", "money")]
    """Value of the stochastic solution; None: one draw, not computed, or the plan for mean
    inputs meets the standards not in every draw. [money]"""
    no_threat_cost: Annotated[float | None, Head("without any standard", "money")]
    """Cheapest cost without any standard. [money]"""
    value_of_waiting: tuple[Waiting, ...]
    alternatives: tuple[Alternative, ...]
    status: Annotated[str, Head("status", words=status_words)]
    """`optimal` (within the gap), `feasible` (not proved to be), `time limit`, `infeasible`."""
    not_computed: Annotated[tuple[str, ...], Head("not computed")]
    """Answers that were left out, because nobody asked or the time was over."""
    draws: Annotated[int, Head("draws")]
    seed: Annotated[int | None, Head("seed")]
    """None where nothing was drawn at random."""
    currency: str
    variant: Annotated[str, Head("variant")]
    provenance: Provenance
    account: tuple[AccountRow, ...] = ()
    """Parts of the cost; empty: no plan, or not computed."""
    plants: tuple[PlantAccount, ...] = ()
    """Plants that are built anyway; empty: there are none, or not computed."""
    precaution: Annotated[float | None, Head("for supply beyond its cheapest", "money")] = None
    """Part of `cost`: what supply in calm costs more, with the same choices, than if no standard
    were asked for: ordered or stored ahead, or bought from others; None: not known. [money]"""
    supply: tuple[SupplyRow, ...] = ()
    """Where amounts differ by that."""
    ways: Ways | None = None
    """The plan beside other ways; None: of a variant, without an outlay, or not computed."""

    @property
    def cost_of_security(self) -> float | None:
        """Cost above the cheapest course without any standard. [money]"""
        if self.cost is None or self.no_threat_cost is None:
            return None
        above = self.cost - self.no_threat_cost
        return above if abs(above) > NOISE * abs(self.cost) else 0.0

    @property
    def outlay_by_year(self) -> tuple[tuple[Outlay, Outlay | None], ...]:
        """All payments of each year, and the part of them that is paid abroad."""
        abroad = {row.year: row for row in self.outlay if row.currency == FOREIGN}
        return tuple((row, abroad.get(row.year)) for row in self.outlay if row.currency != FOREIGN)

    @property
    def account_total(self) -> AccountRow | None:
        """The sum of the account; None: there is none."""
        rows = [row for row in self.account if row.counts]
        without = _sum(row.without_standards for row in rows)
        return AccountRow("total", sum(row.with_plan for row in rows), without) if rows else None

    @property
    def account_lines(self) -> tuple[AccountRow, ...]:
        """Rows of the account that count, their total, then what is told beside them."""
        total = self.account_total
        if total is None:
            return ()
        counted = (row for row in self.account if row.counts)
        return (*counted, total, *(row for row in self.account if not row.counts))

    @property
    def outlay_total(self) -> tuple[Outlay, Outlay] | None:
        """All payments over the years, and the part of them that is paid abroad."""
        rows = self.outlay_by_year
        abroad = [part for _row, part in rows if part is not None]
        return (_summed([row for row, _abroad in rows]), _summed(abroad)) if rows else None

    @property
    def outlay_lines(self) -> tuple[tuple[str, Outlay, Outlay | None], ...]:
        """Year, all payments and those abroad; last of all their totals."""
        named = [(str(row.year), row, abroad) for row, abroad in self.outlay_by_year]
        total = self.outlay_total
        return (*named, *([(_("total"), *total)] if total else []))

    def precaution_words(self, money: Callable[[float], str]) -> str:
        """What is part of the plan beside its choices; empty where nothing is.

        Args:
            money: How an amount is written.
        """
        if not self.precaution:
            return ""
        return _(
            "How supply is run in calm is part of the plan: for {cost} more than at its cheapest "
            "with the same choices, goods are ordered or stored ahead, or bought from others, so "
            "that the standards hold."
        ).format(cost=money(self.precaution))

    def standards_words(self, money: Callable[[float], str]) -> str:
        """What the costs of standards add up to; empty where there is only one, or none.

        Args:
            money: How an amount is written.
        """
        costs = [row.cost_of_it for row in self.standards]
        above = self.cost_of_security
        if len(costs) < 2 or above is None or None in costs:
            return ""
        return _(
            "Each costs what the plan would be cheaper without it alone; one that another asks for "
            "as well costs nothing, so these need not add up. Together they cost {above}."
        ).format(above=money(above))

    def _repr_html_(self) -> str:
        """Tables in a notebook: the plan, the standards and the frontier."""
        money = self.currency
        choices = headed(PlanChoice, "option date effect size unit cost", money=money)
        frontier = (
            *columns(_("month"), months=_("survived")),
            Column(_("supply and options"), "cost", money,
                   lambda point: _("impossible") if point.feasible is False else MISSING),
            *columns(money, cost_of_a_month=_("a month more")),
            *columns(dominated=_("dominated")),
        )  # fmt: skip
        return (
            html_table(choices, self.plan, _("Plan"))
            + html_table(standard_columns(money), self.standards, _("Standards"))
            + html_table(frontier, self.frontier, _("Frontier"))
        )


def _sum(amounts: Iterable[float | None]) -> float | None:
    """The sum of several amounts; what is missing in one is missing in all."""
    known = list(amounts)
    return None if None in known else sum(amount or 0.0 for amount in known)


def _summed(rows: Sequence[Outlay]) -> Outlay:
    """The sum of several years."""
    return Outlay(
        year=0,
        currency=rows[0].currency if rows else "",
        amount=_sum(row.amount for row in rows),
        without_project=_sum(row.without_project for row in rows),
        options=sum(row.options for row in rows),
    )


def account_words(item: str) -> str:
    """A row of the account for a reader; screen and brief say the same."""
    return {
        "options": _("options: capital and running"),
        "purchases": _("goods bought, transport included"),
        "recipes": _("own making"),
        "exports": _("sales abroad"),
        "storage": _("storage"),
        "contracts": _("contracted and not taken"),
        "shortage": _("cost of demand that goes short"),
        "tail": _("weight of the worst draws"),
        "under_way": _("not counted: paid for what was under way at the start"),
        "plants": _("not counted: plants that are built anyway, capital and standing cost"),
        "left": _("not counted: what is left of these plants at the end"),
        "in_store": _("not counted: worth of what is in store at the end"),
        "total": _("total"),
    }.get(item, item)


def account_title(plan: Plan) -> str:
    """What stands above the parts of the cost."""
    return ", ".join(filter(None, (_("Where the cost comes from"), plan.provenance.discounted)))


def outlay_title(plan: Plan) -> str:
    """What stands above what is paid by year."""
    return ", ".join(filter(None, (_("Outlay by year"), plan.provenance.not_discounted)))


def supply_title() -> str:
    """Title of what is bought, made and sold in calm."""
    return _("What is bought, made and sold in calm, over the calendar, where it differs")


def supply_columns(name: Callable[[str], str] = str) -> tuple[Column, ...]:
    """What is shown of supply in calm: the name of an element for a reader, and its amounts."""
    return (
        Column(_("what"), lambda row: name(row.element), exact="element"),
        *headed(SupplyRow, "unit with_plan cheapest"),
    )


def account_columns(currency: str) -> tuple[Column, ...]:
    """What is shown of a part of the cost."""
    return (
        Column(_("for"), lambda row: account_words(row.item), exact="item"),
        *columns(currency, with_plan=_("with the plan")),
        *columns(currency, without_standards=_("without any standard"), more=_("more")),
    )


def least_short_title() -> str:
    """What standards are headed where no plan meets them all."""
    return _("Standards, in the plan that falls short least")


def standard_columns(currency: str, name: Callable[[str], str] = str) -> tuple[Column, ...]:
    """What is shown of a standard: its name for a reader, and its costs in a currency."""
    return (
        Column(_("standard"), lambda row: name(row.standard), exact="standard"),
        Column(_("met"), lambda row: met_words(met=row.met), exact="met"),
        Column(_("what it costs"), "cost_of_it", currency, tells=_has_cost),
    )


def _has_cost(row: "StandardCost") -> bool:
    return row.cost_of_it is not None


@tables_of.register
def plan_tables(plan: Plan) -> tuple[ResultTable, ...]:
    """A plan as whole tables."""
    money, ways = plan.currency, plan.ways
    account, outlay = account_title(plan), outlay_title(plan)
    table = partial(table_of, money=money, good=_("unit of the good"))
    return (
        table(
            "plan", _("Plan"), PlanChoice, plan.plan,
            "option what date effect size unit cost paid paid_abroad",
        ),
        table(
            "sums", _("What it comes to"), Plan, (plan,),
            "variant feasible status cost bound gap no_threat_cost precaution evpi vss draws seed "
            "not_computed",
        ),
        table(
            "account", account, AccountRow, plan.account,
            *(one for one in account_columns(money) if one.value != "more"), "counts",
        ),
        table("supply", supply_title(), SupplyRow, plan.supply, *supply_columns()),
        table(
            "standards", _("Standards"), StandardCost, plan.standards, *standard_columns(money),
            "shortfall excess",
        ),
        table(
            "frontier", _("Frontier"), FrontierPoint, plan.frontier,
            "months cost bound cost_of_a_month feasible dominated",
        ),
        table(
            "outlay", outlay, Outlay, plan.outlay,
            "year currency amount without_project options",
        ),
        table(
            "ways", _("Ways"), Way, ways.ways if ways else (), *way_columns(ways, money),
        ),
        table(
            "waiting", _("Waiting"), Waiting, plan.value_of_waiting, "years cost cost_of_waiting"
        ),
        table(
            "alternatives", _("Other plans that cost little more"), Alternative, plan.alternatives,
            "cost above",
        ),
        table(
            "clash", _("Wishes that cannot hold together"), ClashWish, plan.clash,
            "wish what least_relaxation unit",
        ),
        table(
            "plants", _("Plants that are built anyway"), PlantAccount, plan.plants,
            "plant capital standing left used_in_all",
        ),
        table(
            "saved_abroad", _("Paid less abroad than without the project"), YearSaved,
            ways.saved_abroad if ways else (), "year central mean", *quantile_columns(money),
        ),
        table(
            "chances", _("What may come"), ChanceWorth, ways.chances if ways else (),
            "chance variant cost gain break_even",
        ),
    )  # fmt: skip
