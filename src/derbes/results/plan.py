"""The cheapest programme that meets the standards, what is asked about it, and other ways.

Money is in the base currency of the case; cost, bound and everything that is compared with
them are discounted to the first period, payments are as paid.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from derbes.language import _, ngettext
from derbes.results.supply import Provenance
from derbes.results.tables import MISSING, Column, html_table

PROGRAMME, CHEAPEST, NOTHING = "programme", "cheapest", "nothing"
"""Ways: the case as written with its plan; the case without its project, with the cheapest
plan that meets the same standards; the case without its project, in which nothing is decided."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over draws."""

    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Way:
    """One way to go, what it costs and what it buys."""

    way: str
    """`programme`, `cheapest` or `nothing`."""
    variant: str
    plan: tuple[str, ...]
    """What is decided, in words."""
    outlay: float | None
    """All payments over the calendar, as paid, not discounted; None: no plan. [money]"""
    abroad: float | None
    """Part of it that is paid abroad; None: a part is missing. [money]"""
    met: bool | None
    """Whether all standards are met; None: not known."""
    cost_of_security: float | None = None
    """What meeting the standards adds, discounted; None: no plan, or none is looked for. [money]"""
    loss: Estimate | None = None
    """Expected loss by hazards, shortage included, discounted; None: no hazards, a shortage
    cost is missing, or what is decided shields from measures. [money]"""
    saved: Estimate | None = None
    """Loss that is avoided against doing nothing, future by future. [money]"""
    p_short: Estimate | None = None
    """Share of the futures in which essential demand goes short."""
    left: float = 0.0
    """What is left of plants at the end of the calendar, in a straight line over their life,
    discounted; without a life nothing. [money]"""


@dataclass(frozen=True, slots=True)
class YearSaved:
    """What is paid less abroad in a year than without the project, not discounted."""

    year: int | None
    """None: all years together."""
    central: float
    """With all inputs at their central values; below 0: more is paid. [money]"""
    mean: float
    """Over the draws. [money]"""
    quantiles: Mapping[str, float]
    """Percent → value: 5, 25, 50, 75, 95. [money]"""


