"""The text of a drafted case: what is known with where it is from, all else marked missing.

The only writer of whole cases. A draft is a file that is valid as it stands; what nobody has told
is `missing`, with where to look for it beside it. All words are in the language in use.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from derbes.errors import Problem
from derbes.language import _

_MONTH = re.compile("[12][0-9]{3}-(0[1-9]|1[0-2])")
LENGTHS = (1, 3, 6, 12)
"""Lengths of a stop; the last is the main one. [month]"""
STOCK_MONTHS = 3
"""Months of use up to which stock is looked at, where nothing is known of it."""


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


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a case of one good, one use, one stock and its sellers."""

    head: Sequence[str]
    """Lines of comment at the top."""
    title: str
    first: str
    """First month."""
    n_months: int
    currency: str
    price_year: int
    target: str
    """Its id."""
    target_label: str
    sender: str
    """Id of a seller; empty: nobody stops."""
    sender_label: str
    good: str
    """Id of the good."""
    good_label: str
    unit: str
    use: str
    """Id of the use."""
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
    yield f"  {draft.target}: {{label: {quoted(draft.target_label)}}}"
    for one in draft.sellers:
        yield f"  {one.id}:" + (f"  # {one.note}" if one.note else "")
        yield f"    label: {quoted(one.label)}"
        yield f"    margin_share: missing  # {look}"


def _good(draft: Draft) -> Iterator[str]:
    yield f"  {draft.good}:"
    yield f"    unit: {draft.unit}"
    if draft.good_label:
        yield f"    label: {quoted(draft.good_label)}"
    yield "    reserve: = stockpiles.held.quantity  # " + _("what is held is kept in calm")


def _use(draft: Draft) -> Iterator[str]:
    yield f"  {draft.use}:"
    yield f"    label: {quoted(draft.use_label)}"
    yield f"    good: {draft.good}"
    yield "    tier: essential"
    if draft.use_note:
        yield f"    # {draft.use_note}"
    yield from _number_lines("demand", draft.demand)
    cost = _("what one unit less costs those who use it; look in what they make of it")
    yield f"    shortage_cost: missing  # {cost}"


def _stock(draft: Draft) -> Iterator[str]:
    label = _("Stock at the beginning")
    yield "  held:"
    yield f"    label: {quoted(label)}"
    yield f"    good: {draft.good}"
    look = _("look in storage reports, reserves by law, balance sheets of those who use it")
    yield f"    # {look}"
    yield from _number_lines("quantity", draft.stock)


def unknown_stock(unit: str, per_month: float, why: str) -> DraftNumber:
    """No stock, up to some months of use: a bound, since nothing is known of it.

    Args:
        unit: Unit of the good.
        per_month: What is used. [unit/month]
        why: Names `{n}` months.
    """
    most = digits(per_month * STOCK_MONTHS)
    return DraftNumber(f"0 {unit}", "0", most, why=why.format(n=STOCK_MONTHS))


def _suppliers(draft: Draft) -> Iterator[str]:
    look = _("look in contracts, or the time between order and delivery")
    for one in draft.sellers:
        yield f"  {one.id}:"
        yield f"    label: {quoted(one.label)}"
        yield f"    actor: {one.id}"
        yield f"    good: {draft.good}"
        yield from _number_lines("price", one.price)
        yield from _number_lines("capacity", one.capacity)
        yield f"    lead_time: missing  # {look}"


def _measures(draft: Draft) -> Iterator[str]:
    """A stop in peace, and one of a year."""
    if not draft.sender:
        return
    head = f"{{kind: embargo, sender: {draft.sender}, hits: {{actor: {draft.sender}}}"
    for id_, lengths, label in (
        ("stop", LENGTHS[:-1], _("{sender} stops selling for some months")),
        ("stop_of_a_year", LENGTHS[-1:], _("{sender} stops selling for a year")),
    ):
        listed = ", ".join(str(n) for n in lengths)
        text = quoted(label.format(sender=draft.sender_label))
        yield f"  {id_}: {head}, lengths: [{listed}], label: {text}}}"


def _standards(draft: Draft) -> Iterator[str]:
    """That a stop of a year is survived."""
    if draft.sender:
        label = quoted(_("A stop of a year is survived"))
        yield (
            f"  a_year: {{measure: stop_of_a_year, length: {LENGTHS[-1]} month, "
            f"from: {draft.first}, label: {label}}}"
        )


def _levers(draft: Draft) -> Iterator[str]:
    """This good is counted; what else the sender could do is not, and where to look for it."""
    if not draft.sender:
        return
    sender, look = draft.sender, quoted(draft.elsewhere)
    missing = quoted(_("other goods, transit, finance, labor"))
    this, other = quoted(_("This good")), quoted(_("All else"))
    yield f"  this_good: {{sender: {sender}, measures: [stop, stop_of_a_year], label: {this}}}"
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
    fix = _("write it as year and month, 2026-01")
    return [Problem("first", _('"{word}" is no month').format(word=first), fix=fix)]


def digits(value: float) -> str:
    """Four digits that count, as plain decimals; never three of them, which could be thousands."""
    text = f"{float(f'{value:.4g}'):.10f}".rstrip("0").rstrip(".")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


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
