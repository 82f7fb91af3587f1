"""A case out of answers: who buys what from whom, how much, at what price, in store, until when.

Each question reads its own answer and says what is wrong with it, so that a terminal can ask again
and a script be told of everything at once. What is answered is an assumption, with a range and a
reason; what is not known is `missing`.
"""

import contextlib
import re
import textwrap
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from derbes.drafting.text import (
    Draft,
    DraftNumber,
    DraftSeller,
    digits,
    draft_text,
    id_of,
    is_month,
    month_problems,
    unknown_stock,
)
from derbes.errors import Problem, RequestError
from derbes.language import _
from derbes.units import (
    ONE,
    UNKNOWN,
    Amount,
    UnitError,
    convert,
    convertible,
    own_unit,
    parse_amount,
    parse_unit,
)

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
    default: str
    """Empty: there is none."""
    read: Callable[[str, Known], Any]
    """What an answer means.

    Raises:
        RefusedAnswerError: It cannot be used.
    """


def questions(first: str) -> tuple[CaseQuestion, ...]:
    """Every question, in the order of asking, of a calendar that begins with a month."""
    until = f"{int(first[:4]) + YEARS_AHEAD}-12"
    return (
        CaseQuestion("buyer", _("Who buys? (such as: Kazakhstan)"), "", _name),
        CaseQuestion("good", _("What is bought? (one good, such as natural gas)"), "", _name),
        CaseQuestion(
            "seller",
            _("From whom? Who may stop comes first (such as: Russia 70 %, China 30 %)"),
            "",
            _sellers,
        ),
        CaseQuestion("use", _("How much of it is used? (such as: 100 t/month)"), "", _use),
        CaseQuestion("price", _("What does it cost? (such as: 300 USD/t)"), "", _price),
        CaseQuestion(
            "stock",
            _("How much lies in store? (such as: 250 t, or 3 months)"),
            _("unknown"),
            _stock,
        ),
        CaseQuestion(
            "until",
            _("Until which month does the question matter?"),
            until,
            lambda text, _known: _until(text, first),
        ),
    )


