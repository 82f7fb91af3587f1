"""Questions to the store: products of a buyer, buyers of a product, one product over years."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from derbes.errors import Problem, RequestError, count_problems
from derbes.language import _, ngettext
from derbes.parallel import worker_problems
from derbes.results import trade as results
from derbes.sql.engine import Columns, QueryEngine, filled, opened_elsewhere, opened_engine
from derbes.trade import indicators as of
from derbes.trade.codes import DIGITS, GROUPS, area_fix, area_name, iso3, members_of, product_names
from derbes.trade.sources import EXPORT, IMPORT, RE_EXPORT
from derbes.trade.store import Dataset, dataset_of

MOST_YEARS = 100
"""Years of one question at most."""
MOST_TONNES = 1e12
"""Production at most. [t]"""
MOST_ELSEWHERE = 10
"""Sellers that sell only to others, and are shown."""
_KEY = 1024
"""Above any number of an area, so that value and seller fit into one number."""
MOST_NAMED = 6
"""Products that are named where one is not held."""
_AT_A_TIME = 10_000
"""Rows that are turned from columns into records at a time."""
_REPORTS = {0: "reconciled", IMPORT: "importer", EXPORT: "exporter"}
_ARMS = ("93", "3601", "3602", "3603", "3604")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the trade data."""

    buyer: str
    """ISO code, name or number of a country, a group, or `all`."""
    sender: str = ""
    inside: str = ""
    """Group whose sellers do not count as outside; empty: the buyer itself, if it is a group."""
    products: tuple[str, ...] = ()
    """Codes, or their first digits; empty: all."""
    beside: tuple[str, ...] = ()
    """Buyers whose unit values are compared."""
    last: int | None = None
    """Last year; None: the last of the data."""
    n_years: int = of.OF_YEARS[1]
    production: float | None = None
    """Own production in the last year. [t]"""


def screen(
    store: Path, question: Question, dataset: str = "", n_threads: int = 2, *, engine: Any = ""
) -> results.Screen:
    """Products by how dependent their buyer is on few sellers; as in `derbes.api`."""
    data = dataset_of(store, dataset)
    years = _years(question, data, n_threads)
    with _opened(engine, n_threads) as opened:
        tables = _Tables(opened, data, question, years)
        columns, partial, warnings = tables.columns(), tables.partial(), tables.warnings()
        tables.refuse_what_is_not_held(columns)
    last = columns["t"] == years[-1]
    over, churn = _over_years(columns, years)
    told = {name: column[last] for name, column in columns.items()} | dict(over)
    rows = [*map(tables.dependence, _records(told))]
    rows.sort(key=lambda row: (-row.cdi_margin, row.product, row.buyer))
    absent = tuple(year for year in _asked_years(question, data) if year not in years)
    source = _source(data, rows, partial, warnings)
    return results.Screen(
        question.buyer, question.sender, tables.inside, years, tuple(rows), churn, absent, source
    )


def product_sheet(
    store: Path, question: Question, dataset: str = "", n_threads: int = 2, *, engine: Any = ""
) -> results.ProductSheet:
    """One product of one buyer over years, its sellers and who else could sell; as `screen`."""
    data = dataset_of(store, dataset)
    years = _years(question, data, n_threads)
    (product,) = question.products
    with _opened(engine, n_threads) as opened:
        tables = _Tables(opened, data, question, years)
        columns = tables.columns()
        tables.refuse_what_is_not_held(columns)
        rows = [*map(tables.dependence, _records(columns))]
        sellers = tables.sellers(rows[-1].year) if rows else ()
        comparisons = tables.comparisons(rows) if question.beside else ()
        mirrors = tables.mirrors() if question.sender else ()
        season = tables.season() if data.is_monthly else ()
        weighed = tables.weighed_exports(rows[-1].year) if rows and question.production else None
        partial, warnings = tables.partial(), tables.warnings()
    last, known = rows[-1] if rows else None, {row.year: row for row in rows}
    concentrations = [known[t].concentration if t in known else None for t in years]
    shares = [known[t].sender_share if t in known else None for t in years]
    part = weighed[0] / last.exports if last and weighed and last.exports else None
    return results.ProductSheet(
        buyer=question.buyer,
        sender=question.sender,
        product=product,
        label=product_names().get(product, "") if tables.has_names else "",
        rows=tuple(rows),
        sellers=sellers,
        comparisons=comparisons,
        mirrors=mirrors,
        sender_trend=of.trend(years, shares) if question.sender else None,
        concentration_trend=of.trend(years, concentrations),
        reliance=_reliance(question, last, weighed),
        season=season,
        absent=tuple(t for t in _asked_years(question, data) if t not in known),
        source=_source(data, rows, partial, warnings),
        exports_weighed=part,
        partial=tuple(t for t in known if t in partial),
    )


