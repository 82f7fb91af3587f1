"""A case begun for somebody: six answers, or trade data, to the text of a case.

The only writer of whole cases. A draft is a file that is valid as it stands; what nobody has told
is `missing`, with where to look for it beside it. All words are in the language in use.

Each question reads its own answer and says what is wrong with it, so that a terminal can ask again
and a script be told of everything at once; what is answered is an assumption.
"""

import contextlib
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from derbes import units
from derbes.errors import Problem, RequestError
from derbes.language import _, in_every_language, language, worded
from derbes.spelling import WORDS_OF_YEARS, iso_month

_MONTH = re.compile("[12][0-9]{3}-(0[1-9]|1[0-2])")
LENGTHS = (1, 3, 6, 12)
"""Lengths of a stop; the last is the main one. [month]"""
STOCK_MONTHS = 3
"""Months of use up to which stock is looked at, where nothing is known of it."""
WIDTH = 96
"""Letters of a line of comment."""
LONGEST = 120
"""Letters of a name."""
LEAST_MONTHS = 12
MOST_MONTHS = 1200
"""Length of a calendar. [month]"""
YEARS_AHEAD = 4
"""Years behind the first, until whose end a case looks where nobody says otherwise."""
WITHIN = "20 %"
"""How far numbers may be off, where nobody says otherwise."""
_ROUNDING = 0.5
"""By how much shares may miss 100 %, as rounded ones do. [%]"""


@dataclass(frozen=True, slots=True)
class DraftNumber:
    """A number of a draft, as it is written."""

    value: str
    """With its unit; empty where a series says it."""
    low: str = ""
    """Empty: no range is given."""
    high: str = ""
    source: str = ""
    """Id of the document that it is taken from."""
    grade: str = "D"
    why: str = ""
    series: tuple[tuple[str, str], ...] = ()
    """Month and value, for every month; then `unit` counts."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class DraftSeller:
    """An actor and what it offers."""

    id: str
    label: str
    price: DraftNumber
    capacity: DraftNumber
    note: str = ""
    at_least: DraftNumber | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a case of one good, one use, one stock and its sellers, each by its id."""

    head: Sequence[str]
    """Lines of comment at the top."""
    title: str
    first: str
    """Month."""
    n_months: int
    currency: str
    price_year: int
    target: str
    target_label: str
    sender: str
    """Id of a seller; empty: nobody stops."""
    sender_label: str
    good: str
    good_label: str
    unit: str
    use: str
    use_label: str
    use_note: str
    demand: DraftNumber
    stock: DraftNumber
    sellers: Sequence[DraftSeller]
    elsewhere: str
    """Where to look for what else the sender could do."""
    facts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Figures of the document in the year of prices, which statements may name: id → what it
    says, and how much; empty: it is missing. The case keeps them, whatever data come later."""
    document: str = ""
    """Id of what numbers are taken from; empty: nothing."""
    document_title: str = ""
    license: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Section → what a reader who has never seen a case is told of it."""


def draft_text(draft: Draft) -> str:
    """The file, without a line end behind its last line."""
    sections = {
        "actors": _actors,
        "goods": _good,
        "uses": _use,
        "stockpiles": _stock,
        "suppliers": _suppliers,
        "measures": _measures,
        "standards": _standards,
        "levers": _levers,
        "facts": _facts,
        "documents": _documents,
    }
    lines = [*_head(draft)]
    for section, written in sections.items():
        below = [*written(draft)]
        if not below:
            continue
        if remark := draft.remarks.get(section):
            lines += ["", *(f"# {line}" for line in remark.splitlines())]
        lines += [f"{section}:", *below]
    return "\n".join(lines)


def _head(draft: Draft) -> Iterator[str]:
    yield from (f"# {line}" for line in draft.head)
    yield "derbes: 1"
    yield f"name: {quoted(draft.title)}"
    yield f"calendar: {{first: {draft.first}, periods: {draft.n_months}, step: month}}"
    yield f"currency: {{base: {draft.currency}, price_year: {draft.price_year}}}"
    yield f"target: {draft.target}"
    if draft.sender:
        yield "main_measure: stop_of_a_year"
        yield f"main_length: {LENGTHS[-1]} month"


def _actors(draft: Draft) -> Iterator[str]:
    look = _("look in annual reports of its sellers, or in its costs of production")
    yield f"  {draft.target}: {{label: {in_each_language(draft.target_label)}}}"
    for one in draft.sellers:
        yield f"  {one.id}:" + (f"  # {one.note}" if one.note else "")
        yield f"    label: {in_each_language(one.label)}"
        yield f"    margin_share: missing  # {look}"


