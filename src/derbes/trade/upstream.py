"""How much of what a country makes comes from a sender, tier by tier, and what losing it costs.

Equation numbers are those of docs/reference/equations.md; formulas over shares stand in
`derbes.trade.indicators`. Symbols: N sellers, B buyers, S sectors; w output of the target by
seller, adding up to 1; c cost share of a seller, M mix of a buyer, so that A = M c is the matrix
of inputs.
"""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from derbes.errors import DataError, Problem, RequestError, did_you_mean, look_alike
from derbes.language import _, ngettext
from derbes.results import upstream as results
from derbes.trade import indicators as of
from derbes.trade.codes import GROUPS, area_fix, iso3, members_of
from derbes.trade.inputoutput import Floats, InputOutput, Places, is_country, table_of

Mask = npt.NDArray[np.bool_]

MOST_TIERS = 100
PROBABILITIES = (0.05, 0.5, 0.95)
"""Of a loss, told where σ is a range."""
SOLE = 1e-9
"""What others sell of an input, as a part of it, below which the sender is its only seller."""
LEAST_ROUTE = 0.001
"""Part of all that comes from the sender below which a route is not told."""
Ends = tuple[float, float]
"""Lowest and highest."""
SIGMA, EPSILON, SHORT_SIGMA = KINDS = ("sigma", "epsilon", "short_sigma")
ABOVE = {SIGMA: 1.0, EPSILON: 0.0, SHORT_SIGMA: 0.0}
"""What each must be above."""
SECTOR = "sector"
OPTION = "--elasticities"
MOST_BYTES = 1_000_000
_NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
_RANGE = re.compile(rf"\s*{_NUMBER}\s*(?:\.\.\s*{_NUMBER}\s*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Party:
    """A country, or a group of them, in a table."""

    id: str
    name: str
    places: tuple[int, ...]
    absent: tuple[str, ...] = ()
    """Members that the table does not tell apart."""

    def sells(self, table: InputOutput) -> Mask:
        """Which sellers are its own. (N,)"""
        return np.isin(table.country, self.places)


def upstream(
    importer: str,
    sender: str,
    *,
    table: Any = "",
    buyer: str = "",
    tiers: int = 5,
    sigma: str = "2..6",
    epsilon: str = "5",
    short_sigma: str = "0.1..0.9",
    elasticities: str = "",
) -> results.Upstream:
    """What comes from a sender, tier by tier, and what losing it would cost; as in `derbes.api`."""
    held = table_of(table)
    problems: list[Problem] = []
    target = _side(held, importer, "--importer", problems)
    hostile = _side(held, sender, "--sender", problems)
    if both := set(target.places) & set(hostile.places):
        names = ", ".join(sorted(held.countries[place] for place in both))
        what = _("{names} would depend on itself").format(names=names)
        problems.append(Problem("--sender", what, fix=_("name another country")))
    _check_buyer(held, buyer, problems)
    if not 1 <= tiers <= MOST_TIERS:
        what = _("{n} tiers, and they are from 1 to {most}").format(n=tiers, most=MOST_TIERS)
        problems.append(Problem("--tiers", what, fix=_("write 5")))
    ends = {
        kind: range_of(text, kind, f"--{kind.replace('_', '-')}", problems)
        for kind, text in zip(KINDS, (sigma, epsilon, short_sigma), strict=True)
    }
    labels = [held.sector_name(one) for one in held.sectors]
    known = elasticities_of(elasticities, ends, held.sectors, labels, problems=problems)
    if problems:
        raise RequestError(held.about.file, problems)
    return _answer(held, target, hostile, buyer, tiers=tiers, known=known, file=elasticities)


# What is asked


def _side(table: InputOutput, word: str, option: str, problems: list[Problem]) -> Party:
    """A country or group by its name; what is wrong with it is told."""
    name = word.strip().upper()
    group = GROUPS.get(name)
    year = int(table.about.year) if table.about.year.isdigit() else 9999
    if group is not None:
        found = {number: table.places_of(str(number)) for number in members_of(word, year)}
        places = tuple(sorted({place for one in found.values() for place in one}))
        absent = tuple(iso3(number) for number, one in found.items() if not one)
        if places:
            return Party(name, _(group.name).partition(",")[0], places, absent)
    if places := table.places_of(word):
        label = table.countries[places[0]]
        return Party(label, table.country_name(label), places)
    if is_country(word) or group is not None:
        what = _('"{word}" is not told apart in this table, which holds {n} countries')
        what = what.format(word=word, n=len(table.countries))
        fix = _("name one of {names}, or give a table that holds it with --table")
        fix = fix.format(names=", ".join(sorted(table.countries)))
    else:
        what = _('"{word}" is no country').format(word=word)
        names = [*table.countries, *map(table.country_name, table.countries)]
        latin = word.upper() if len(word) <= len("KAZ") else word
        fix = look_alike(latin, names) or area_fix(word, names)
    problems.append(Problem(option, what, fix=fix))
    return Party(word, word, ())


def _check_buyer(table: InputOutput, buyer: str, problems: list[Problem]) -> None:
    """A sector that buys is one of a full table."""
    if not buyer:
        return
    if not table.is_full:
        what = _("this table tells what countries buy, not what their sectors do")
        fix = _("leave it out, or give a full table with --table")
        problems.append(Problem("--buyer", what, fix=fix))
    elif buyer not in table.sectors:
        what = _('"{word}" is no sector of this table').format(word=buyer)
        problems.append(Problem("--buyer", what, fix=did_you_mean(buyer, table.sectors)))


# Elasticities


@dataclass(frozen=True, slots=True)
class Elasticity:
    """One elasticity of all sectors."""

    ends: Ends
    """Of sectors that have none of their own."""
    low: Floats
    """By sector. (S,)"""
    high: Floats
    """(S,)"""
    is_by_sector: bool = False
    """Whether the table names it."""

    @property
    def is_one(self) -> bool:
        """Whether no sector has a range."""
        return bool(np.all(self.low == self.high))

    def at(self, part: float) -> Floats:
        """Each at the same part of its range, from the highest (0) to the lowest (1). (S,)"""
        return np.asarray(self.high - part * (self.high - self.low), dtype=np.float64)


def range_of(text: str, kind: str, where: str, problems: list[Problem]) -> Ends:
    """`4` or `2..6` as lowest and highest of a kind; what is wrong with it is told."""
    above = ABOVE[kind]
    fix = _("write one number above {above}, or a range such as 2..6").format(above=f"{above:g}")
    if kind == SHORT_SIGMA:
        fix = _("write one number above 0, or a range such as 0.1..0.9")
    found = _RANGE.fullmatch(str(text))
    ends = [float(end) for end in found.groups() if end] if found else []
    if not ends:
        what = _('"{text}" is no number and no range').format(text=text)
    elif ends[0] > ends[-1]:
        what = _('"{text}" ends below where it begins').format(text=text)
        fix = _("write {low}..{high}").format(low=f"{ends[-1]:g}", high=f"{ends[0]:g}")
    elif ends[0] <= above:
        what = _('"{text}" is not above {above}').format(text=text, above=f"{above:g}")
        if kind == SIGMA:
            what = _(
                '"{text}" is not above 1: where sellers can hardly take each other\'s place, this '
                "loss is without bound"
            ).format(text=text)
            fix = _(
                "write a range such as 2..6; for the months before others step in there are "
                "--short-sigma, and derbes leverage, which counts stocks"
            )
    else:
        return ends[0], ends[-1]
    problems.append(Problem(where, what, fix=fix))
    return (math.nan, math.nan)


def elasticities_of(
    file: str,
    asked: Mapping[str, Ends],
    sectors: Sequence[str],
    labels: Sequence[str],
    *,
    problems: list[Problem],
) -> dict[str, Elasticity]:
    """By kind: ends of an option, and what a table says of sectors by code or name. (S,)

    It is a CSV with a column `sector` and one or more of `sigma`, `epsilon` and `short_sigma`, each
    cell as the option of that name: `4` or `2..6`. What it does not say has the value of the
    option. Values are the user's: none are shipped. What is wrong with it goes to `problems`.
    """
    n = len(sectors)
    low, high = ({kind: np.full(n, ends[side]) for kind, ends in asked.items()} for side in (0, 1))
    rows = _rows_of(file, problems) if file else []
    named = [kind for kind in KINDS if rows and kind in rows[0][1]]
    places = {name.casefold(): s for s, name in reversed([*enumerate(labels)])}
    places |= {name.casefold(): s for s, name in enumerate(sectors)}
    seen: dict[int, int] = {}
    for line, row in rows:
        place = places.get(row[SECTOR].casefold())
        where = _("{file}, line {line}").format(file=Path(file).name, line=line)
        if place is None:
            what = _('"{word}" is no sector of this table').format(word=row[SECTOR])
            fix = did_you_mean(row[SECTOR], [*sectors, *labels])
            problems.append(Problem(where, what, fix=fix))
            continue
        if place in seen:
            what = _('"{word}" stands in line {line} already')
            what = what.format(word=row[SECTOR], line=seen[place])
            problems.append(Problem(where, what, fix=_("keep one of the two")))
        seen[place] = line
        for kind in named:
            if row[kind]:
                low[kind][place], high[kind][place] = range_of(row[kind], kind, where, problems)
    return {
        kind: Elasticity(ends, low[kind], high[kind], is_by_sector=kind in named)
        for kind, ends in asked.items()
    }


def _rows_of(file: str, problems: list[Problem]) -> list[tuple[int, dict[str, str]]]:
    """Line and cells by column, of lines that say something."""
    try:
        if Path(file).stat().st_size > MOST_BYTES:
            what = _("{file} is larger than a table of sectors can be").format(file=file)
            problems.append(Problem(OPTION, what, fix=_("name a CSV with a row for each sector")))
            return []
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        what = _("{file} cannot be read as text").format(file=file)
        problems.append(Problem(OPTION, what, fix=_("name a CSV in UTF-8 that is there")))
        return []
    head, *_more = text.splitlines() or [""]
    comma = ";" if ";" in head else "\t" if "\t" in head else ","
    lines = list(csv.reader(io.StringIO(text), delimiter=comma))
    columns = [cell.strip().casefold().replace(" ", "_") for cell in lines[0]] if lines else []
    known, found = (SECTOR, *KINDS), len(problems)
    for column in columns:
        if column not in known:
            what = _('{file} has a column "{word}"').format(file=file, word=column)
            problems.append(Problem(OPTION, what, fix=did_you_mean(column, known)))
    if SECTOR not in columns or not {*KINDS}.intersection(columns):
        what = _("{file} does not say which sector has which elasticity").format(file=file)
        fix = _("write a first line such as: sector,sigma,epsilon")
        problems.append(Problem(OPTION, what, fix=fix))
    if len(set(columns)) < len(columns):
        what = _("{file} has a column twice").format(file=file)
        problems.append(Problem(OPTION, what, fix=_("keep one of the two")))
    rows: list[tuple[int, dict[str, str]]] = []
    for number, cells in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in cells):
            if len(cells) != len(columns):
                where = _("{file}, line {line}").format(file=Path(file).name, line=number)
                what = ngettext(
                    "it has {n} cell, and the first line {columns}",
                    "it has {n} cells, and the first line {columns}",
                    len(cells),
                ).format(n=len(cells), columns=len(columns))
                problems.append(Problem(where, what, fix=_("write as many as there are columns")))
            rows.append((number, dict(zip(columns, (c.strip() for c in cells), strict=False))))
    return rows if len(problems) == found else []