def _opened(engine: Any, n_threads: int) -> AbstractContextManager[QueryEngine]:
    """The engine in this process, or another one."""
    return opened_elsewhere(engine) if engine else opened_engine(n_threads=n_threads)


def _reliance(
    question: Question, last: results.Dependence | None, weighed: tuple[float, float] | None
) -> float | None:
    """Net imports over use by weight, where production is told.

    What has no weight of imports and of exports is taken at the unit value of what has; exports
    of which nothing has a weight at that of imports.
    """
    if last is None or question.production is None or not last.outside_weight:
        return None
    value, weight = weighed or (0.0, 0.0)
    from_outside = last.imports * (1.0 if last.outside_share is None else last.outside_share)
    price = of.unit_value(value, weight) or from_outside / last.outside_weight
    return of.reliance(last.outside_weight, last.exports / price, question.production)


def _over_years(columns: Columns, years: Sequence[int]) -> tuple[Columns, float | None]:
    """What several years say of the rows of the last: how often they are flagged, and the churn."""
    keys = columns["k"].astype(np.int64) * _KEY + columns["b"]
    of_year = {year: columns["t"] == year for year in years}
    now = keys[of_year[years[-1]]]
    cdi = {year: keys[is_of & (columns["cdi"] > 0)] for year, is_of in of_year.items()}
    geodep = [keys[is_of & (columns["geodep"] > 0)] for is_of in of_year.values()]
    known = [np.isin(now, keys[is_of]) for is_of in of_year.values()]
    told = {
        "years_flagged": np.sum([np.isin(now, flagged) for flagged in cdi.values()], axis=0),
        "geodep_lasting": of.holds_in_years(
            np.array([np.isin(now, flagged) for flagged in geodep]), np.array(known)
        ),
    }
    first, last = (set(cdi[year].tolist()) for year in (years[0], years[-1]))
    return told, of.churn(first, last) if len(years) > 1 else None


def _asked_years(question: Question, data: Dataset) -> range:
    last = data.years[-1] if question.last is None else question.last
    return range(last - question.n_years + 1, last + 1)