def case_of_answers(
    answers: Mapping[str, str], *, first: str, within: str = WITHIN, grade: str = "D", why: str = ""
) -> str:
    """The text of a case out of the answers to all questions.

    Args:
        answers: Question → answer, in words; empty: its default.
        first: First month of the calendar.
        within: How far numbers may be off, such as `20 %`.
        grade: Grade of the numbers.
        why: Why they are what they are; empty: that somebody said so.

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


def _name(text: str, _known: Known) -> str:
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


def _sellers(text: str, known: Known) -> dict[str, float]:
    """Sellers and their parts; one without is left what the others leave."""
    fix = _("write them as in: Russia 70 %, China 30 %")
    found: list[tuple[str, float | None]] = []
    for part in filter(str.strip, re.split(r"[;\n]|,(?![0-9])", text)):
        told = _SHARE.fullmatch(part.strip())
        name, share = (told[1], float(told[2].replace(",", "."))) if told else (part, None)
        found.append((_name(name, known), share))
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


def _use(text: str, _known: Known) -> _Used:
    fix = _('write an amount for a time, as in "100 t/month"')
    amount, own = _amount(text, fix)
    unit, _slash, time = amount.unit.name.partition("/") if amount.unit else ("", "", "")
    if not (unit and time) or not _is_time(time):
        raise RefusedAnswerError(_('"{text}" says no amount for a time').format(text=text), fix)
    if amount.number <= 0:
        raise RefusedAnswerError(_("nothing is used"), fix)
    each = parse_unit(f"{unit}/month", own)
    assert amount.unit is not None  # noqa: S101 - it has a name
    return _Used(amount.number, unit, time, convert(amount.number, amount.unit, each), own)


def _amount(text: str, fix: str) -> tuple[Amount, frozenset[str]]:
    """An amount, and the word of its own that the good is counted in, if any."""
    try:
        return parse_amount(text), frozenset()
    except UnitError as error:
        refused = RefusedAnswerError(error.what, error.fix or fix)
        word = re.search(r"\b([A-Za-z][A-Za-z0-9_]*)\s*(?:/|\bper\b|\ba\b)", text)
        if word and not error.meant:
            with contextlib.suppress(UnitError):
                own = frozenset({own_unit(word[1]).name})
                return parse_amount(text, own), own
        raise refused from None


def _is_time(word: str) -> bool:
    try:
        return convertible(parse_unit(word), parse_unit("month"))
    except UnitError:
        return False


class _Priced(NamedTuple):
    number: float
    currency: str
    unit: str
    """As it was written, e.g. `USD/kg`."""


def _price(text: str, known: Known) -> _Priced:
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
    if not convertible(amount.unit, parse_unit(f"{code}/{used.unit}", used.own)):
        what = _('"{text}" is no price of a {unit}').format(text=text, unit=used.unit)
        raise RefusedAnswerError(what, fix)
    if amount.number <= 0:
        raise RefusedAnswerError(_("it costs nothing"), fix)
    return _Priced(amount.number, code, amount.unit.name)


def _amount_of(text: str, fix: str, own: frozenset[str]) -> Amount:
    try:
        return parse_amount(text, own)
    except UnitError as error:
        raise RefusedAnswerError(error.what, error.fix or fix) from None


class _Stored(NamedTuple):
    number: float
    unit: str
    months: float
    """Months of use that it was told as; 0: it was told as an amount."""


def _stock(text: str, known: Known) -> _Stored | None:
    used: _Used = known["use"]
    if _is_unknown(text):
        return None
    fix = _('write it as in "250 {unit}", "3 months" or "unknown"').format(unit=used.unit)
    amount = _amount_of(text, fix, used.own)
    unit = amount.unit or ONE
    if amount.number < 0:
        raise RefusedAnswerError(_("less than nothing lies in store"), fix)
    if amount.number == 0 and unit == ONE:
        return _Stored(0.0, used.unit, 0.0)
    if _is_time(unit.name):
        months = convert(amount.number, unit, parse_unit("month"))
        return _Stored(float(digits(months * used.per_month)), used.unit, months)
    if not convertible(unit, parse_unit(used.unit, used.own)):
        what = _('"{text}" is no amount in {unit}').format(text=text, unit=used.unit)
        raise RefusedAnswerError(what, fix)
    return _Stored(amount.number, unit.name, 0.0)


def _is_unknown(text: str) -> bool:
    word = text.strip().casefold()
    return not word or word in UNKNOWN or word == _("unknown").casefold()


_YEAR = re.compile("[12][0-9]{3}")


def _until(text: str, first: str) -> int:
    """Months from the first to the last one."""
    word = text.strip()
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
    unit = amount.unit or ONE
    if unit.powers or not 0 <= amount.number * unit.factor < 1:
        raise RefusedAnswerError(_('"{text}" is no part of a number').format(text=text), fix)
    return amount.number * unit.factor


# Writing the case


def _draft(known: Known, *, first: str, within: float, grade: str, why: str) -> Draft:
    used: _Used = known["use"]
    price: _Priced = known["price"]
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

    cost = number(price.number, price.unit)
    unit = f"{used.unit}/{used.time}"
    head = _(
        "A case begun with derbes new. Its numbers are what was told: assumptions, each with a "
        "range, a grade (A official, B published, C derived, D assumption) and a reason. What "
        "nobody has told is `missing`, with where to look beside it."
    )
    return Draft(
        head=textwrap.wrap(head, WIDTH),
        title=f"{known['buyer']}: {known['good']}",
        first=first,
        n_months=known["until"],
        currency=price.currency,
        price_year=int(first[:4]),
        target=buyer,
        target_label=known["buyer"],
        sender=ids[0],
        sender_label=next(iter(sellers)),
        good=_free_id(known["good"], "good", taken),
        good_label=known["good"],
        unit=used.unit,
        use="need",
        use_label=_("What is used"),
        use_note=_("all of it counts as essential; what can wait goes into a use of its own"),
        demand=number(used.number, unit),
        stock=_stored(known["stock"], used, number),
        sellers=tuple(
            DraftSeller(id_, name, cost, _capacity(used.number * share, unit, within))
            for id_, (name, share) in zip(ids, sellers.items(), strict=True)
        ),
        elsewhere=_("trade statistics, as by derbes screen"),
        remarks=_remarks(),
    )


def _stored(stored: _Stored | None, used: _Used, number: Callable[..., DraftNumber]) -> DraftNumber:
    if stored is None:
        why = _("not known: counted from none, the careful end, up to {n} months of what is used")
        return unknown_stock(used.unit, used.per_month, why)
    if stored.months:
        why = _("told as months of what is used: {n}").format(n=_exact(stored.months))
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
    told = why.format(amount=f"{digits(sold)} {unit}")
    return DraftNumber(f"{value} {unit}", low, high, why=told)


def _exact(value: float) -> str:
    """A number as it was given, in plain decimals that cannot be read as thousands."""
    text = format(Decimal(f"{value:.12g}"), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def _remarks() -> dict[str, str]:
    return {
        "actors": _("Who takes part: the target, whose supply it is, and who sells to it."),
        "goods": _("What is bought, and what it is counted in."),
        "uses": _("Who needs it, and how much."),
        "stockpiles": _("What lies in store when the case begins."),
        "suppliers": _("Who sells it: price, and the most that can be had of each."),
        "measures": _("What could happen: the seller named first stops selling."),
        "standards": _("What is to hold: a stop of a year is survived. derbes plan asks for it."),
        "levers": _("What else the seller could do; until that is told, this good alone counts."),
    }