# Tiers


def summed(places: Places, amounts: Floats, n: int) -> Floats:
    """Amounts added up by place. (n,)"""
    return np.bincount(places, amounts, minlength=n).astype(np.float64)


def next_tier(table: InputOutput, made: Floats) -> Floats:
    """(U1) Inputs of what is made: A y, with A[p,q] = M[p, buyer of q] · c[q]. (N,)

    In a full table A is flows over output, cell by cell; in a reduced one each sector of a country
    buys its mean mix, as much as its own part of inputs in cost asks for.
    """
    return np.asarray(table.mix @ _wanted(table, made))


def _wanted(table: InputOutput, made: Floats) -> Floats:
    """Inputs by buyer of what sellers make. (B,)"""
    return summed(table.buyer, table.cost_share * made, len(table.bought))


def tiers_of(table: InputOutput, made: Floats, n: int) -> list[Floats]:
    """(U2) Inputs, inputs of inputs, and so on: A w, A² w, … Aⁿ w. [(N,)]"""
    found: list[Floats] = []
    for _tier in range(n):
        made = next_tier(table, made)
        found.append(made)
    return found


def all_tiers(table: InputOutput, made: Sequence[Floats]) -> list[Floats]:
    """(U3) Inputs of all tiers at once: ((I − A)⁻¹ − I) w, by the Leontief inverse. [(N,)]

    Solved between buyers, which are fewer in a reduced table, M (I − c M)⁻¹ c w, and for several w
    at once.
    """
    wanted = np.stack([_wanted(table, one) for one in made], axis=1)
    needed = np.linalg.solve(np.eye(len(table.bought)) - _loops(table), wanted)
    return list((table.mix @ needed).T)