def _years(question: Question, data: Dataset, n_threads: int) -> tuple[int, ...]:
    """Years asked about that the data hold; refuses what is not known.

    Raises:
        RequestError: With every problem.
    """
    problems = []
    asked = {"importer": question.buyer, "sender": question.sender, "inside": question.inside}
    asked |= {f"beside {word}": word for word in question.beside}
    for option, word in asked.items():
        is_fine = (
            not word or members_of(word, 2020) or (option, word) == ("importer", results.EVERY)
        )
        if option == "inside" and word and word.upper() not in GROUPS:
            fix = _("known: {names}").format(names=", ".join(GROUPS))
            problems.append(Problem(option, _('"{word}" is no group').format(word=word), fix=fix))
        elif not is_fine:
            what = _('"{word}" is no country and no group').format(word=word)
            problems.append(Problem(option.partition(" ")[0], what, fix=area_fix(word)))
    problems += [] if problems else _inside_problems(question, data)
    for code in question.products:
        if not (code.isascii() and code.isdigit() and 2 <= len(code) <= DIGITS):
            what = _('"{code}" is no product').format(code=code)
            fix = _("write two to six digits of the HS, such as 271121 or 2711")
            problems.append(Problem("product", what, fix=fix))
    years_asked = ("years", question.n_years, 1, MOST_YEARS)
    made = ("production", question.production or 0.0, 0.0, MOST_TONNES)
    problems += [*count_problems(years_asked, made), *worker_problems(n_threads)]
    if any(problem.where == "years" for problem in problems):
        raise RequestError(data.id, problems)
    years = tuple(year for year in _asked_years(question, data) if year in data.years)
    if not years or (question.last is not None and question.last not in data.years):
        what = _("{dataset} holds no trade of {year}")
        what = what.format(dataset=data.id, year="" if question.last is None else question.last)
        fix = _("its years are {first} to {last}").format(first=data.years[0], last=data.years[-1])
        problems.append(Problem("year", what, fix=fix))
    if problems:
        raise RequestError(data.id, problems)
    return years


def _inside_problems(question: Question, data: Dataset) -> list[Problem]:
    """A sender whose sales are no imports from outside: the buyer itself, or one of its group."""
    year = data.years[-1] if question.last is None else question.last
    buyer = "" if question.buyer == results.EVERY else question.buyer
    sender = set(members_of(question.sender, year)) if question.sender else set()
    group = question.inside or (buyer if buyer.upper() in GROUPS else "")
    if not sender or not any(
        sender <= set(members_of(word, year)) for word in (group, buyer) if word
    ):
        return []
    what = _("{names} would depend on itself").format(names=question.sender)
    if group and group.upper() != question.sender.upper():
        what = _("{sender} is one of {group}, whose sellers count as own")
        what = what.format(sender=question.sender, group=group.upper())
    return [Problem("sender", what, fix=_("name another country"))]


def _source(
    data: Dataset,
    rows: Sequence[results.Dependence],
    partial: Mapping[int, int],
    warnings: Sequence[str],
) -> results.TradeSource:
    """The data, and what is not in them where it matters."""
    text = _("Of {year} the data hold {n} of 12 months: its sums are not those of a year.")
    told = [text.format(year=t, n=n) for t, n in partial.items()]
    arms = _(
        "Arms and ammunition: Russia's customs file them under a secret code, and others "
        "leave some out, so that these sums are what was reported, not what was sold."
    )
    return results.TradeSource(
        dataset=data.id,
        source=data.source,
        classification=data.classification,
        vintage=data.vintage,
        license=data.license,
        reports=_REPORTS[data.flow],
        warnings=(
            *warnings,
            *told,
            *((arms,) if any(row.product.startswith(_ARMS) for row in rows) else ()),
        ),
    )


