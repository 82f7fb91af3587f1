"""Cases of the tests as plain trees, changed and written as YAML again."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.casefile.writing import LEDGER, PLANNED, SMALL

ROOT = Path(__file__).parents[2]
Tree = Any
"""A text, a list or a dictionary of trees."""
Path_ = tuple[str | int, ...]

_BASES = {
    "small": (SMALL, 6),
    "planned": (PLANNED, 2),
    "ledger": (LEDGER, 2),
    "waterworks": ((ROOT / "cases/waterworks.yaml").read_text(encoding="utf-8"), 2),
    "every_key": ((ROOT / "tests/draws/every_key.yaml").read_text(encoding="utf-8"), 2),
    "months": ((ROOT / "tests/draws/months.yaml").read_text(encoding="utf-8"), 1),
}
"""Name → text and weight of what is changed."""
TEXTS = {name: text for name, (text, _weight) in _BASES.items()}


def base(rng: Random) -> str:
    """The name of a case that is free of problems."""
    return rng.choices(list(_BASES), [weight for _text, weight in _BASES.values()])[0]


def loaded(text: str) -> Tree:
    """The tree of a YAML text, every value as it is written."""
    return yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))


@cache
def donors() -> dict[str, list[Tree]]:
    """Key → what stands under it anywhere in the larger case and the bases."""
    found: dict[str, list[Tree]] = {}
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "cases/aspan").rglob("*.yaml")]
    for text in sorted(texts, key=len)[:-4] + list(TEXTS.values()):
        for path, node in nodes(loaded(text)):
            if path and isinstance(path[-1], str) and len(str(node)) < 600:
                found.setdefault(path[-1], []).append(node)
    return found


def nodes(tree: Tree, path: Path_ = ()) -> Iterator[tuple[Path_, Tree]]:
    """Every part of a tree with its path, the whole first."""
    yield path, tree
    below = tree.items() if isinstance(tree, dict) else enumerate(tree or ())
    for step, node in below if isinstance(tree, dict | list) else ():
        yield from nodes(node, (*path, step))


def at(tree: Tree, path: Path_) -> Tree:
    """The part of a tree at a path."""
    for step in path:
        tree = tree[step]
    return tree


def changed(tree: Tree, path: Path_, change: Callable[[Tree, str | int], Tree]) -> Tree:
    """A tree whose part above a path is made anew; what is not on the way is shared."""
    above = dict(tree) if isinstance(tree, dict) else list(tree)
    if len(path) == 1:
        return change(above, path[0])
    above[path[0]] = changed(above[path[0]], path[1:], change)
    return above


def put(tree: Tree, path: Path_, node: Tree) -> Tree:
    """A tree with another part at a path."""

    def change(above: Tree, step: str | int) -> Tree:
        above[step] = node
        return above

    return changed(tree, path, change) if path else node


def without(tree: Tree, path: Path_) -> Tree:
    """A tree without the part at a path."""

    def change(above: Tree, step: str | int) -> Tree:
        del above[step]
        return above

    return changed(tree, path, change)


_PLAIN = re.compile(r"[A-Za-z0-9.+<>=(/*-][A-Za-z0-9 _./%+*()<>=,-]*(?<! )")
_ESCAPED = re.compile(
    '["\\\\\x00-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f'
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)


def quoted(text: str) -> str:
    """A YAML scalar: as it is where that can be read, else in quotes with escapes."""
    if _PLAIN.fullmatch(text) and text != "-" and not text.startswith(("- ", "---", "...")):
        return text if "," not in text else f'"{text}"'
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(sign: re.Match[str]) -> str:
    code = ord(sign[0])
    return f"\\{sign[0]}" if sign[0] in '"\\' else f"\\u{code:04x}"


def dumped(tree: Tree, indent: int = 0) -> str:
    """A tree as YAML in blocks; what is deep stands in braces."""
    space = " " * indent
    if isinstance(tree, dict) and tree and indent < 6:
        return "".join(
            f"{space}{quoted(str(key))}:{_value(node, indent)}" for key, node in tree.items()
        )
    return f"{space}{flow(tree)}\n"


def _value(node: Tree, indent: int) -> str:
    if isinstance(node, dict) and node and indent < 4:
        return "\n" + dumped(node, indent + 2)
    return f" {flow(node)}\n"


def flow(tree: Tree) -> str:
    """A tree on one line."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{quoted(str(k))}: {flow(v)}" for k, v in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(flow(node) for node in tree) + "]"
    return "" if tree is None else quoted(tree)