def _loops(table: InputOutput) -> Floats:
    """Inputs that a buyer (row) needs for one unit of inputs of another (column). (B, B)"""
    weighted = table.cost_share[:, None] * table.mix
    return weighted if table.is_full else _added(table.buyer, weighted, len(table.bought))


def _added(places: Places, rows: Floats, n: int) -> Floats:
    """Rows added up by place. (n, …)"""
    return np.asarray((np.arange(n)[:, None] == places).astype(np.float64) @ rows)


def held_upstream(table: InputOutput, of_sender: Mask) -> Floats:
    """(U4) What comes from the sender in all tiers of one unit of each seller. (N,)

    Rows of ((I − A)⁻¹ − I) of the sender, added up. Times the first tier, by country, it tells
    whose goods the sender's inputs are in: Σ of these and of the direct ones is (U3).
    """
    own = table.mix.T @ of_sender.astype(np.float64)
    in_inputs = np.linalg.solve(np.eye(len(own)) - _loops(table).T, own)
    return np.asarray(table.cost_share * in_inputs[table.buyer])


def ends_with(table: InputOutput, made: Floats, everything: Floats) -> Floats:
    """(U5) With whom the worth of what is made ends: (1 − c) ∘ (I − A)⁻¹ w; adds up to 1. (N,)

    Value added, with taxes and with inputs from countries that the table does not tell; of what is
    made, w, and the inputs of all tiers of it, (U3).
    """
    return (1.0 - table.cost_share) * (made + everything)