class _Tables:
    """Sums over the rows of a dataset, for one question."""

    def __init__(
        self, engine: QueryEngine, data: Dataset, question: Question, years: Sequence[int]
    ) -> None:
        self._engine, self._data, self._question, self._years = engine, data, question, years
        buyer = question.buyer.upper()
        self.inside = question.inside or (buyer if buyer in GROUPS else "")
        self._scan = data.scan(engine, years)
        self._is_every = question.buyer == results.EVERY
        # conditions: of what is bought by the buyer, sold by it, sold by the sender
        self._is_bought, self._is_sold = (
            "true" if self._is_every else self._is_of(question.buyer, side) for side in ("j", "i")
        )
        self._is_sender = self._is_of(question.sender, "i")
        if question.sender and not self._is_every:  # of its own group, the others
            self._is_sender = f"({self._is_sender} AND NOT {self._is_sold})"
        self.has_names = data.classification == "HS92"
        self._has_both = {IMPORT, EXPORT} <= set(data.flows)

    def _is_of(self, word: str, side: str) -> str:
        """Condition: the seller `i`, or the buyer `j`, is a country, or a member of a group."""
        years_of: dict[tuple[int, ...], list[int]] = {}
        for year in self._years:
            years_of.setdefault(members_of(word, year) if word else (), []).append(year)
        parts = [
            f"({side} IN ({', '.join(map(str, codes))}) AND t IN ({', '.join(map(str, years))}))"
            if len(years_of) > 1
            else f"{side} IN ({', '.join(map(str, codes))})"
            for codes, years in years_of.items()
            if codes
        ]
        return f"({' OR '.join(parts)})" if parts else "false"

    @property
    def _of_products(self) -> str:
        """Condition on the product."""
        parts = [
            f"k BETWEEN {int(code) * 10 ** (DIGITS - len(code))} AND "
            f"{(int(code) + 1) * 10 ** (DIGITS - len(code)) - 1}"
            for code in self._question.products
        ]
        return f"({' OR '.join(parts)})" if parts else "true"

    def _rows(self, where: str, flow: int | None = None, least: int = 1) -> str:
        """Rows of one flow, with whether the seller, or the buyer, is inside the group.

        One whose value is zero is no trade, so that it is no seller either.
        """
        flow = self._data.flow if flow is None else flow
        return f"""(SELECT *, {self._is_of(self.inside, "i")} AS from_inside,
            {self._is_of(self.inside, "j")} AS to_inside
          FROM {self._scan}
          WHERE f = {flow} AND v >= {least} AND {self._of_products} AND {where})"""

    def totals(self) -> str:
        """Query: sums over the sellers to each buyer, by year, product and buyer."""
        buyer = "j" if self._is_every else "0"
        rows = self._rows(self._is_bought)
        sold = f"SELECT *, {buyer} AS b, CASE WHEN q IS NOT NULL THEN v END AS w FROM {rows}"
        if self._data.is_monthly or not self._is_every:
            sold = f"""SELECT t, k, {buyer} AS b, i, from_inside, sum(v)::BIGINT AS v, sum(q) AS q,
              sum(v) FILTER (q IS NOT NULL) AS w FROM {rows} GROUP BY ALL"""
        outside = "FILTER (NOT from_inside)" if self.inside else ""
        of_sender = f"{self._is_sender}{' AND NOT from_inside' if self.inside else ''}"
        sender = f"sum(v) FILTER ({of_sender})" if self._question.sender else "0"
        return f"""SELECT t, k, b, sum(v)::DOUBLE AS imports,
              sum(v) {outside}::DOUBLE AS outside,
              sum(v::{self._engine.wide} * v) {outside}::DOUBLE AS squares, count(*) {outside} AS n,
              max(v * {_KEY} + {_KEY - 1} - i) {outside} AS top, {sender}::DOUBLE AS sender,
              sum(q)::DOUBLE AS q, sum(w)::DOUBLE AS w,
              sum(q) {outside}::DOUBLE AS q_outside, sum(w) {outside}::DOUBLE AS w_outside
            FROM ({sold}) GROUP BY t, k, b"""

    @property
    def _own_exports(self) -> str:
        """Rows of own exports: as who reports exports tells them, else as their buyers do."""
        rows = self._rows(self._is_sold)
        if not self._has_both:
            return rows
        told = f"SELECT DISTINCT t, i, 1 AS is_told FROM {self._scan} WHERE f = {EXPORT}"
        return f"""(SELECT rows.* FROM {rows} AS rows LEFT JOIN ({told}) AS told USING (t, i)
              WHERE is_told IS NULL UNION ALL SELECT * FROM {self._rows(self._is_sold, EXPORT)})"""

    @property
    def _beside(self) -> str:
        """Query: sums of each buyer, with its own exports, and those of the world.

        Of the world's exports a group counts as one seller, and trade inside it not at all.
        """
        buyer, by = ("i", "t, k, i") if self._is_every else ("0", "t, k")
        own = f"""SELECT t, k, {buyer} AS b, sum(out)::DOUBLE AS exports FROM shipped
              WHERE {self._is_sold} GROUP BY {by}"""
        if self._has_both:
            own = f"""SELECT t, k, {buyer} AS b, sum(v)::DOUBLE AS exports
              FROM {self._own_exports} WHERE NOT to_inside GROUP BY {by}"""
        sellers = "shipped"
        if self.inside:
            sellers = """(SELECT t, k, CASE WHEN from_inside THEN 0 ELSE i END AS i,
                sum(v)::BIGINT AS v FROM shipped GROUP BY ALL)"""
        return f"""WITH totals AS ({self.totals()}), shipped AS (
              SELECT t, k, i, from_inside, sum(v)::BIGINT AS v,
                sum(v) FILTER (NOT to_inside)::BIGINT AS out
              FROM {self._rows("true")} WHERE NOT (from_inside AND to_inside) GROUP BY ALL
            ), own AS ({own}), world AS (
              SELECT t, k, sum(v)::DOUBLE AS all_v,
                sum(v::{self._engine.wide} * v)::DOUBLE AS all_squares,
                max(v * {_KEY} + {_KEY - 1} - i) AS all_top,
                sum(v) FILTER ({self._is_sender})::DOUBLE AS shipped
              FROM {sellers} GROUP BY t, k
            )
            SELECT totals.*, coalesce(own.exports, 0) AS own, all_v, all_squares, all_top, shipped
            FROM totals LEFT JOIN own USING (t, k, b) JOIN world USING (t, k)
            ORDER BY t, k, b"""

    def columns(self) -> Columns:
        """Sums and figures of every product of every buyer asked about, in every year. Each (N,)"""
        sums = {**self._engine.columns(self._beside)}
        for key in ("t", "k", "b"):
            sums[key] = np.ma.getdata(sums[key])
        told = figures(sums, has_group=bool(self.inside))
        for key in ("top", "all_top"):
            sums[key], sums[f"{key}_seller"] = _tops(sums[key])
        return {**sums, **told}

    def refuse_what_is_not_held(self, columns: Columns) -> None:
        """Refuse products of which the data hold no trade: that it buys none is not known.

        Args:
            columns: What was found of the products that are asked about.

        Raises:
            RequestError: Says which, and what the data hold.
        """
        found = _codes_of(columns["k"])
        lacking = [code for code in self._question.products if not _has(found, code)]
        if not lacking:
            return
        query = f"SELECT DISTINCT k FROM {self._scan} WHERE f = {self._data.flow}"
        held = _codes_of(row[0] for row in self._engine.rows(query))
        what = _("{dataset} holds no trade of {product} in {years}, of no buyer")
        fix = ngettext(
            "it holds {n} product, such as {codes}; bring data that have it: derbes import",
            "it holds {n} products, such as {codes}; bring data that have it: derbes import",
            len(held),
        )
        span = f"{self._years[0]}–{self._years[-1]}" if self._years[1:] else f"{self._years[0]}"
        problems = []
        for code in (one for one in lacking if not _has(held, one)):
            near = [one for one in held if one.startswith(code[:2])] or held
            told = what.format(dataset=self._data.id, product=code, years=span)
            codes = ", ".join(near[:MOST_NAMED])
            problems.append(Problem("product", told, fix=fix.format(n=len(held), codes=codes)))
        if problems:
            raise RequestError(self._data.id, problems)

    def dependence(self, row: Mapping[str, Any]) -> results.Dependence:
        """A row of sums and figures as a record."""
        product = f"{row['k']:0{DIGITS}d}"
        weight, is_asked = _tonnes(row["q"]), bool(self._question.sender)
        price = _price(row["w_outside"], row["q_outside"])
        return results.Dependence(
            buyer=iso3(row["b"]) if self._is_every else self._question.buyer,
            product=product,
            label=product_names().get(product, "") if self.has_names else "",
            year=row["t"],
            imports=row["imports"],
            weight=weight,
            weighed=None if weight is None else row["w"] / row["imports"],
            unit_value=_price(row["w"], row["q"]),
            n_sellers=row["n"],
            concentration=row["hhi"] or 0.0,
            top=_seller(row["top_seller"], self.inside),
            top_share=row["top"] / row["outside"] if row["outside"] else 0.0,
            outside_share=row["from_outside"] if self.inside else None,
            outside_weight=row["outside"] / price if price else None,
            exports=row["own"],
            over_exports=None if row["over"] == math.inf else row["over"] or 0.0,
            world_concentration=row["world_hhi"],
            world_top=_seller(row["all_top_seller"], self.inside),
            world_top_share=row["all_top"] / row["all_v"],
            sender_share=(row["sender"] or 0.0) / row["outside"]
            if is_asked and row["outside"] else None,
            sender_exports=row["shipped"] or 0.0 if is_asked else None,
            target_share=(row["sender"] or 0.0) / row["shipped"] if row["shipped"] else None,
            cdi=row["cdi"] > 0,
            cdi_margin=row["cdi"],
            geodep=row["geodep"] > 0,
            geodep_margin=row["geodep"],
            single_point=row["all_top"] >= of.SINGLE_POINT * row["all_v"]
            and row["top_seller"] == row["all_top_seller"],
            geodep_lasting=row.get("geodep_lasting"),
            years_flagged=row.get("years_flagged"),
        )  # fmt: skip

    def partial(self) -> dict[int, int]:
        """Years of which not all months are told of the buyer → how many are."""
        if not self._data.is_monthly:
            return {}
        rows = self._engine.rows(
            f"""SELECT t, min(m), count(DISTINCT m) FROM {self._scan}
            WHERE f = {self._data.flow} AND {self._is_bought} GROUP BY t ORDER BY t"""
        )
        return {t: n for t, first, n in rows if first > 0 and n < 12}

    def warnings(self) -> tuple[str, ...]:
        """Who reports, and what figures lack for that."""
        flow = self._data.flow
        if flow not in (IMPORT, EXPORT):
            return ()
        side = "j" if flow == IMPORT else "i"
        reports = f"SELECT DISTINCT {side} FROM {self._scan} WHERE f = {flow}"
        codes = [code for (code,) in self._engine.rows(reports)]
        if len(codes) != 1:
            text = {
                IMPORT: _(
                    "Countries that report in these data: {n}. The world's exports are what "
                    "these buy; what others buy is not in them."
                ),
                EXPORT: _(
                    "Countries that report in these data: {n}. Only these count as sellers; "
                    "what others sell is not in them."
                ),
            }[flow]
            return (text.format(n=len(codes)),)
        country = area_name(codes[0])
        if flow == EXPORT:
            text = _(
                "Only {country} reports in these data: it counts as the only seller, and every "
                "concentration is 1."
            )
            return (text.format(country=country),)
        text = _(
            "Only {country} reports in these data: the world's exports are what it buys itself, "
            "so that GeoDep's margin tells nothing of the world."
        )
        found = [text.format(country=country)]
        own = f"SELECT 1 FROM {self._scan} WHERE f = {EXPORT} AND i = {codes[0]} LIMIT 1"
        if not self._engine.rows(own):
            text = _(
                "{country} reports no exports in these data: it counts as exporting nothing, and "
                "the CDI margin is that of concentration alone."
            )
            found.append(text.format(country=country))
        return tuple(found)

    def sellers(self, year: int) -> tuple[results.Seller, ...]:
        """Who sells to the buyer in a year, and who else could."""
        found = self._engine.columns(
            f"""SELECT t, i, sum(v)::DOUBLE AS all_v, sum(q)::DOUBLE AS all_q,
              sum(v) FILTER (q IS NOT NULL)::DOUBLE AS all_weighed,
              sum(v) FILTER ({self._is_bought})::DOUBLE AS v,
              sum(q) FILTER ({self._is_bought})::DOUBLE AS q,
              sum(v) FILTER (q IS NOT NULL AND {self._is_bought})::DOUBLE AS weighed
            FROM {self._rows("true")}
            WHERE NOT {self._is_sold} AND t <= {year} GROUP BY t, i ORDER BY i, t"""
        )
        rows = list(_records(found))
        total = sum(row["v"] or 0.0 for row in rows if row["t"] == year)
        by_seller = ([*years] for _code, years in groupby(rows, key=itemgetter("i")))
        told = [_seller_of(years, total) for years in by_seller if years[-1]["t"] == year]
        own = [one for one in told if one.value]
        others = [one for one in told if not one.value]
        own.sort(key=lambda one: (-one.value, one.seller))
        others.sort(key=lambda one: (-one.spare, one.seller))
        return (*own, *others[:MOST_ELSEWHERE])

    def weighed_exports(self, year: int) -> tuple[float, float]:
        """Value [USD] and weight [t] of own exports of a year that have one."""
        where = f"t = {year} AND q > 0 AND NOT to_inside"
        query = f"SELECT sum(v)::DOUBLE, sum(q)::DOUBLE FROM {self._own_exports}"
        ((value, grams),) = self._engine.rows(f"{query} WHERE {where}")
        return value or 0.0, _tonnes(grams) or 0.0

    def season(self) -> tuple[float, ...]:
        """Imports by month of the year over those of a mean month, of whole years; (T14)."""
        bought = self._rows(self._is_bought, least=0)
        query = f"""SELECT t, m, sum(v)::DOUBLE FROM {bought} WHERE m > 0 AND NOT from_inside
          GROUP BY t, m"""
        rows = self._engine.rows(query)
        return of.season({(t, m): value for t, m, value in rows})

    def comparisons(self, rows: Sequence[results.Dependence]) -> tuple[results.Comparison, ...]:
        """Unit values beside those of other buyers, by year."""
        prices: dict[str, dict[int, float | None]] = {}
        for word in self._question.beside:
            query = f"""SELECT t, sum(v) FILTER (q IS NOT NULL)::DOUBLE, sum(q)::DOUBLE
              FROM {self._rows(self._is_of(word, "j"))} GROUP BY t"""
            prices[word] = {t: _price(v, q) for t, v, q in self._engine.rows(query)}
        found = []
        for row in rows:
            others = {word: by_year.get(row.year) for word, by_year in prices.items()}
            premium = of.premium(row.unit_value, [*others.values()])
            found.append(results.Comparison(row.year, row.unit_value, others, premium))
        return tuple(found)

    def mirrors(self) -> tuple[results.Mirror, ...]:
        """What buyer and sender report of the same trade, where the data hold both."""
        if not self._has_both:
            return ()
        between = f"{self._is_bought} AND {self._is_sender}"
        sums: dict[int, dict[int, float]] = {}
        for flow in (IMPORT, EXPORT, RE_EXPORT):
            query = f"SELECT t, sum(v)::DOUBLE FROM {self._rows(between, flow)} GROUP BY t"
            sums[flow] = dict(self._engine.rows(query))
        found = []
        for year in self._years:
            bought, sold, through = (sums[flow].get(year, 0.0) for flow in sums)
            passing = through if RE_EXPORT in self._data.flows else None
            gap = of.mirror_gap(bought, sold)
            found.append(results.Mirror(year, self._question.sender, bought, sold, gap, passing))
        return tuple(found)


