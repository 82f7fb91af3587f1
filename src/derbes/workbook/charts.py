"""Which charts a result has: what goes across, what goes up, in which unit, a line for each what.

A chart shows few lines; which of them are left out its caption says. All are in the tables.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from derbes.language import _, ngettext, percent
from derbes.results.plan import Plan, outlay_title
from derbes.results.statements import StatementTable
from derbes.results.stress import Answer, Stress, quantity_of
from derbes.results.supply import ALL_ESSENTIAL, Cover, CoverRow, Leverage, LeverageEnd
from derbes.results.tables import at_path, response_words, tier_units, verdict_words
from derbes.results.trade import ProductSheet, Screen
from derbes.results.upstream import Upstream

MOST_LINES = 8
"""Lines of a chart that can still be told apart."""
MOST_BARS = 15
COLORS = (
    "#1f5fa8", "#d9730d", "#2e8b57", "#a23b72", "#6b7280", "#b8860b", "#17a2a2", "#8b3a3a",
)  # fmt: skip
LINE, COLUMN, BAR, SCATTER = "line", "column", "bar", "scatter"
"""Kinds: lines over dates, columns, bars that lie, lines over numbers."""
_MONTHS_SHOWN_ONE_BY_ONE = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart and the numbers that it draws."""

    table: str
    """Table whose numbers these are."""
    name: str
    """Of its sheet."""
    title: str
    caption: str
    """What is drawn and what is left out, in a sentence."""
    kind: str = LINE
    across_title: str
    up_title: str
    """With unit."""
    across: Sequence[str | float]
    series: Mapping[str, Sequence[float | date | None]]
    """Name of a line → its value at each place across."""
    center: float | None = None
    """Where bars begin; None: at 0."""

    @property
    def is_dated(self) -> bool:
        """Whether dates go across."""
        return self.kind == LINE

    @property
    def form(self) -> dict[str, str]:
        """Its kind, as XlsxWriter has it."""
        if self.kind == SCATTER:
            return {"type": SCATTER, "subtype": "straight_with_markers"}
        return {"type": self.kind}

    def look_of(self, place: int) -> dict[str, Any]:
        """How a line, or its bars, look."""
        color = COLORS[place % len(COLORS)]
        if self.kind in {LINE, SCATTER}:
            marker = {"type": "circle", "size": 4, "fill": {"color": color},
                      "border": {"color": color}}  # fmt: skip
            return {"line": {"color": color, "width": 2.0}, "marker": marker}
        more = {"overlap": 100, "gap": 60} if self.center is not None else {"gap": 60}
        return {"fill": {"color": color}, "border": {"none": True}, **more}

    def parts(self) -> dict[str, Any]:
        """Title, axes, legend and size, as XlsxWriter takes them."""
        font, bold = {"size": 9}, {"size": 9, "bold": False}
        across: dict[str, Any] = {"name": self.across_title, "name_font": bold, "num_font": font}
        up: dict[str, Any] = {"name": self.up_title, "name_font": bold, "num_font": font,
                              "major_gridlines": {"visible": True,
                                                  "line": {"color": "#d9dde3"}}}  # fmt: skip
        if self.is_dated:
            across |= {"date_axis": True, "num_format": "yyyy-mm", **_ticks(self.across)}
        if self.kind == BAR:
            across |= {"reverse": True, "label_position": "low", "crossing": "max"}
        days = [one for line in self.series.values() for one in line if isinstance(one, date)]
        if days:
            serial = (min(days) - date(1899, 12, 30)).days  # as a spreadsheet counts days
            up |= {"num_format": "yyyy-mm", "min": serial - 365}
        if self.center is not None:
            up["crossing"] = self.center
        axes = {"x_axis": across, "y_axis": up}
        if self.kind == BAR:  # bars lie: what goes up lies too
            axes = {"x_axis": up, "y_axis": across}
        return {
            "title": {"name": self.title, "name_font": {"size": 11, "bold": True}},
            **axes,
            "legend": {"position": "bottom", "font": font} if len(self.series) > 1 else
                      {"none": True},
            "size": {"width": 860, "height": 390},
        }  # fmt: skip