# The answer


def _answer(
    table: InputOutput,
    target: Party,
    sender: Party,
    buyer: str,
    *,
    tiers: int,
    known: Mapping[str, Elasticity],
    file: str,
) -> results.Upstream:
    is_target, is_sender = target.sells(table), sender.sells(table)
    made, made_there = _made(table, target, buyer), _made(table, sender)
    everything, all_there = all_tiers(table, [made, made_there])
    sigma = known[SIGMA]
    exposure, there = _exposure(table, target, sender, made, everything=everything, sigma=sigma)
    back, other = _exposure(table, sender, target, made_there, everything=all_there, sigma=sigma)
    if not exposure.inputs:
        text = _("{file}: {name} buys no inputs in this table.")
        name = f"{target.name} {buyer}".strip()
        raise DataError(text.format(file=table.about.file, name=name))
    inputs, total = tiers_of(table, made, tiers), float(everything[is_sender].sum())
    gains, without, without_share = _gains(table, is_target, target, known[EPSILON])
    return results.Upstream(
        exposure=exposure,
        back=back,
        asymmetry=of.asymmetry(there, other),
        buyer=buyer,
        buyer_label=table.sector_name(buyer) if buyer else "",
        tiers=_tier_rows(inputs, is_sender, total),
        total_per_100=100.0 * total,
        routes=_routes(table, inputs[0], is_sender, total),
        sectors=_sectors(table, is_sender, made, everything, short=known[SHORT_SIGMA]),
        short_sigma=known[SHORT_SIGMA].ends,
        elasticities=file,
        by_sector=tuple(kind for kind in KINDS if known[kind].is_by_sector),
        gains=gains,
        without_own=without,
        without_own_share=without_share,
        absent=(*target.absent, *sender.absent),
        source=results.TableSource(
            **asdict(table.about),
            n_countries=len(table.countries),
            n_sectors=len(table.sectors),
            is_full=table.is_full,
        ),
    )