def _codes_of(numbers: Iterable[int]) -> list[str]:
    """Products as their six digits, each once, rising."""
    return sorted({f"{int(number):0{DIGITS}d}" for number in numbers})


def _has(codes: Sequence[str], first_digits: str) -> bool:
    return any(code.startswith(first_digits) for code in codes)


def figures(sums: Columns, *, has_group: bool) -> dict[str, of.Floats]:
    """Figures of dependences out of the sums of `_Tables`. Each (N,)"""
    own, imports, all_v = (filled(sums[name]) for name in ("own", "imports", "all_v"))
    outside, squares = (np.nan_to_num(filled(sums[name])) for name in ("outside", "squares"))
    hhi = of.concentration(squares, outside)
    world_hhi = of.concentration(filled(sums["all_squares"]), all_v)
    over, from_outside = of.over_exports(outside, own), of.share(outside, imports)
    group = [(from_outside, of.FROM_OUTSIDE)] if has_group else []
    tests = {
        "cdi": [(hhi, of.CONCENTRATED), (over, of.OVER_EXPORTS), *group],
        "geodep": [(hhi, of.CONCENTRATED), (world_hhi, of.CONCENTRATED), (over, of.OVER_EXPORTS)],
    }
    margins = {
        name: np.nan_to_num(of.margin(*zip(*pairs, strict=True)), nan=-1.0)
        for name, pairs in tests.items()
    }
    told = {"hhi": hhi, "world_hhi": world_hhi, "over": over, "from_outside": from_outside}
    return {**told, **margins}