def _good(draft: Draft) -> Iterator[str]:
    yield f"  {draft.good}:"
    yield f"    unit: {draft.unit}"
    if draft.good_label:
        yield f"    label: {in_each_language(draft.good_label)}"
    yield "    reserve: = stockpiles.held.quantity  # " + _("what is held is kept in calm")


def _use(draft: Draft) -> Iterator[str]:
    yield f"  {draft.use}:"
    yield f"    label: {in_each_language(draft.use_label)}"
    yield f"    good: {draft.good}"
    yield "    tier: essential"
    if draft.use_note:
        yield f"    # {draft.use_note}"
    yield from _number_lines("demand", draft.demand)
    cost = _("what one unit less costs those who use it; look in what they make of it")
    yield f"    shortage_cost: missing  # {cost}"


def _stock(draft: Draft) -> Iterator[str]:
    label = worded("Stock at the beginning")
    yield from ("  held:", f"    label: {in_each_language(label)}")
    yield f"    good: {draft.good}"
    look = _("look in storage reports, reserves by law, balance sheets of those who use it")
    yield f"    # {look}"
    yield from _number_lines("quantity", draft.stock)


def unknown_stock(unit: str, per_month: float, why: str) -> DraftNumber:
    """No stock, up to some months of use [unit/month]: a bound, since nothing is known of it.

    `why` names `{n}` months.
    """
    most = digits(per_month * STOCK_MONTHS)
    return DraftNumber(f"0 {unit}", "0", most, why=why.format(n=STOCK_MONTHS))


def _suppliers(draft: Draft) -> Iterator[str]:
    look = _("look in contracts, or the time between order and delivery")
    for one in draft.sellers:
        yield f"  {one.id}:"
        yield f"    label: {in_each_language(one.label)}"
        yield f"    actor: {one.id}"
        yield f"    good: {draft.good}"
        yield from _number_lines("price", one.price)
        yield from _number_lines("capacity", one.capacity)
        if one.at_least:
            yield from _number_lines("at_least", one.at_least)
        yield f"    lead_time: missing  # {look}"


def _measures(draft: Draft) -> Iterator[str]:
    """A stop in peace, and one of a year."""
    if not draft.sender:
        return
    head = f"{{kind: embargo, sender: {draft.sender}, hits: {{actor: {draft.sender}}}"
    some = worded("{sender} stops selling for some months", sender=draft.sender_label)
    year = worded("{sender} stops selling for a year", sender=draft.sender_label)
    for id_, lengths, label in (
        ("stop", LENGTHS[:-1], some),
        ("stop_of_a_year", LENGTHS[-1:], year),
    ):
        yield f"  {id_}: {head}, lengths: {[*lengths]}, label: {in_each_language(label)}}}"


def _standards(draft: Draft) -> Iterator[str]:
    """That a stop of a year is survived."""
    if draft.sender:
        length, label = f"{LENGTHS[-1]} month", worded("A stop of a year is survived")
        stop = f"measure: stop_of_a_year, length: {length}, from: {draft.first}"
        yield f"  a_year: {{{stop}, label: {in_each_language(label)}}}"


def _levers(draft: Draft) -> Iterator[str]:
    """This good is counted; what else the sender could do is not, and where to look for it."""
    if not draft.sender:
        return
    sender, look = draft.sender, quoted(draft.elsewhere)
    missing = in_each_language(worded("other goods, transit, finance, labor"))
    this, other = (in_each_language(text) for text in (worded("This good"), worded("All else")))
    yield f"  this_good: {{sender: {sender}, measures: [stop_of_a_year], label: {this}}}"
    yield f"  all_else: {{sender: {sender}, missing: {missing}, look: {look}, label: {other}}}"


def _facts(draft: Draft) -> Iterator[str]:
    look = _("not in these data; look in statistics of production and of exports")
    for id_, (says, amount) in draft.facts.items():
        yield f"  {id_}:"
        yield f"    says: {quoted(says)}"
        yield f"    amount: {amount}" if amount else f"    amount: missing  # {look}"
        yield f'    date: "{draft.price_year}"'
        yield f"    document: {draft.document}"
        yield "    grade: C"


def _documents(draft: Draft) -> Iterator[str]:
    if draft.document:
        yield f"  {draft.document}:"
        yield f"    title: {quoted(draft.document_title)}"
        if draft.license:
            yield f"    licence: {quoted(draft.license)}"