def _made(table: InputOutput, side: Party, sector: str = "") -> Floats:
    """Output of a side, or of a sector of it, as parts of its sum. (N,)"""
    own = np.where(side.sells(table), table.output, 0.0)
    if sector:
        own = np.where(table.sector == table.sectors.index(sector), own, 0.0)
    total = own.sum()
    return own / total if total > 0 else own


def _exposure(
    table: InputOutput,
    target: Party,
    sender: Party,
    made: Floats,
    *,
    everything: Floats,
    sigma: Elasticity,
) -> tuple[results.Exposure, float]:
    """One side's dependence on the other, and its loss at a middle σ, by which both compare."""
    is_sender = sender.sells(table)
    first = next_tier(table, made)
    output = float(table.output[made > 0].sum())
    inputs = output * float(first.sum())
    direct = output * float(first[is_sender].sum())
    abroad = ~np.isin(np.arange(len(table.bought)), table.buyer[is_sender])
    sold = table.mix[is_sender][:, abroad] @ table.bought[abroad]
    rise = _rise_of(table, target, is_sender, made)
    middle = sigma.at(0.5) if sigma.is_by_sector else np.full(len(table.sectors), 2.0)
    return results.Exposure(
        target=target.id,
        target_name=target.name,
        sender=sender.id,
        sender_name=sender.name,
        output=output,
        inputs=inputs,
        direct_value=direct,
        direct_share=_part(direct, inputs),
        total_share=_part(float(everything[is_sender].sum()), float(everything.sum())),
        value_share=float(ends_with(table, made, everything)[is_sender].sum()),
        sold_share=_part(direct, float(sold.sum())),
        sole_share=rise.sole,
        losses=_losses(rise, sigma),
    ), rise.at(middle)[1]


def _part(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _tier_rows(
    tiers: Sequence[Floats], is_sender: Mask, total: float
) -> tuple[results.TierRow, ...]:
    rows, so_far = [], 0.0
    for tier, inputs in enumerate(tiers, 1):
        own, all_ = float(inputs[is_sender].sum()), float(inputs.sum())
        so_far += own
        rows.append(
            results.TierRow(tier, 100 * own, 100 * all_, _part(own, all_), _part(so_far, total))
        )
    return tuple(rows)


def _routes(
    table: InputOutput, first: Floats, is_sender: Mask, total: float
) -> tuple[results.RouteRow, ...]:
    """By the country whose goods they are in, largest first."""
    through = first * held_upstream(table, is_sender)
    by_country = summed(table.country, through, len(table.countries)).tolist()
    rows = [
        results.RouteRow(label, table.country_name(label), 100 * held, _part(held, total))
        for label, held in zip(table.countries, by_country, strict=True)
        if _part(held, total) >= LEAST_ROUTE
    ]
    return tuple(sorted(rows, key=lambda row: (-row.per_100, row.country)))


def _sectors(
    table: InputOutput, is_sender: Mask, made: Floats, everything: Floats, *, short: Elasticity
) -> tuple[results.UpstreamSector, ...]:
    """Sectors of the sender, by what comes of them over all tiers."""
    n = len(table.sectors)
    first = next_tier(table, made)

    by_sector = [
        summed(table.sector, amounts, n)
        for amounts in (first, first * is_sender, everything, everything * is_sender)
    ]
    output = float(table.output[made > 0].sum())
    income = 1.0 - float(first.sum())
    rows = []
    for place, sector in enumerate(table.sectors):
        used, direct, whole, total = (float(amounts[place]) for amounts in by_sector)
        if total <= 0:
            continue
        cut, share = _part(direct, used), _part(used, income)
        rows.append(
            results.UpstreamSector(
                sector=sector,
                label=table.sector_name(sector),
                use=output * used,
                direct_value=output * direct,
                direct_share=cut,
                per_100=100.0 * total,
                total_share=_part(total, whole),
                income_share=share,
                **_short(share, cut, (short.low[place], short.high[place])),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.per_100, row.sector)))