def _records(columns: Columns) -> Iterator[dict[str, Any]]:
    """Columns as rows by name, not all at a time; what is missing or not a number is None."""

    def cells(column: npt.NDArray[Any]) -> list[Any]:
        masks, plain = np.ma.getmaskarray(column).tolist(), np.ma.getdata(column).tolist()
        return [None if is_masked or one != one else one  # noqa: PLR0124 - only nan differs
                for one, is_masked in zip(plain, masks, strict=True)]  # fmt: skip

    for first in range(0, len(next(iter(columns.values()))), _AT_A_TIME):
        lists = [cells(column[slice(first, first + _AT_A_TIME)]) for column in columns.values()]
        yield from (dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True))


def _seller_of(rows: Sequence[Mapping[str, Any]], total: float) -> results.Seller:
    """A seller by its sums of each year, rising."""
    last, past = rows[-1], [row["all_v"] for row in rows]
    sold = [row for row in rows if row["v"]]
    values = {row["t"]: _price(row["weighed"], row["q"]) for row in sold}
    value = last["v"] or 0.0
    return results.Seller(
        seller=iso3(last["i"]),
        name=area_name(last["i"]),
        value=value,
        weight=_tonnes(last["q"]),
        share=value / total if total else 0.0,
        unit_value=values.get(last["t"]) or _price(last["all_weighed"], last["all_q"]),
        exports=last["all_v"],
        exports_weight=_tonnes(last["all_q"]),
        target_share=value / last["all_v"] if last["all_v"] else 0.0,
        peak=max(past),
        peak_weight=_tonnes(max((row["all_q"] for row in rows if row["all_q"]), default=None)),
        spare=of.spare(last["all_v"], past),
        weights={row["t"]: _tonnes(row["q"]) for row in sold},
        unit_values=values,
    )


def _tonnes(grams: float | None) -> float | None:
    return None if grams is None else grams / 1e6


def _price(value: float | None, grams: float | None) -> float | None:
    """A unit value; None: nothing has a weight. [USD/t]"""
    return of.unit_value(value or 0.0, (grams or 0.0) / 1e6)


def _tops(keys: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Value and number of the largest seller, of equal ones the lower; -1: there is none. (N,)"""
    known, keys = ~np.ma.getmaskarray(keys), np.ma.getdata(keys)
    value = np.where(known, keys // _KEY, 0).astype(np.float64)
    return value, np.where(known, _KEY - 1 - keys % _KEY, -1)


def _seller(code: int, inside: str) -> str:
    if code < 0:
        return ""
    return iso3(code) if code else inside