@dataclass(frozen=True, slots=True)
class ChanceWorth:
    """Something that may come, and what being ready for it is worth; part of no cost.

    At central values, in calm over the calendar, discounted.
    """

    chance: str
    variant: str
    """What the case is if it comes."""
    cost: float
    """Paid to be ready, whether it comes or not. [money]"""
    gain: float | None
    """What being ready saves if it comes; None: a shortage cost is missing. [money]"""
    break_even: float | None
    """Probability from which on it pays to be ready, cost / gain; None: it never does, or the
    gain is not known."""

    def worth(self, probability: float) -> float | None:
        """What being ready is worth at a probability; None: the gain is not known. [money]

        Examples:
            >>> ChanceWorth("second", "switch", 40.0, 100.0, 0.4).worth(0.5)
            10.0
        """
        return None if self.gain is None else probability * self.gain - self.cost


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways beside each other, over the same calendar, draws and hazards."""

    ways: tuple[Way, ...]
    first: str
    """ISO month in which the calendar begins."""
    last: str
    """ISO month in which it ends."""
    met_from: str
    """First month in which a standard asks for something; empty: there is none."""
    price_year: int | None
    draws: int
    """Futures behind losses; 0: nothing was drawn."""
    seed: int
    saved_abroad: tuple[YearSaved, ...] = ()
    """Currency saved by year, in calm with nothing decided, last of all over all years; empty:
    the case names no variant without its project, a part abroad is missing, or nothing was
    drawn."""
    draws_solved: int = 0
    """The first of the draws, in which calm was planned for what is paid abroad."""
    chances: tuple[ChanceWorth, ...] = ()
    """What may come, and what being ready for it is worth."""

    def way(self, name: str) -> Way | None:
        """One of them; None: it is not among them."""
        return next((one for one in self.ways if one.way == name), None)


@dataclass(frozen=True, slots=True)
class PlantAccount:
    """A plant that is built anyway: what it costs, what is left of it, how far calm uses it."""

    plant: str
    capital: float
    """All payments for building it, not discounted. [money]"""
    standing: float
    """What it costs while it is open, whatever it makes, over the calendar, not discounted.
    [money]"""
    left: float
    """What is left of its capital at the end of the calendar, in a straight line over its
    life, discounted. [money]"""
    used: Mapping[int, float]
    """Year → part of the hours of its open lines that calm uses under the plan; years in which
    no line is open are left out."""
    used_in_all: float | None
    """The same over the calendar; None: it has no line that opens."""


def way_words(way: Way, *, has_project: bool) -> str:
    """A way for a reader; screen and brief say the same.

    Args:
        way: The way.
        has_project: Whether the case names a variant without its project.
    """
    if way.way == PROGRAMME:
        return _("As planned, with the programme") if has_project else _("With the plan")
    if way.way == NOTHING:
        return _("Doing nothing")
    if not way.plan:
        return _("Without it: the standard is met as well")
    n = len(way.plan)
    text = ngettext(
        "Without it, the cheapest way to the same standard ({n} choice)",
        "Without it, the cheapest way to the same standard ({n} choices)",
        n,
    )
    return text.format(n=n)


def met_words(way: Way) -> str:
    """Whether a way meets the standards; empty: not known."""
    return "" if way.met is None else _("yes") if way.met else _("no")


def way_columns(ways: Ways, currency: str) -> tuple[Column, ...]:
    """What the screen shows of a way."""
    has_project = any(one.way == CHEAPEST for one in ways.ways)

    def drawn_column(title: str, name: str, unit: str = "", part: str = "mean") -> Column:
        """A mean over draws, or its error."""
        return Column(title, lambda way: getattr(getattr(way, name), part, None), unit)

    drawn = (
        drawn_column(_("expected loss"), "loss", currency),
        drawn_column(_("its error"), "loss", currency, "standard_error"),
        drawn_column(_("avoided"), "saved", currency),
        drawn_column(_("its error"), "saved", currency, "standard_error"),
        drawn_column(_("goes short"), "p_short"),
    )
    return (
        Column(_("way"), lambda way: way_words(way, has_project=has_project)),
        Column(_("paid in all"), "outlay", currency),
        Column(_("abroad"), "abroad", currency),
        Column(_("standard met"), lambda way: met_words(way) or None),
        *(drawn if ways.draws else ()),
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
    """Demand of its uses that is left unmet, expected over draws. [unit of the uses]"""


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
class Plan:
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
        choices = (
            Column(_("option"), "option"),
            Column(_("decided"), "date"),
            Column(_("works from"), "effect"),
            Column(_("size"), "size"),
            Column(_("unit"), "unit"),
            Column(_("cost"), "cost", self.currency),
        )
        frontier = (
            Column(_("survived"), "months", _("month")),
            Column(_("cost"), "cost", self.currency,
                   lambda point: _("impossible") if point.feasible is False else MISSING),
            Column(_("a month more"), "cost_of_a_month", self.currency),
            Column(_("dominated"), "dominated"),
        )  # fmt: skip
        return (
            html_table(choices, self.plan, _("Plan"))
            + html_table(standard_columns(self.currency), self.standards, _("Standards"))
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
        Column(_("for"), lambda row: account_words(row.item)),
        Column(_("with the plan"), "with_plan", currency),
        Column(_("without any standard"), "without_standards", currency),
        Column(_("more"), "more", currency),
    )


def standard_columns(currency: str, name: Callable[[str], str] = str) -> tuple[Column, ...]:
    """What is shown of a standard.

    Args:
        currency: Of the costs.
        name: What a reader calls the standard.
    """
    return (
        Column(_("standard"), lambda row: name(row.standard)),
        Column(_("met"), lambda row: _("yes") if row.met else _("no")),
        Column(_("what it costs"), "cost_of_it", currency),
    )