def _number_lines(key: str, number: DraftNumber) -> Iterator[str]:
    """A number with its range, where it comes from, and how sure it is."""
    yield f"    {key}:"
    if number.series:
        yield "      series:"
        yield from (f"        {month}: {value}" for month, value in number.series)
        yield f"      unit: {number.unit}"
        yield "      after: repeat"
    else:
        yield f"      value: {number.value}"
        if number.high:
            yield f"      range: [{number.low}, {number.high}]"
    if number.source:
        yield f"      source: {number.source}"
    yield f"      grade: {number.grade}"
    yield f"      why: {quoted(number.why)}"


def is_month(text: str) -> bool:
    """Whether it is a month as a draft is given it, such as 2026-01."""
    return _MONTH.fullmatch(text) is not None


def month_problems(first: str) -> list[Problem]:
    """What is wrong with the first month of a calendar."""
    if is_month(first):
        return []
    fix = _('write "{text}"').format(text=iso_month(first) or "2026-01")
    return [Problem("first", _('"{word}" is no month').format(word=first), fix=fix)]


def digits(value: float) -> str:
    """Four digits that count, as plain decimals; never three of them, which could be thousands."""
    text = f"{float(f'{value:.4g}'):.10f}".rstrip("0").rstrip(".")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def in_each_language(text: str) -> str:
    """A text of derbes in every language that it speaks, another as it is; as YAML wants it."""
    told = [f"{code}: {quoted(one)}" for code, one in in_every_language(text).items()]
    return f"{{{', '.join(told)}}}" if told else quoted(text)


def quoted(text: str) -> str:
    """A text in quotes, as YAML wants it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_SPELLED = """а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u
ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya ә=a ғ=g қ=q ң=n ө=o ұ=u ү=u һ=h і=i"""
_LETTERS = dict(pair.split("=") for pair in _SPELLED.split())


def in_latin_letters(text: str) -> str:
    """Russian and Kazakh in Latin letters, for ids."""
    return "".join(_LETTERS.get(letter, letter) for letter in text)


def id_of(text: str) -> str:
    """An id out of a name."""
    found = re.sub(r"[^a-z0-9]+", "_", in_latin_letters(text.casefold())).strip("_")
    return found if found[:1].isalpha() else f"n_{found}"


# Questions

Known = Mapping[str, Any]
"""What the answers so far were read as, by question."""


class RefusedAnswerError(ValueError):
    """An answer that cannot be used: what is wrong with it, and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


class CaseQuestion(NamedTuple):
    """One question, by the name of its option."""

    name: str
    asks: str
    """The question, with an example where none is obvious."""
    read: Callable[[str, Known], Any]
    """What an answer means; raises RefusedAnswerError where it cannot be used."""
    default: str = ""
    """Empty: there is none."""


def questions(first: str) -> tuple[CaseQuestion, ...]:
    """Every question, in the order of asking, of a calendar that begins with a month."""
    until = f"{int(first[:4]) + YEARS_AHEAD}-12"
    return (
        CaseQuestion("buyer", _("Who buys? (such as: Kazakhstan)"), _read_name),
        CaseQuestion("good", _("What is bought? (one good, such as natural gas)"), _read_name),
        CaseQuestion(
            "seller",
            _("From whom? Who may stop comes first (such as: Russia 70 %, China 30 %)"),
            _read_sellers,
        ),
        CaseQuestion("use", _("How much of it is used? (such as: 100 t/month)"), _read_use),
        CaseQuestion("price", _("What does it cost? (such as: 300 USD/t)"), _read_price),
        CaseQuestion(
            "stock",
            _("How much lies in store? (such as: 250 t, or 3 months)"),
            _read_stock,
            _("unknown"),
        ),
        CaseQuestion(
            "until",
            _("Until which month does the question matter?"),
            lambda text, _known: _read_until(text, first),
            until,
        ),
    )


def case_of_answers(
    answers: Mapping[str, str], *, first: str, within: str = WITHIN, grade: str = "D", why: str = ""
) -> str:
    """The text of a case out of the answers to all questions; an empty one is its default.

    Raises:
        RequestError: Says all that is wrong with the answers.
    """
    problems = setting_problems(first, within)
    known: dict[str, Any] = {}
    for one in questions(first) if is_month(first) else ():
        text = answers.get(one.name, "") or one.default
        try:
            known[one.name] = one.read(text, known)
        except RefusedAnswerError as refused:
            problems.append(Problem(one.name, refused.what, fix=refused.fix))
        except KeyError:  # it hangs on an answer that was refused
            continue
    if problems:
        raise RequestError("derbes", problems)
    return draft_text(_draft(known, first=first, within=_within(within), grade=grade, why=why))