def _ticks(dates: Sequence[str | float]) -> dict[str, Any]:
    """How far dates on the axis stand apart, so that they can be read."""
    years = {str(one)[:4] for one in dates}
    if len(dates) <= _MONTHS_SHOWN_ONE_BY_ONE and len(years) <= 2:
        return {"major_unit": 1, "major_unit_type": "months"}
    return {"major_unit": max(1, len(years) // 12), "major_unit_type": "years"}


def drawings_of(result: Any) -> list[Drawing]:
    """The charts of a result; none where it has nothing to draw."""
    found = _DRAWN.get(type(result))
    return [one for one in found(result) if one.across] if found else []


# Lines out of rows


def _lines(
    rows: Iterable[Any], across: str, up: str, by: Sequence[str]
) -> tuple[list[Any], dict[str, list[Any]], int]:
    """Rows as lines: what goes across, name of a line → values, and how many are left out."""
    known: dict[tuple[Any, ...], dict[Any, Any]] = {}
    for row in rows:
        key = tuple(at_path(row, field) for field in by)
        known.setdefault(key, {}).setdefault(at_path(row, across), at_path(row, up))
    keys = list(known)
    drawn = keys[:MOST_LINES]
    places = sorted({place for key in drawn for place in known[key]})
    told = [at for at in range(len(by)) if len({key[at] for key in drawn}) > 1]
    names = _names([[key[at] for at in told] for key in drawn], up)
    lines = {
        name: [known[key].get(place) for place in places]
        for name, key in zip(names, drawn, strict=True)
    }
    return places, lines, len(keys) - len(drawn)


def _names(parts: Sequence[Sequence[Any]], alone: str) -> list[str]:
    return [", ".join(response_words(str(part)) for part in one) or alone for one in parts]


def _left_out(n: int) -> str:
    if not n:
        return ""
    return ngettext(
        "{n} more line is in the tables alone.", "{n} more lines are in the tables alone.", n
    ).format(n=n)


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _settings(row: Any) -> str:
    text = _("Variant {variant}, measure {measure}.")
    return text.format(variant=row.variant, measure=row.measure)


# Cover and leverage


def _cover(cover: Cover) -> Iterator[Drawing]:
    by = ("variant", "measure", "use")
    rows: Sequence[CoverRow] = cover.rows
    if len({(row.variant, row.measure, row.use) for row in rows}) > MOST_LINES:
        rows = _of_all_essential(rows)
    dates, lines, left = _lines(rows, "start", "survives_at_least", by)
    if not rows:
        return
    yield Drawing(
        table="cover",
        name=_("cover (chart)"),
        title=_("How long demand is met, by start of the measure"),
        caption=_sentences(
            _("Where a time ends with what is modelled, it is at least so long.")
            if any(row.time_to_survive is None for row in rows)
            else "",
            _settings(rows[0]) if len({row.measure for row in rows}) == 1 else "",
            _left_out(left),
        ),
        across_title=_("start of the measure"),
        up_title=_("met at least [month]"),
        across=dates,
        series=lines,
    )


def _leverage(found: Leverage) -> Iterator[Drawing]:
    if found.rows:
        yield from _surface(found)
    ends: Sequence[LeverageEnd] = found.ends
    if len(ends) > MOST_BARS:
        ends = _of_all_essential(ends)
    days = [
        None if row.date is None else date.fromisoformat(f"{row.date}-01")
        for row in ends[:MOST_BARS]
    ]
    words = {
        "variant": _("variant"),
        "measure": _("measure"),
        "use": _("use"),
        "length": _("length [month]"),
    }
    told = [one for one in words if len({getattr(row, one) for row in ends}) > 1] or ["use"]
    if any(days):
        yield Drawing(
            table="ends",
            name=_("end (chart)"),
            title=_("From when on the measure leaves nothing unmet"),
            caption=_sentences(
                _("A bar that is not there: never within what is looked at."),
                _left_out(len(ends) - len(days)),
            ),
            kind=BAR,
            across_title=", ".join(words[one] for one in told),
            up_title=_("month from which nothing is unmet"),
            across=_names([[getattr(row, one) for one in told] for row in ends[:MOST_BARS]], "–"),
            series={_("ends"): days},
        )


def _of_all_essential(rows: Sequence[Any]) -> Sequence[Any]:
    """The rows of all essential uses together, where there are such."""
    return [row for row in rows if row.use == ALL_ESSENTIAL] or rows


def _surface(found: Leverage) -> Iterator[Drawing]:
    """Unmet demand and money by start, of the longest measure."""
    longest = max(row.length for row in found.rows)
    rows = [row for row in found.rows if row.length == longest]
    responses = {"optimal": _("best response"), "myopic": _("simple rule")}
    about = _("Measures of {n} months.").format(n=longest)
    unit = tier_units(found.unit)[0]
    dates, lines, left = _lines(rows, "start", "unmet_essential", ("variant", "measure", "bound"))
    yield Drawing(
        table="leverage",
        name=_("unmet (chart)"),
        title=_("Unmet essential demand, by start of the measure"),
        caption=_sentences(about, _left_out(left)),
        across_title=_("start of the measure"),
        up_title=_("unmet essential demand [{unit}]").format(unit=unit),
        across=dates,
        series={
            ", ".join(responses.get(part, part) for part in name.split(", ")): line
            for name, line in lines.items()
        },
    )
    first = rows[0]
    same = [
        row
        for row in rows
        if (row.variant, row.measure, row.bound) == (first.variant, first.measure, first.bound)
    ]
    costs = {
        _("loss of the target"): [row.target_loss for row in same],
        _("cost of the sender, buyer returns"): [row.sender_cost_returning for row in same],
        _("cost of the sender, buyer lost"): [row.sender_cost_lost for row in same],
    }
    money = {name: line for name, line in costs.items() if any(one is not None for one in line)}
    if money:
        yield Drawing(
            table="leverage",
            name=_("losses (chart)"),
            title=_("What the measure costs both sides, by its start"),
            caption=_sentences(about, _settings(first), responses.get(first.bound, "")),
            across_title=_("start of the measure"),
            up_title=f"{found.provenance.discounted} [{found.currency}]".lstrip(),
            across=[row.start for row in same],
            series=money,
        )


# Plans


def _plan(plan: Plan) -> Iterator[Drawing]:
    variant = _("Variant {variant}.").format(variant=plan.variant)
    if rows := [row for row, _abroad in plan.outlay_by_year]:
        yield Drawing(
            table="outlay",
            name=_("outlay (chart)"),
            title=outlay_title(plan),
            caption=variant,
            kind=COLUMN,
            across_title=_("year"),
            up_title=_("paid in the year [{money}]").format(money=plan.currency),
            across=[str(row.year) for row in rows],
            series={
                _("with the plan"): [row.amount for row in rows],
                _("without"): [row.without_project for row in rows],
            },
        )
    if known := [point for point in plan.frontier if point.cost is not None]:
        cost = ", ".join(filter(None, (_("cost"), plan.provenance.discounted)))
        yield Drawing(
            table="frontier",
            name=_("frontier (chart)"),
            title=_("What it costs to survive longer"),
            caption=_sentences(variant, _("Points without a plan are left out.")),
            kind=SCATTER,
            across_title=_("survived [month]"),
            up_title=f"{cost} [{plan.currency}]",
            across=[float(point.months) for point in known],
            series={
                _("cost"): [point.cost for point in known],
                _("no plan costs less than"): [point.bound for point in known],
            },
        )


# Answers over draws


def _stress(found: Stress) -> Iterator[Drawing]:
    draws = ngettext("{n:,} draw", "{n:,} draws", found.draws).format(n=found.draws)
    about = _("Over {draws}, seed {seed}.").format(draws=draws, seed=found.seed)
    by = ("variant", "measure", "bound", "length")
    dates, lines, left = _lines(found.p_ended, "date", "p", by)
    if dates:
        yield Drawing(
            table="ended", name=_("end (chart)"),
            title=_("Probability that leverage has ended, by date"),
            caption=_sentences(about, _("Lines by what differs: response, length in months."),
                               _left_out(left)),
            across_title=_("date"), up_title=_("probability [0 to 1]"),
            across=dates,
            series={_("ended"): next(iter(lines.values()))} if len(lines) == 1 else lines,
        )  # fmt: skip
    yield from _spreads(found.answers, about)
    yield from _deciding(found, about)


def _spreads(answers: Sequence[Answer], about: str) -> Iterator[Drawing]:
    """The first number that is asked for at several dates, with its spread."""
    groups: dict[tuple[Any, ...], list[Answer]] = {}
    for one in answers:
        if one.date and one.quantiles:
            kind = one.name.partition("(")[0]
            key = (kind, one.unit, one.variant, one.measure, one.length, one.bound)
            groups.setdefault(key, []).append(one)
    for rows in groups.values():
        if len(rows) > 1:
            quantity = quantity_of(rows[0].name, rows[0].unit)
            caption = _("Of 100 draws 90 lie between 5 % and 95 %.")
            yield Drawing(
                table="answers",
                name=_("spread (chart)"),
                title=_("{answer} by date, with its spread").format(answer=quantity.heading),
                caption=_sentences(about, _settings(rows[0]), caption),
                across_title=_("date"),
                up_title=quantity.titled,
                across=[row.date for row in rows],
                series={
                    percent(band): [row.quantiles.get(band) for row in rows]
                    for band in ("5", "50", "95")
                },
            )
            return


def _deciding(found: Stress, about: str) -> Iterator[Drawing]:
    """The inputs that move the first answer most, from low to high, and their part of it."""
    if found.tornado:
        answer = found.tornado[0].answer
        bars = [bar for bar in found.tornado if bar.answer == answer]
        rows = sorted(bars, key=lambda bar: -abs(bar.answer_at_high - bar.answer_at_low))
        quantity = quantity_of(answer, rows[0].answer_unit)
        rows = rows[:MOST_BARS]
        yield Drawing(
            table="swings", name=_("decides (chart)"),
            title=_("What decides: {answer}").format(answer=quantity.heading),
            caption=_sentences(
                f"{answer}.",
                _("Each input at its low and its high end, all others at central values; bars "
                  "begin at the answer with all at central values."),
            ),
            kind=BAR,
            across_title=_("input"), up_title=quantity.titled,
            across=[bar.input for bar in rows],
            series={
                _("answer at low"): [bar.answer_at_low for bar in rows],
                _("answer at high"): [bar.answer_at_high for bar in rows],
            },
            center=rows[0].answer_central,
        )  # fmt: skip
    parts = [one for one in found.sensitivity if one.total is not None]
    if parts:
        answer = parts[0].answer
        parts = [one for one in parts if one.answer == answer]
        parts = sorted(parts, key=lambda one: -(one.total or 0.0))[:MOST_BARS]
        yield Drawing(
            table="decides",
            name=_("parts (chart)"),
            title=_("How much of the spread comes from each input"),
            caption=_sentences(about, _("Sobol indices of {answer}.").format(answer=answer)),
            kind=BAR,
            across_title=_("input"),
            up_title=_("part of the variance [0 to 1]"),
            across=[one.input for one in parts],
            series={
                _("alone"): [one.first for one in parts],
                _("with others"): [one.total for one in parts],
            },
        )


# Ledgers and trade


def _statements(table: StatementTable) -> Iterator[Drawing]:
    counts = Counter(row.verdict for row in table.statements)
    yield Drawing(
        table="statements",
        name=_("verdicts (chart)"),
        title=_("Statements by verdict"),
        caption=_("As of {date}.").format(date=table.as_of),
        kind=COLUMN,
        across_title=_("verdict"),
        up_title=_("statements [number]"),
        across=[verdict_words(word) for word in counts],
        series={_("statements"): [float(n) for n in counts.values()]},
    )


def _screen(found: Screen) -> Iterator[Drawing]:
    rows = found.rows[:MOST_BARS]
    yield Drawing(
        table="dependences",
        name=_("dependences (chart)"),
        title=_("Part of the largest seller, most dependent products first"),
        caption=_sentences(
            _("Imports of {buyer} in {year}.").format(buyer=found.buyer, year=found.years[-1]),
            _left_out(len(found.rows) - len(rows)),
        ),
        kind=BAR,
        across_title=_("product and its largest seller"),
        up_title=_("part of imports [0 to 1]"),
        across=[f"{row.product} {row.top}" for row in rows],
        series={_("part of the largest seller"): [row.top_share for row in rows]},
    )


def _product(found: ProductSheet) -> Iterator[Drawing]:
    lines: dict[str, list[float | None]] = {
        _("largest seller"): [row.top_share for row in found.rows]
    }
    if found.sender:
        lines[found.sender] = [row.sender_share for row in found.rows]
    yield Drawing(
        table="dependences",
        name=_("dependences (chart)"),
        title=_("Parts of imports by year: {product}").format(product=found.product),
        caption=_("Imports of {buyer}.").format(buyer=found.buyer),
        kind=COLUMN,
        across_title=_("year"),
        up_title=_("part of imports [0 to 1]"),
        across=[str(row.year) for row in found.rows],
        series=lines,
    )


def _upstream(found: Upstream) -> Iterator[Drawing]:
    names = {"target": found.exposure.target_name, "sender": found.exposure.sender_name}
    caption = _("In what {target} makes; tier 1: inputs, tier 2: inputs of inputs.")
    yield Drawing(
        table="tiers",
        name=_("tiers (chart)"),
        title=_("What comes from {sender}, tier by tier").format(**names),
        caption=caption.format(**names),
        kind=COLUMN,
        across_title=_("tier"),
        up_title=_("from the sender [per 100 of output]"),
        across=[str(row.tier) for row in found.tiers],
        series={_("from the sender"): [row.per_100 for row in found.tiers]},
    )


_DRAWN: Mapping[type, Callable[[Any], Iterator[Drawing]]] = {
    Cover: _cover,
    Leverage: _leverage,
    Plan: _plan,
    Stress: _stress,
    StatementTable: _statements,
    Screen: _screen,
    ProductSheet: _product,
    Upstream: _upstream,
}