Make = Callable[[Random], str]
NUMBERS: Sequence[str] = (
    *("0", "-1", "1", "-0.0", "1e-300", "1e308", "1e400", "-1e400", "nan", "inf", "-inf", "1e18"),
    *("1000000000", "0.1", "1e-9", "999999999999999999999999", "1/3", "1/0", "7/3", "0x10", "1_0"),
    *("1,200 t", "1 000", "1'000", "5 kg", "-5 t", "100 %", "101 %", "-1 %", "0 t/month", "1e6 t"),
    *("12 month", "1201 month", "1200 month", "0.5 month", "0 month", "100 year", "1e9 year"),
    *("1 day", "1 hour/t", "3 USD/t", "3 KZT/t", "3 USD/kg/year", "2 t/month/month", "1 XXX"),
    *("5 ТОНН", "5 тонн", "5 т/мес", "10 thousand t", "2 million USD", "٣ t", "1 t/month", "²"),
)
DATES: Sequence[str] = (
    *("2026", "2026-01", "2026-13", "2026-00", "2026-xx", "0000-01", "0001-01", "9999-12"),
    *("10000-01", "2026-02-30", "2026-02-29", "2024-02-29", "-2026-01", "2026-1", "1969-12"),
    *(
        "2026-01-01",
        "2026-01-15",
        "9999-12-31",
        "2500-06",
        "2025-12",
        "2030-12",
        "2026-01-01T00:00",
    ),
)
SIGNS: Sequence[str] = (
    *("", " ", "\u0000", "\u0007", "\u001b[31m", "\u001b]0;x\u0007", "\u202e", "\u2066", "\u200b"),
    *("\u200f", "\ufeff", "\U0001f4a5", "\ud800", "\udfff", "a\u0301", "ұқғң", "аlum", "tоwn", "'"),
    *('"', "<script>alert(1)</script>", "=1+1", "\t=1+1", "\r=1", "@x", "-1+1", "|cmd", "{{7*7}}"),
    *("${x}", "%s %d", "{0}", "{}", "../x", "/etc/passwd", "a/b", "a.b", "a\nb", "x" * 300, "\\"),
    *("NUL", "con", "base", "all", "tag:home", "*", "missing", "null", "~", "yes", "no", "\u2028"),
    *("\u0085", "\u00a0", "\u00ad", "ﬁ", "İ", "ß", "١٢", "[", "]", "{", "- a", "a: b", "#", "&a"),
)
WORDS: Sequence[str] = (
    *("town", "north", "south", "alum", "ore", "treatment", "store", "rail", "works", "embargo"),
    *("goods.alum", "plants.works", "suppliers.*", "tag:home", "nowhere", "goods.nowhere", "base"),
    *("no_works", "late", "press", "essential", "deferrable", "optimal", "delivered", "lost"),
    *("quota", "delay", "price_rise", "demand_surge", "stockpile_loss", "route_closure", "all"),
    *("month", "quarter", "year", "USD", "KZT", "EUR", "t", "kg", "m3", "piece", "case.yaml"),
)


def value(rng: Random) -> Tree:
    """Something odd to stand for a value."""
    kind = rng.randrange(12)
    if kind < 4:
        return rng.choice(NUMBERS)
    if kind < 6:
        return rng.choice(DATES)
    if kind < 8:
        return rng.choice(SIGNS)
    if kind < 10:
        return rng.choice(WORDS)
    if kind == 10:
        return rng.choice(([], {}, [None], [[]], {"": ""}, [""], [{}], None))
    return shaped(rng)


def shaped(rng: Random) -> Tree:
    """A quantity in one of its longer forms, with odd parts."""
    one, two, three = (rng.choice(NUMBERS) for _turn in range(3))
    month, other = rng.choice(DATES), rng.choice(DATES)
    forms = (
        {"value": one, "range": [two, three]},
        {"value": one, "range": [two]},
        {"value": one, "grade": rng.choice("ABCDEx"), "source": rng.choice(WORDS), "why": "x"},
        {month: one, other: two},
        {"series": {month: one, other: two}},
        {"steps": {month: one}, "range": [two, three]},
        {"months": [one] * 12},
        {"value": one, "distribution": {"kind": "pert"}},
        {"value": one, "distribution": {"reference": rng.choice(WORDS)}},
        {"from": one, "to": two, "every": three},
        {"en": rng.choice(SIGNS), "ru": rng.choice(SIGNS)},
        {"element": rng.choice(WORDS)},
        {"actor": rng.choice(WORDS), "good": rng.choice(WORDS)},
        [one, two],
        [[one, two], [two, three]],
        [rng.choice(WORDS), rng.choice(WORDS)],
        f"{rng.randrange(1, 10 ** rng.randrange(1, 12))} {rng.choice(WORDS)}",
        f"= {rng.choice(WORDS)} * {one}",
    )
    return rng.choice(forms)


def scaled(rng: Random, text: Tree) -> Tree:
    """A value near the one that stands there: legal as a rule, and sometimes not."""
    if not isinstance(text, str):
        return value(rng)
    number = re.search(r"\d+(?:\.\d+)?", text)
    if number is None:
        return rng.choice(WORDS)
    factor = rng.choice((0, 0, 1e-9, 0.01, 0.5, 2, 10, 1000, 1e6, 1e12, -1))
    month = re.fullmatch(r"(\d{4})-(\d\d)", text)
    if month:
        return f"{int(month[1]) + rng.randrange(-3, 8)}-{rng.randrange(1, 13):02}"
    return f"{text[: number.start()]}{float(number[0]) * factor:.12g}{text[number.end() :]}"