def setting_problems(first: str, within: str) -> list[Problem]:
    """What is wrong with the first month, and with how far numbers may be off."""
    problems = month_problems(first)
    try:
        _within(within)
    except RefusedAnswerError as refused:
        problems.append(Problem("within", refused.what, fix=refused.fix))
    return problems


# Reading answers


def _read_name(text: str, _known: Known) -> str:
    text = " ".join(text.split())
    if not text:
        raise RefusedAnswerError(_("nothing is written"), _("write a name; any language will do"))
    hidden = any(unicodedata.category(sign).startswith("C") for sign in text)
    if len(text) > LONGEST or hidden or not any(sign.isalpha() for sign in text):
        what = _('"{text}" is no name').format(text=text[:LONGEST])
        fix = _("write a name of at most {n} letters, without control characters")
        raise RefusedAnswerError(what, fix.format(n=LONGEST))
    return text


_SHARE = re.compile(r"(.*?)\s*([0-9]+(?:[.,][0-9]+)?)\s*%")


def _read_sellers(text: str, known: Known) -> dict[str, float]:
    """Sellers and their parts; one without is left what the others leave."""
    fix = _("write them as in: Russia 70 %, China 30 %")
    found: list[tuple[str, float | None]] = []
    for part in filter(str.strip, re.split(r"[;\n]|,(?![0-9])", text)):
        told = _SHARE.fullmatch(part.strip())
        name, share = (told[1], float(told[2].replace(",", "."))) if told else (part, None)
        found.append((_read_name(name, known), share))
    if not found:
        raise RefusedAnswerError(_("nobody sells"), fix)
    names = [name.casefold() for name, _share in found]
    for name in dict.fromkeys(name for name, _share in found if names.count(name.casefold()) > 1):
        raise RefusedAnswerError(_('"{name}" is named twice').format(name=name), fix)
    if str(known["buyer"]).casefold() in names:
        what = _('"{name}" buys and sells').format(name=known["buyer"])
        raise RefusedAnswerError(what, _("take what it makes itself off what it uses"))
    given = sum(share for _name, share in found if share is not None)
    untold = [name for name, share in found if share is None]
    if len(untold) > 1:
        what = _("it is not said what part each of {names} sells")
        raise RefusedAnswerError(what.format(names=", ".join(untold)), fix)
    if untold and given >= 100.0:
        what = _("nothing is left for {name}").format(name=untold[0])
        raise RefusedAnswerError(what, fix)
    if 0.0 in {share for _name, share in found} or (not untold and abs(given - 100.0) > _ROUNDING):
        what = _("the parts of all sellers add up to 100 %, each above 0; these to {sum} %")
        raise RefusedAnswerError(what.format(sum=_exact(given)), fix)
    shares = [100.0 - given if share is None else share for _name, share in found]
    return {name: share / sum(shares) for (name, _share), share in zip(found, shares, strict=True)}


class _Used(NamedTuple):
    number: float
    unit: str
    """Unit of the good."""
    time: str
    per_month: float
    own: frozenset[str]


def _read_use(text: str, _known: Known) -> _Used:
    fix = _('write an amount for a time, as in "100 t/month"')
    amount, own = _amount(text, fix)
    unit, _slash, time = amount.unit.name.partition("/") if amount.unit else ("", "", "")
    if amount.unit is None or not (unit and time) or not _is_time(time):
        raise RefusedAnswerError(_('"{text}" says no amount for a time').format(text=text), fix)
    _refuse_below_0(amount, text, fix)
    if not amount.number:
        raise RefusedAnswerError(_("nothing is used"), fix)
    each = units.parse_unit(f"{unit}/month", own)
    return _Used(amount.number, unit, time, units.convert(amount.number, amount.unit, each), own)