def _short(share: float, cut: float, sigma: tuple[float, float]) -> dict[str, float]:
    """Loss of income where nobody steps in for what is cut, to each order."""
    share, left, middle = min(share, 1.0), 1.0 - cut, (sigma[0] + sigma[1]) / 2
    if left <= 0:
        nothing = {"short_first": math.inf, "short_second": math.inf}
        return nothing | {"short_low": 1.0, "short_high": 1.0}
    after = of.share_after(share, left, middle)
    return {
        "short_first": -float(of.second_order(share, share, math.log(left))),
        "short_second": -float(of.second_order(share, after, math.log(left))),
        "short_low": 1.0 - float(of.output_left(share, left, sigma[1])),
        "short_high": 1.0 - float(of.output_left(share, left, sigma[0])),
    }


# Losses and gains


@dataclass(frozen=True, slots=True)
class _Rise:
    """By how much a target's output is dearer without some sellers, at any elasticity."""

    weights: Floats
    """Inputs of each buyer for one unit of output. (B,)"""
    used: Floats
    """Part of each sector in what a buyer buys. (S, B)"""
    part: Floats
    """Those sellers' part of it; 0 where only they sell. (S, B)"""
    own_inputs: Floats
    """As of (U10). (B, B)"""
    sole: float
    """Part of inputs that only those sellers have, of which no rise is counted."""

    def at(self, sigma: Floats) -> tuple[float, float]:
        """Logarithm of the price: by own purchases, and with own goods dearer; σ by sector (S,)."""
        dearer = (self.used * of.loss_of_sellers(self.part, sigma[:, None])).sum(axis=0)
        looped = of.with_own_loop(np.asarray(dearer), self.own_inputs)
        return float(self.weights @ dearer), float(self.weights @ looped)


def _rise_of(table: InputOutput, target: Party, hostile: Mask, made: Floats) -> _Rise:
    """What the cost of a target's output without some sellers hangs on."""
    of_target = target.sells(table)
    buyers = np.unique(table.buyer[of_target])
    mix = table.mix[:, buyers]
    weights = _wanted(table, made)[buyers]
    used = _added(table.sector, mix, len(table.sectors))
    share = _added(table.sector, mix * hostile[:, None], len(table.sectors))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(used > 0, share / used, 0.0)
    is_sole = part > 1.0 - SOLE
    # What is left of each good is bought of the others, in the parts that they have now.
    kept = mix * np.where(is_sole, 0.0, 1.0 / np.maximum(1.0 - part, SOLE))[table.sector]
    place = np.searchsorted(buyers, table.buyer[of_target])
    own_inputs = _added(place, table.cost_share[of_target, None] * kept[of_target], len(buyers))
    sole = _part(float(weights @ (used * is_sole).sum(axis=0)), float(weights.sum()))
    return _Rise(weights, used, np.where(is_sole, 0.0, part), own_inputs, sole)


