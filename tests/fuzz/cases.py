"""Cases that are changed: in their tree, in their text, in their expressions and formulas."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from derbes.case.entities import Case
from derbes.casefile import read_files
from derbes.casefile.entries import SECTIONS, keys_of
from derbes.grammar import ExpressionError
from derbes.statements.expressions import Names, names_of, read_expression
from derbes.statements.terms import QUANTITIES, SETS, Gives, Parameter, Takes
from tests.fuzz.trials import CASE, Trial, text_of
from tests.fuzz.writing import (
    DATES,
    NUMBERS,
    ROOT,
    SIGNS,
    TEXTS,
    WORDS,
    Path_,
    Tree,
    at,
    base,
    changed,
    donors,
    dumped,
    loaded,
    nodes,
    put,
    scaled,
    value,
    without,
)


def questions(rng: Random) -> tuple[tuple[str, ...], ...]:
    """What is asked of a case that has no problem; `check` first, the others seldom and short."""
    one = ("--start", "2026-01", "--length", rng.choice(("1", "6")), "--workers", "1")
    as_json = ("--json",) if rng.random() < 0.5 else ()
    check = ("check", CASE, *(("--json",) if rng.random() < 0.25 else ()))
    more = (
        (("cover", CASE, *one, *as_json), ("leverage", CASE, *one, *as_json)),
        (("show", CASE, *as_json), ("schema", CASE)),
        (("cover", CASE, *one, "--variant", "all"),),
        (
            (
                "plan",
                CASE,
                "--no-more",
                "--no-frontier",
                "--workers",
                "1",
                "--time-limit",
                "3",
                *as_json,
            ),
        ),
        (("stress", CASE, "--draws", "2", "--solved", "1", *one, *as_json),),
        (("statements", CASE, "--draws", "1", "--flips", "0", "--workers", "1", *as_json),),
        (("brief", CASE, "--draws", "0", *one, "--out", "b.html", "--tables", "tables"),),
    )
    asked = (check, *rng.choices(((), *more), (60, 30, 12, 4, 2, 2, 3, 1))[0])
    spoken = rng.choice(((), (), ("--lang", "ru"), ("--lang", "kk")))
    return tuple((*words, *spoken) for words in asked)


# The tree.


def _moved(rng: Random, tree: Tree, path: Path_) -> Tree:
    """A part under another name, at another place or twice."""
    kind, node = rng.randrange(4), at(tree, path)
    if kind == 0:
        rest = without(tree, path)
        places = [place for place, below in nodes(rest) if isinstance(below, dict)]
        return put(rest, rng.choice(places), {str(path[-1]): node}) if places else rest
    other = rng.choice([place for place, _node in nodes(tree) if place])
    if kind == 1 and path != other[: len(path)] and other != path[: len(other)]:
        return put(put(tree, path, at(tree, other)), other, node)
    name = rng.choice((rng.choice(SIGNS), rng.choice(WORDS), f"{path[-1]}_2", str(other[-1])))

    def renamed(above: Tree, step: str | int) -> Tree:
        if isinstance(above, list):
            above.insert(int(step), node)
            return above
        if kind == 2:
            above[name] = node
            return above
        return {name if key == step else key: below for key, below in above.items()}

    return changed(tree, path, renamed)


def _keyed(rng: Random, tree: Tree) -> Tree:
    """A key that an element, or the case, may have, with a value that it could have."""
    found = [one for one in nodes(tree) if isinstance(one[1], dict) and one[0][:1] in KEYS]
    path = rng.choice([path for path, _node in found if len(path) == 2] or [()])
    key = rng.choice(KEYS[path[:1]])
    like = [node for place, node in nodes(tree) if place[-1:] == (key,)] or donors().get(key, [])
    node = rng.choice(like) if like else value(rng)
    has_number = isinstance(node, str) and any(map(str.isdigit, node))
    return put(tree, (*path, key), scaled(rng, node) if has_number else node)


KEYS = {(name,): list(keys_of(model)) for name, model in SECTIONS.items()} | {
    (): list(keys_of(Case))
}
"""Section → keys of its elements; those of the case itself under no section."""


def _mutated(rng: Random, tree: Tree) -> Tree:  # noqa: PLR0911 - a line for each kind
    places = [path for path, node in nodes(tree) if path]
    if not places:
        return tree
    path = rng.choice(places)
    node = at(tree, path)
    kind = rng.randrange(24)
    if kind > 19:
        return _keyed(rng, tree) if isinstance(tree, dict) else tree
    if kind < 2:
        return without(tree, path)
    if kind < 4:
        return put(tree, path, value(rng))
    if kind < 13:
        leaves = [one for one in places if isinstance(at(tree, one), str)]
        path = rng.choice(leaves) if leaves else path
        return put(tree, path, scaled(rng, at(tree, path)))
    if kind < 15:
        return _moved(rng, tree, path)
    if kind < 17:
        grafts = donors().get(str(path[-1]))
        return put(tree, path, rng.choice(grafts) if grafts else value(rng))
    if kind == 17:
        return put(tree, path, [node] * rng.choice((1, 2, 30)))
    if kind == 18:
        return put(tree, path, {"value": node, "range": [scaled(rng, node), scaled(rng, node)]})
    name = rng.choice(list(donors()))
    above = path[:-1] if isinstance(path[-1], str) and rng.random() < 0.5 else ()
    return put(tree, (*above, name), rng.choice(donors()[name]))


def _labelled(rng: Random) -> Trial:
    """A case whose texts and ids are odd all over, told on every surface."""
    made = loaded(TEXTS["waterworks" if rng.random() < 0.5 else "small"])
    odd = [one for one in SIGNS if one.strip()]
    for section in ("actors", "goods", "uses", "suppliers", "measures"):
        for name in made[section]:
            if rng.random() < 0.1:
                label = "".join(rng.choices(odd, k=rng.choice((1, 1, 2))))
                made[section][name] = {**made[section][name], "label": label}
    made["name"] = rng.choice(odd)
    made["note"] = rng.choice(odd)
    short = ("--start", "2026-01", "--length", "6", "--workers", "1")
    surfaces = (
        ("brief", CASE, "--draws", "0", *short, "--out", "b.html", "--tables", "tables"),
        ("leverage", CASE, *short),
        ("cover", CASE, *short, "--out", "c.txt"),
        ("show", CASE, "--json"),
        ("schema", CASE, "--out", "s.json"),
    )
    return Trial("tree", (("check", CASE), rng.choice(surfaces)), {CASE: dumped(made)})


def tree(rng: Random) -> Trial:
    """A case whose tree is changed in a few places, in one file or in several."""
    if rng.random() < 0.06:
        return _labelled(rng)
    made = loaded(TEXTS[base(rng)])
    for _turn in range(rng.choice((1, 1, 1, 1, 2, 3))):
        made = _mutated(rng, made)
    files = {CASE: dumped(made)}
    if rng.random() < 0.08 and isinstance(made, dict) and made:
        files = _in_files(rng, made)
    return Trial("tree", questions(rng), files)


def _in_files(rng: Random, made: Tree) -> dict[str, str]:
    """The case in two files, which include each other, themselves, or what is not there."""
    keys = list(made)
    cut = rng.randrange(len(keys))
    include = rng.choice((["b.yaml"], ["b.yaml", CASE], ["b.yaml", "b.yaml"], ["c.yaml"], ["."]))
    again = rng.choice(({}, {"include": [CASE]}, {"include": ["b.yaml"]}, {"include": ["../b"]}))
    return {
        CASE: dumped({"include": include, **{key: made[key] for key in keys[: cut + 1]}}),
        "b.yaml": dumped({**again, **{key: made[key] for key in keys[cut:]}}),
    }


# The text.

PIECES = (
    *("", "~", "null", "missing", "-5", "nan", "1e400", "2027-13", "NO", "010121", "---", "..."),
    *("[", "]", "{", "}", ":", "- x", "'", '"', "*a", "&a", "!!int 3", "|", ">", "{value: 1}", "?"),
    *("[1, 2]", "{2026-01: 5}", "{2026-01: 5, x: 1}", "15 %", "\t", "#", "<<: *a", "%TAG", "@"),
    *("{value: 5, range: [1]}", "{kind: pert}", "{from: 2, to: 1}", "1/0", "[[1], a]", "!x y"),
    *("{works: +}", "{act: x, of: town, sign: -}", "census P1", "[C01]", "[C01, C01]", "- ", "-"),
    *(
        "&a [*a]",
        "{? [a]: b}",
        "{a}",
        "[a,]",
        "'\x07'",
        '"\\ud800"',
        '"\\0"',
        "\ufeff",
        "\r",
        "\x85",
    ),
)


def _line_changed(rng: Random, lines: list[str]) -> None:
    place, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    key, colon, _rest = lines[place].partition(":")
    kind = rng.randrange(8)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(other, lines[place])
    elif kind == 2:
        lines[place], lines[other] = lines[other], lines[place]
    elif kind == 3:
        lines[place] = rng.choice((" " * rng.randrange(7), "\t")) + lines[place].strip()
    elif kind == 4:
        lines.insert(place, rng.choice(PIECES))
    elif kind == 5:
        lines[place] = lines[place].replace(key.strip() or "\0", rng.choice(WORDS), 1)
    else:
        lines[place] = f"{key}{colon} {rng.choice(PIECES)}"
    if not lines:
        lines.append("")


def _bytes_changed(rng: Random, content: bytes) -> bytes:  # noqa: PLR0911 - a line for each kind
    kind, place = rng.randrange(10), rng.randrange(len(content) + 1)
    if kind < 4:
        flipped = bytearray(content)
        for _turn in range(rng.choice((1, 1, 2, 8))):
            flipped[rng.randrange(len(flipped))] = rng.choice((rng.randrange(256), 10, 32, 58, 34))
        return bytes(flipped)
    if kind == 4:
        return content[:place]
    if kind == 5:
        return rng.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"PK\x03\x04", b"%PDF")) + content
    if kind == 6:
        text = content.decode("utf-8", "replace")
        return text.encode(rng.choice(("utf-16", "utf-8-sig", "utf-32", "utf-16-le")))
    if kind == 7:
        piece = rng.choice((b"x" * 100_000, b"[" * 5_000, b"{a: " * 500, b"- " * 3_000, b"\r\n"))
        return content[:place] + piece + content[place:]
    if kind == 8:
        return bytes(rng.randrange(256) for _turn in range(rng.randrange(200)))
    piece = rng.choice(PIECES).encode("utf-8", "surrogateescape")
    return content[:place] + piece + content[place:]


def text(rng: Random) -> Trial:
    """A case whose text is changed: lines, signs and bytes."""
    lines = TEXTS[base(rng)].splitlines()
    for _turn in range(rng.randrange(5)):
        _line_changed(rng, lines)
    content = ("\n".join(lines) + "\n").encode()
    if rng.random() < 0.6 and content:
        content = _bytes_changed(rng, content)
    return Trial("text", questions(rng), {CASE: text_of(content)})


# Expressions.

N_AT_ONCE = 25
"""Expressions of one file."""
_LEDGER = loaded(TEXTS["ledger"])
_LEDGER["facts"]["tonnage"] |= {"amount": "100 t/month", "date": "2025-06"}
for _section in ("statements", "contrasts", "double_standards", "tensions"):
    del _LEDGER[_section]
SAID = {"by": "paper", "at": "column", "says": "x", "modality": "fact", "kind": "fact"}
TRUE = {**SAID, "holds_if": "true"}


@cache
def names(folder: str) -> Names:
    """Names of the case on which expressions are tried."""
    path = Path(folder) / "names.yaml"
    path.write_text(dumped({**_LEDGER, "statements": {"C00": TRUE}}))
    case = read_files(path).case
    assert case is not None
    return names_of(case)


@cache
def spoken() -> tuple[str, ...]:
    """Every expression of the larger case."""
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "cases/aspan/statements").glob("*")
    ]
    return tuple(
        sorted(
            node
            for one in texts
            for path, node in nodes(loaded(one))
            if path and path[-1] in {"holds_if", "condition", "yes_if", "no_if", "void_if"}
        )
    )


IDS = {section: list(table) for section, table in _LEDGER.items() if isinstance(table, dict)}


def _given(rng: Random, parameter: Parameter) -> str:  # noqa: PLR0911 - a line for each kind
    takes = parameter.takes
    if rng.random() < 0.08:
        return rng.choice((rng.choice(WORDS), rng.choice(NUMBERS), '""', f'"{rng.choice(WORDS)}"'))
    if takes is Takes.MONTH:
        odd = (rng.choice(DATES), "as_of", "2026-01", "2028-12", "2025-01", "2029-01", "9999-12")
        return (
            rng.choice(odd)
            if rng.random() < 0.4
            else f"202{rng.randrange(6, 9)}-0{rng.randrange(1, 10)}"
        )
    if takes is Takes.TIME:
        return rng.choice(
            ("12", "0", "1", "1.5", "-1", "36", "6 month", "1 year", "1e6", "1200", "2 day")
        )
    if takes is Takes.FLAG:
        return rng.choice(("true", "false"))
    if takes is Takes.PATH:
        return rng.choice(('"suppliers.north_alum.price"', '"goods.alum.reserve"', '"x"', '""'))
    if parameter.choices:
        return rng.choice(parameter.choices)
    if takes is Takes.WORD:
        return rng.choice(('"home"', '"works"', '""', '"x"', "alum"))
    known = [one for section in takes.sections for one in IDS.get(section, ("C00",))]
    return rng.choice(known) if known else rng.choice(WORDS)


def _call(rng: Random, name: str, parameters: tuple[Parameter, ...]) -> str:
    written = []
    for one in parameters:
        if one.default is None:
            written.append(_given(rng, one))
        elif rng.random() < 0.3:
            written.append(f"{one.name}={_given(rng, one)}")
    if rng.random() < 0.04 and written:
        written.pop(rng.randrange(len(written)))
    return f"{name}({', '.join(written)})"


def number(rng: Random, depth: int) -> str:
    """A number of the language."""
    kind = rng.randrange(10)
    if depth <= 0 or kind == 0:
        return rng.choice((rng.choice(NUMBERS), str(rng.randrange(100)), "1e200", "tonnage", "0.5"))
    if kind < 5:
        entry = rng.choice([one for one in QUANTITIES.values() if one.gives is Gives.NUMBER])
        return _call(rng, entry.name, entry.parameters)
    if kind < 8:
        sign = rng.choice(("+", "-", "*", "/", "*", "/"))
        return f"({number(rng, depth - 1)} {sign} {number(rng, depth - 1)})"
    if kind == 8:
        power = rng.choice(("2", "4", "-1", "-4", "0", "5", "0.5"))
        return rng.choice((f"{number(rng, depth - 1)} ** {power}", f"-{number(rng, depth - 1)}"))
    name = rng.choice(("min", "max", "abs", "sum", "count"))
    if name in {"sum", "count"} or rng.random() < 0.3:
        entry = rng.choice(list(SETS.values()))
        body = rng.choice((number(rng, depth - 1), "stock(x, 2026-01)", "price(x, 2026-02)", "x"))
        return f"{name}({body} for x in {_set(rng, entry.name)})"
    return f"{name}({', '.join(number(rng, depth - 1) for _turn in range(rng.choice((1, 2, 3))))})"


def _set(rng: Random, name: str) -> str:
    parameters = SETS[name].parameters
    return _call(rng, name, parameters) if parameters else name


def truth(rng: Random, depth: int) -> str:
    """A truth of the language."""
    kind = rng.randrange(10)
    if depth <= 0 or kind == 0:
        return rng.choice(("true", "false", "1 < 2", "exists(works)", "holds(C00)"))
    if kind < 4:
        sign = rng.choice(("<", "<=", ">", ">=", "==", "!="))
        return f"{number(rng, depth - 1)} {sign} {number(rng, depth - 1)}"
    if kind < 6:
        entry = rng.choice([one for one in QUANTITIES.values() if one.gives is not Gives.NUMBER])
        return _call(rng, entry.name, entry.parameters)
    if kind < 8:
        return f"({truth(rng, depth - 1)} {rng.choice(('and', 'or'))} {truth(rng, depth - 1)})"
    if kind == 8:
        return f"not {truth(rng, depth - 1)}"
    body = rng.choice((truth(rng, depth - 1), "survives(x, 2026-01)", "stock(x, 2026-01) > 0"))
    return f"{rng.choice(('all', 'any'))}({body} for x in {_set(rng, rng.choice(list(SETS)))})"


def _said(rng: Random) -> str:
    """An expression of the larger case, with words exchanged."""
    words = re.split(r"(\W+)", rng.choice(spoken()))
    known = [one for table in IDS.values() for one in table]
    for i, word in enumerate(words):
        if word and rng.random() < 0.3:
            new = (rng.choice(known), rng.choice(DATES), rng.choice(NUMBERS), rng.choice(words))
            words[i] = rng.choice(new) if word.isidentifier() else word
    if rng.random() < 0.3:
        place = rng.randrange(len(words))
        words[place:place] = [
            rng.choice(("(", ")", " and ", "**", ",", '"', "==", " for x in ", "#"))
        ]
    return "".join(words)


def _long(rng: Random) -> str:
    """One of the shapes that are long or deep."""
    n = rng.choice((30, 33, 190, 210, 400))
    one = truth(rng, 1)
    shapes = (
        f"{'(' * n}{one}{')' * n}",
        f"{'not ' * n}{one}",
        " and ".join([one] * n),
        f"{'-' * n}1 < 2",
        " + ".join(["1e308"] * n) + " > 0",
        " * ".join(["1e300"] * 5) + " > 0",
        " * ".join(["1 t"] * n) + " > 0",
        " / ".join(["1 t"] * n) + " > 0",
        "1 < " * n + "2",
        "(1e300 ** 4) ** 4 > 1",
        "min(" * n + "1" + ")" * n + " > 0",
        f"{one} # " + "x" * 2000,
    )
    return rng.choice(shapes)


def expression(rng: Random) -> str:
    """One expression: of the grammar, said before, long, or garbage."""
    kind = rng.randrange(20)
    if kind < 12:
        made = truth(rng, rng.choice((1, 2, 2, 3)))
    elif kind < 17:
        made = _said(rng)
    elif kind == 17:
        made = _long(rng)
    else:
        made = "".join(
            rng.choice(("(", ")", " ", "1", "x", '"', "=", "<", *SIGNS, *WORDS)) for _t in range(9)
        )
    if rng.random() < 0.05 and made:
        place = rng.randrange(len(made))
        made = made[:place] + rng.choice(SIGNS) + made[place + 1 :]
    return re.sub("[\ud800-\udfff]", "", made)  # one of them would end the whole file


def expressions(rng: Random, folder: str) -> Trial:
    """Many expressions in one ledger: all of them checked, or those that can be read run."""
    known, good, bad = names(folder), [], []
    while len(good) + len(bad) < N_AT_ONCE:
        one = expression(rng)
        try:
            read_expression(one, known)
            good.append(one)
        except ExpressionError:
            bad.append(one)
        except Exception:  # noqa: BLE001 - it is found again, and attributed, when it is run
            bad.append(one)
    is_run = rng.random() < 0.25
    chosen = good if is_run else [*good, *bad]
    ledger = {f"C{i:02}": {**SAID, "holds_if": one} for i, one in enumerate(chosen, 1)}
    ledger = {"C00": TRUE, **ledger}
    asked = ("statements", CASE, "--draws", "1", "--flips", "0", "--workers", "1", "--json")
    steps = (asked,) if is_run else (("check", CASE),)
    files = {CASE: dumped({**_LEDGER, "statements": ledger})}
    return Trial("expressions", steps, files, n_inputs=N_AT_ONCE)


# Formulas.


def _formula(rng: Random, like: list[str], paths: list[str]) -> str:
    """A formula: of numbers in one unit as a rule."""

    def plain(depth: int) -> str:
        ratio = f"{rng.choice(like)} / {rng.choice(like)}"
        if depth <= 0:
            return rng.choice(("2", "0.5", "0", "1e-9", "1e9", "a", "c", ratio))
        return f"({plain(depth - 1)} {rng.choice('+-*/')} {plain(depth - 1)})"

    def part(depth: int) -> str:
        if rng.random() < 0.03:
            return rng.choice((rng.choice(paths), rng.choice(NUMBERS)))
        kind = rng.randrange(7)
        if depth <= 0 or kind == 0:
            return rng.choice(like)
        if kind < 3:
            return f"{part(depth - 1)} {rng.choice('*/')} {plain(depth - 1)}"
        if kind < 5:
            return f"({part(depth - 1)} {rng.choice('+-')} {part(depth - 1)})"
        if kind == 5:
            return f"{plain(depth - 1)} ** {rng.choice(('2', '-4', '0', '4'))} * {part(depth - 1)}"
        return f"{rng.choice(('min', 'max'))}({part(depth - 1)}, {part(depth - 1)})"

    made = part(rng.choice((1, 1, 2, 3)))
    if rng.random() < 0.04:
        place = rng.randrange(len(made) + 1)
        made = made[:place] + rng.choice(SIGNS) + made[place:]
    return f"= {made}"


def formulas(rng: Random) -> Trial:
    """A case in which some quantities follow from others."""
    made = loaded(TEXTS[rng.choice(("small", "small", "waterworks", "every_key", "planned"))])
    made["assumptions"] = {"a": "2", "b": {"value": "3 t", "range": ["1 t", "5 t"]}, "c": "1e9"}
    found = {
        path: node
        for path, node in nodes(made)
        if len(path) == 3
        and isinstance(path[-1], str)
        and isinstance(node, str)
        and re.match(r"[\d.]+ \S+$", node)
    }
    paths = [".".join(map(str, path)) for path in found] + ["a", "b", "c", "nowhere"]
    n = rng.choice((1, 1, 2, 4))
    for path in rng.sample(list(found), min(n, len(found))):
        unit = found[path].split()[1]
        like = [".".join(one) for one in found if found[one].split()[1] == unit and one != path]
        one = _formula(rng, [found[path], f"3 {unit}", f"0 {unit}", *like], paths)
        made = put(made, path, one if rng.random() < 0.8 else {"value": one, "why": "x"})
    return Trial("formulas", questions(rng), {CASE: dumped(made)}, n_inputs=n)


CASES: dict[str, Callable[[Random, str], Trial]] = {
    "tree": lambda rng, _folder: tree(rng),
    "text": lambda rng, _folder: text(rng),
    "expressions": expressions,
    "formulas": lambda rng, _folder: formulas(rng),
}
"""Level → what makes one trial of it."""