def _amount(text: str, fix: str) -> tuple[units.Amount, frozenset[str]]:
    """An amount, and the word of its own that the good is counted in, if any."""
    try:
        return units.parse_amount(text), frozenset()
    except units.UnitError as error:
        refused = RefusedAnswerError(error.what, error.fix or fix)
        word = re.search(r"\b([A-Za-z][A-Za-z0-9_]*)\s*(?:/|\bper\b|\ba\b)", text)
        if word and not error.meant:
            with contextlib.suppress(units.UnitError):
                own = frozenset({units.own_unit(word[1]).name})
                return units.parse_amount(text, own), own
        if error.word and not error.meant:
            refused.fix = _(
                'what is counted is counted in pieces, as in "100 piece/month", or in a word of '
                'your own in Latin letters, as in "100 vial/month"'
            )
        raise refused from None


def _refuse_below_0(amount: units.Amount, text: str, fix: str) -> None:
    if amount.number < 0:
        raise RefusedAnswerError(_('"{cell}" is below 0').format(cell=text), fix)


def _is_time(word: str) -> bool:
    try:
        return units.convertible(units.parse_unit(word), units.parse_unit("month"))
    except units.UnitError:
        return False


def _read_price(text: str, known: Known) -> tuple[float, str, str]:
    """A price, its currency, and its unit as it was written, such as `USD/kg`."""
    used: _Used = known["use"]
    fix = _('write it as in "300 USD/{unit}"; a guess will do, it is written as one')
    fix = fix.format(unit=used.unit)
    if _is_unknown(text):
        raise RefusedAnswerError(_("nothing can be computed without a price"), fix)
    amount = _amount_of(text, fix, used.own)
    currencies = amount.unit.currencies if amount.unit else ()
    if len(currencies) != 1 or amount.unit is None:
        raise RefusedAnswerError(_('"{text}" is no price').format(text=text), fix)
    code = currencies[0][0]
    if not units.convertible(amount.unit, units.parse_unit(f"{code}/{used.unit}", used.own)):
        what = _('"{text}" is no price of a {unit}').format(text=text, unit=used.unit)
        raise RefusedAnswerError(what, fix)
    _refuse_below_0(amount, text, fix)
    if not amount.number:
        raise RefusedAnswerError(_("it costs nothing"), fix)
    return amount.number, code, amount.unit.name


def _amount_of(text: str, fix: str, own: frozenset[str]) -> units.Amount:
    try:
        return units.parse_amount(text, own)
    except units.UnitError as error:
        raise RefusedAnswerError(error.what, error.fix or fix) from None


class _Stored(NamedTuple):
    number: float
    unit: str
    time: str
    """The time of use that it was told as, in its words; empty: it was told as an amount."""


def _read_stock(text: str, known: Known) -> _Stored | None:
    used: _Used = known["use"]
    if _is_unknown(text):
        return None
    fix = _('write it as in "250 {unit}", "3 months" or "unknown"').format(unit=used.unit)
    amount = _amount_of(text, fix, used.own)
    unit = amount.unit or units.ONE
    _refuse_below_0(amount, text, fix)
    if amount.number == 0 and unit == units.ONE:
        return _Stored(0.0, used.unit, "")
    if _is_time(unit.name):
        months = units.convert(amount.number, unit, units.parse_unit("month"))
        held = float(digits(months * used.per_month))
        return _Stored(held, used.unit, " ".join(text.split()))
    if not units.convertible(unit, units.parse_unit(used.unit, used.own)):
        what = _('"{text}" is no amount in {unit}').format(text=text, unit=used.unit)
        raise RefusedAnswerError(what, fix)
    return _Stored(amount.number, unit.name, "")


def _is_unknown(text: str) -> bool:
    word = text.strip().casefold()
    return not word or word in units.UNKNOWN or word == _("unknown").casefold()


_YEAR = re.compile("[12][0-9]{3}")


def _read_until(text: str, first: str) -> int:
    """Months from the first to the last one."""
    word = iso_month(text) or WORDS_OF_YEARS.sub("", text).strip()
    fix = _("write it as year and month, as in {example}")
    fix = fix.format(example=f"{int(first[:4]) + YEARS_AHEAD}-12")
    word = f"{word}-12" if _YEAR.fullmatch(word) else word
    if not is_month(word):
        raise RefusedAnswerError(_('"{word}" is no month').format(word=text.strip()), fix)
    n = 12 * (int(word[:4]) - int(first[:4])) + int(word[5:]) - int(first[5:]) + 1
    if not LEAST_MONTHS <= n <= MOST_MONTHS:
        what = _("from {first} to {last} are {n} months; {least} to {most} can be looked at")
        told = what.format(first=first, last=word, n=n, least=LEAST_MONTHS, most=MOST_MONTHS)
        raise RefusedAnswerError(told, fix)
    return n