def _losses(rise: _Rise, sigma: Elasticity) -> tuple[results.LossRow, ...]:
    """Losses over the range of σ, smallest first; they fall as it rises, so ends are at ends.

    Where sectors have their own, all are at the same part of their ranges.
    """
    rows = []
    for p in (None,) if sigma.is_one else (0.0, *PROBABILITIES, 1.0):
        at = sigma.at(p or 0.0)
        with np.errstate(over="ignore"):
            own, looped = (float(np.expm1(one)) for one in rise.at(at))
        rows.append(results.LossRow(None if sigma.is_by_sector else float(at[0]), p, own, looped))
    return tuple(rows)


def _gains(
    table: InputOutput, is_target: Mask, target: Party, known: Elasticity
) -> tuple[tuple[results.GainRow, ...], tuple[str, ...], float]:
    """Gains from trade in each way that the table allows.

    And the sectors of whose goods the target buys and makes none, of which no loss is counted,
    with their part of what it spends.
    """
    n = len(table.sectors)
    ends = [known.at(1.0)] if known.is_one else [known.at(1.0), known.at(0.0)]
    sides = [results.LOWEST, results.HIGHEST] if known.is_by_sector and len(ends) > 1 else ["", ""]
    # ε as told, which end it is, and by sector
    epsilons = [
        (None if known.is_by_sector else float(one[0]), side, one)
        for side, one in zip(sides, ends, strict=False)
    ]
    is_buyer = np.isin(np.arange(len(table.bought)), table.buyer[is_target])
    flows = table.mix @ (table.bought * is_buyer)
    if table.final is None:
        rise = _rise_of(table, target, ~is_target, _made(table, target))
        bought = summed(table.sector, flows, n)
        own = summed(table.sector, flows * is_target, n)
        own_share = _part(float(own.sum()), float(bought.sum()))
        told = tuple(
            results.GainRow(
                results.OF_INPUTS, own_share, one, -math.expm1(-rise.at(1.0 + every)[1]), side
            )
            for one, side, every in epsilons
        )
        return told, *_lacking(table, own, bought)
    final = table.final[:, list(target.places)].sum(axis=1)
    spent = flows + final
    own_share = float(spent[is_target].sum() / spent.sum())
    # By sector a draw on stocks is no spending: it would leave less than nothing of some goods.
    spent = flows + np.maximum(final, 0.0)
    own, spent = summed(table.sector, spent * is_target, n), summed(table.sector, spent, n)
    lambdas = np.where(own > 0, own / np.where(spent > 0, spent, 1.0), 1.0)
    parts = summed(table.sector, np.maximum(final, 0.0), n)
    parts /= parts.sum()
    loops = _own_inputs(table, is_target)
    rows = [
        results.GainRow(
            results.OWN_SHARE, own_share, one, float(of.gains_from_trade(own_share, one))
        )
        for one in sorted(set(known.ends))
    ]
    for one, side, every in epsilons:
        alone = of.gains_by_sector(lambdas, parts, every)
        looped = of.gains_with_loop(lambdas, parts, every, loops)
        rows.append(results.GainRow(results.BY_SECTOR, None, one, alone, side))
        rows.append(results.GainRow(results.WITH_LOOP, None, one, looped, side))
    if not known.is_by_sector:  # both ways at one elasticity beside each other
        rows.sort(key=lambda row: row.epsilon or 0.0)
    return tuple(rows), *_lacking(table, own, spent)


def _lacking(table: InputOutput, own: Floats, spent: Floats) -> tuple[tuple[str, ...], float]:
    """Sectors of whose goods some are bought and none are own, and their part of spending."""
    lacks = (spent > 0) & (own <= 0)
    names = tuple(table.sector_name(table.sectors[place]) for place in np.flatnonzero(lacks))
    return names, _part(float(spent[lacks].sum()), float(spent.sum()))


def _own_inputs(table: InputOutput, is_target: Mask) -> Floats:
    """Spending of a target's sectors (columns) on goods of sectors (rows) over output. (S, S)"""
    n = len(table.sectors)
    flows = table.mix[:, is_target] * table.bought[is_target]
    rows = _added(table.sector, flows, n)
    output = summed(table.sector[is_target], table.output[is_target], n)
    return _added(table.sector[is_target], rows.T, n).T / np.where(output > 0, output, 1.0)
