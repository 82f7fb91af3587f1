"""The cheapest programme that meets the standards, and what is asked about it.

Money is in the base currency of the case; cost, bound and everything that is
compared with them are discounted to the first period, payments are as paid.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from derbes.language import _
from derbes.results.books import Tabled, tables_of
from derbes.results.money import ChanceWorth, PlantAccount, Way, Ways, YearSaved, way_columns
from derbes.results.supply import Provenance
from derbes.results.tables import (
    MISSING,
    Column,
    ResultTable,
    columns,
    html_table,
    quantile_columns,
    table_of,
)

FOREIGN = "foreign"
"""Stands among the currencies of the outlay for what is paid abroad."""
NOISE = 1e-9
"""Part of a cost up to which a difference of two costs is rounding noise."""


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """One decision of a plan."""

    option: str
    what: str
    """In words: what, when, how big."""
    date: str
    """ISO month of the decision."""
    size: float
    unit: str
    """Unit of the size: of the good for a reserve, `month`, or empty for multiples."""
    cost: float
    """Capital, running and standing cost over the calendar, less what is left of the capital at
    its end, discounted. [money]"""
    effect: str | None
    """ISO month from which on it works; None: not within the calendar."""
    paid: Mapping[int, float] = field(default_factory=dict)
    """Year → paid for it, not discounted. [money]"""
    paid_abroad: Mapping[int, float] = field(default_factory=dict)
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

    wish: str
    """Path inside the case, e.g. `budget.by_year.2029`."""
    what: str
    """The wish and its least relaxation, in words."""
    least_relaxation: float | None
    """Of the first cure; None: relaxing this wish alone cures nothing. [unit]"""
    unit: str
    cures: tuple[Cure, ...] = ()


@dataclass(frozen=True, slots=True)
class StandardCost:
    """A standard, and what it costs to meet it."""

    standard: str
    met: bool
    """Whether the plan meets it at every start that it names."""
    cost_of_it: float | None
    """Cost of the plan less that of the cheapest plan without this standard. [money]"""
    shortfall: float = 0.0
    """Demand of its uses that is left unmet in the worst draw; of a cap on sellers, what is bought
    from them beyond their part. [unit of the uses, or of the good]"""


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """The cheapest plan when the standards last another number of months."""

    months: int
    cost: float | None
    """None: no plan survives so long, or it was not computed. [money]"""
    bound: float | None = None
    """No plan that survives so long costs less. [money]"""
    feasible: bool | None = None
    """None: not computed."""
    dominated: bool = False
    """Whether a plan that survives longer costs no more."""
    plan: tuple[PlanChoice, ...] = ()
    cost_of_a_month: float | None = None
    """What each month costs that this point survives longer than the one before it, on
    average between the two; None: there is none before, or a cost is not known. [money]"""


@dataclass(frozen=True, slots=True)
class Outlay:
    """What is paid in a year, expected over draws; not discounted."""

    year: int
    currency: str
    """Base currency: all payments; `foreign`: the part that is paid abroad."""
    amount: float | None
    """With the plan: options, purchases, running, storage; None: of a payment for a plant
    the part that is paid abroad is missing. [money]"""
    without_project: float | None
    """The calm course without the project: of the variant that the case names for it, else
    of the case without any option; None: as above. [money]"""
    options: float = 0.0
    """Part of the amount that is paid for the options themselves. [money]"""


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
    with_plan: float
    """[money]"""
    without_standards: float | None
    """In the cheapest course without any standard; None: not known. [money]"""
    counts: bool = True

    @property
    def more(self) -> float | None:
        """What the standards add to it. [money]"""
        return None if self.without_standards is None else self.with_plan - self.without_standards


@dataclass(frozen=True, slots=True)
class Waiting:
    """What it costs to decide later."""

    years: int
    cost: float | None
    """Cheapest plan that decides nothing earlier; None: there is none. [money]"""
    cost_of_waiting: float | None
    """Its cost less that of the plan; None: waiting makes the standards impossible. [money]"""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A plan of another kind that costs little more."""

    cost: float
    above: float
    """Part by which it costs more, of the cost above that without any threat."""
    plan: tuple[PlanChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan(Tabled):
    """The cheapest programme that meets the standards."""

    plan: tuple[PlanChoice, ...]
    cost: float | None
    """Expected, tail weighted as the case says, options included; None: no plan. [money]"""
    bound: float | None
    """No plan costs less. [money]"""
    gap: float | None
    """(cost - bound) as a part of the cost above that without any threat, or of the cost
    where that is nothing."""
    feasible: bool | None
    """Whether the standards can be met; None: not known within the time limit."""
    clash: tuple[ClashWish, ...]
    """Empty when the standards can be met."""
    standards: tuple[StandardCost, ...]
    frontier: tuple[FrontierPoint, ...]
    outlay: tuple[Outlay, ...]
    evpi: float | None
    """Expected value of perfect information; None: one draw, or not computed. [money]"""
    vss: float | None
    """Value of the stochastic solution; None: one draw, not computed, or the plan for mean
    inputs meets the standards not in every draw. [money]"""
    no_threat_cost: float | None
    """Cheapest cost without any standard. [money]"""
    value_of_waiting: tuple[Waiting, ...]
    alternatives: tuple[Alternative, ...]
    status: str
    """`optimal` (within the gap), `time limit`, `infeasible`."""
    not_computed: tuple[str, ...]
    """Answers that were left out, because nobody asked or the time was over."""
    draws: int
    seed: int | None
    """None where nothing was drawn at random."""
    currency: str
    variant: str
    provenance: Provenance
    account: tuple[AccountRow, ...] = ()
    """Parts of the cost; empty: no plan, or not computed."""
    plants: tuple[PlantAccount, ...] = ()
    """Plants that are built anyway; empty: there are none, or not computed."""
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
        choices = (
            *columns(option=_("option"), date=_("decided"), effect=_("works from")),
            *columns(size=_("size"), unit=_("unit")), *columns(money, cost=_("cost")),
        )  # fmt: skip
        frontier = (
            *columns(_("month"), months=_("survived")),
            Column(_("cost"), "cost", money,
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


def account_columns(currency: str) -> tuple[Column, ...]:
    """What is shown of a part of the cost."""
    return (
        Column(_("for"), lambda row: account_words(row.item), exact="item"),
        *columns(currency, with_plan=_("with the plan")),
        *columns(currency, without_standards=_("without any standard"), more=_("more")),
    )


def standard_columns(currency: str, name: Callable[[str], str] = str) -> tuple[Column, ...]:
    """What is shown of a standard.

    Args:
        currency: Of the costs.
        name: What a reader calls the standard.
    """
    return (
        Column(_("standard"), lambda row: name(row.standard), exact="standard"),
        Column(_("met"), lambda row: _("yes") if row.met else _("no"), exact="met"),
        Column(_("what it costs"), "cost_of_it", currency),
    )


@tables_of.register
def plan_tables(plan: Plan) -> tuple[ResultTable, ...]:
    """A plan as whole tables."""
    money, ways, share = plan.currency, plan.ways, _("share")
    year, what, unit, variant = columns(
        year=_("year"), what=_("what"), unit=_("unit"), variant=_("variant")
    )
    cost, bound = columns(money, cost=_("cost"), bound=_("no plan costs less than"))
    return (
        table_of(
            "plan", _("Plan"), PlanChoice, plan.plan, *columns(option=_("option")), what,
            *columns(is_date=True, date=_("decided"), effect=_("works from")),
            *columns(size=_("size")), unit, cost,
            *columns(money, paid=_("paid by year"), paid_abroad=_("paid abroad by year")),
        ),
        table_of(
            "sums", _("What it comes to"), Plan, (plan,), variant,
            *columns(feasible=_("feasible"), status=_("status")), cost, bound,
            *columns(share, gap=_("gap")),
            *columns(
                money, no_threat_cost=_("without any standard"),
                evpi=_("value of knowing the future"), vss=_("value of planning for all futures"),
            ),
            *columns(draws=_("draws"), seed=_("seed"), not_computed=_("not computed")),
        ),
        table_of(
            "account", _("Where the cost comes from, discounted"), AccountRow, plan.account,
            *(one for one in account_columns(money) if one.value != "more"),
            *columns(counts=_("part of the cost")),
        ),
        table_of(
            "standards", _("Standards"), StandardCost, plan.standards, *standard_columns(money),
            *columns(_("unit of the uses"), shortfall=_("left unmet")),
        ),
        table_of(
            "frontier", _("Frontier"), FrontierPoint, plan.frontier,
            *columns(_("month"), months=_("survived")), cost, bound,
            *columns(money, cost_of_a_month=_("a month more")),
            *columns(feasible=_("feasible"), dominated=_("as cheap for longer")),
        ),
        table_of(
            "outlay", _("Outlay by year, not discounted"), Outlay, plan.outlay, year,
            *columns(currency=_("currency")),
            *columns(
                money, amount=_("with the plan"), without_project=_("without"),
                options=_("for options"),
            ),
        ),
        table_of(
            "ways", _("Ways"), Way, ways.ways if ways else (),
            *(way_columns(ways, money) if ways else ()),
        ),
        table_of(
            "waiting", _("Waiting"), Waiting, plan.value_of_waiting,
            *columns(_("year"), years=_("decided later by")), cost,
            *columns(money, cost_of_waiting=_("dearer by")),
        ),
        table_of(
            "alternatives", _("Other plans that cost little more"), Alternative, plan.alternatives,
            cost, *columns(share, above=_("more")),
        ),
        table_of(
            "clash", _("Wishes that cannot hold together"), ClashWish, plan.clash,
            *columns(wish=_("wish")), what, *columns(least_relaxation=_("least relaxation")), unit,
        ),
        table_of(
            "plants", _("Plants that are built anyway"), PlantAccount, plan.plants,
            *columns(plant=_("plant")),
            *columns(
                money, capital=_("capital"), standing=_("standing cost"), left=_("left at the end")
            ),
            *columns(share, used_in_all=_("part of its hours used")),
        ),
        table_of(
            "saved_abroad", _("Paid less abroad than without the project"), YearSaved,
            ways.saved_abroad if ways else (), year,
            *columns(money, central=_("central"), mean=_("mean")), *quantile_columns(money),
        ),
        table_of(
            "chances", _("What may come"), ChanceWorth, ways.chances if ways else (),
            *columns(chance=_("chance")), variant,
            *columns(money, cost=_("paid to be ready"), gain=_("saved if it comes")),
            *columns(break_even=_("pays from a probability of")),
        ),
    )  # fmt: skip