def _within(text: str) -> float:
    fix = _('write a part below 100 %, as in "20 %"')
    amount = _amount_of(text, fix, frozenset())
    unit = amount.unit or units.ONE
    if unit.powers or not 0 <= amount.number * unit.factor < 1:
        raise RefusedAnswerError(_('"{text}" is no part of a number').format(text=text), fix)
    return amount.number * unit.factor


def _draft(known: Known, *, first: str, within: float, grade: str, why: str) -> Draft:
    used: _Used = known["use"]
    price, currency, price_unit = known["price"]
    taken: set[str] = set()
    buyer = _free_id(known["buyer"], "buyer", taken)
    sellers: Mapping[str, float] = known["seller"]
    ids = [_free_id(name, "seller", taken) for name in sellers]
    reason = why or _("as it was told when the case was begun")

    def number(value: float, unit: str, why: str = reason) -> DraftNumber:
        low, high = digits(value * (1 - within)), digits(value * (1 + within))
        if not value or not within:
            low = high = ""
        return DraftNumber(f"{_exact(value)} {unit}", low, high, grade=grade, why=why)

    cost = number(price, price_unit)
    unit = f"{used.unit}/{used.time}"
    head = _(
        "A case begun with derbes new. Its numbers are what was told: assumptions, each with a "
        "range, a grade (A official, B published, C derived, D assumption) and a reason. What "
        "nobody has told is `missing`, with where to look beside it."
    )
    remarks = {
        "actors": _("Who takes part: the target, whose supply it is, and who sells to it."),
        "goods": _("What is bought, and what it is counted in."),
        "uses": _("Who needs it, and how much."),
        "stockpiles": _("What lies in store when the case begins."),
        "suppliers": _("Who sells it: price, and the most that can be had of each."),
        "measures": _("What could happen: the seller named first stops selling."),
        "standards": _("What is to hold: a stop of a year is survived. derbes plan asks for it."),
        "levers": _("What else the seller could do; until that is told, this good alone counts."),
    }
    return Draft(
        head=textwrap.wrap(head, WIDTH),
        title=f"{known['buyer']}: {known['good']}",
        first=first,
        n_months=known["until"],
        currency=currency,
        price_year=int(first[:4]),
        target=buyer,
        target_label=known["buyer"],
        sender=ids[0],
        sender_label=next(iter(sellers)),
        good=_free_id(known["good"], "good", taken),
        good_label=known["good"],
        unit=used.unit,
        use="need",
        use_label=worded("What is used"),
        use_note=_("all of it counts as essential; what can wait goes into a use of its own"),
        demand=number(used.number, unit),
        stock=_stored(known["stock"], used, number),
        sellers=tuple(
            DraftSeller(id_, name, cost, _capacity(used.number * share, unit, within))
            for id_, (name, share) in zip(ids, sellers.items(), strict=True)
        ),
        elsewhere=_("trade statistics, as by derbes screen"),
        remarks=remarks,
    )


def _stored(stored: _Stored | None, used: _Used, number: Callable[..., DraftNumber]) -> DraftNumber:
    if stored is None:
        why = _("not known: counted from none, the careful end, up to {n} months of what is used")
        return unknown_stock(used.unit, used.per_month, why)
    if stored.time:
        why = _("told as the time for which it lasts: {time}").format(time=stored.time)
        return number(stored.number, stored.unit, why)
    return number(stored.number, stored.unit)


def _free_id(name: str, kind: str, taken: set[str]) -> str:
    """An id out of a name; the kind of thing with a number where none can be made of it."""
    found = id_of(name)[:40].rstrip("_")
    found = kind if found == "n" else found
    n, free = 1, found
    while free in taken:
        n += 1
        free = f"{found}_{n}"
    taken.add(free)
    return free


def _capacity(sold: float, unit: str, within: float) -> DraftNumber:
    """What a seller sells now, and somewhat more, since a store that was drawn is filled again."""
    why = _("a guess: it sells {amount} now, and could sell more; ask it or look at its exports")
    low, high = (_exact(sold), digits(sold * (1 + 2 * within))) if within else ("", "")
    value = digits(sold * (1 + within)) if within else _exact(sold)
    told = why.format(amount=units.format_amount(float(digits(sold)), unit, language()))
    return DraftNumber(f"{value} {unit}", low, high, why=told)


def _exact(value: float) -> str:
    """A number as it was given, in plain decimals that cannot be read as thousands."""
    text = format(Decimal(f"{value:.12g}"), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text
