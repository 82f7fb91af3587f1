"""What surrounds a case: command lines, files that were kept, and the machine."""

import html
import io
import itertools
import json
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import click

from derbes.cli.commands import derbes
from tests.fuzz.cases import CASE
from tests.fuzz.trials import Trial, text_of
from tests.fuzz.writing import DATES, NUMBERS, SIGNS, TEXTS, WORDS

_WITH_LEDGER = (
    TEXTS["small"]
    + "statements:\n"
    + "".join(
        f"  C0{i}: {{by: town, at: census, modality: fact, says: x, holds_if: '{one}'}}\n"
        for i, one in enumerate(("1 < 2", "stock(alum, 2026-01) > 0", "survives(north, 2026-02)"))
    )
)
_FILES = {
    CASE: _WITH_LEDGER,
    "plan.yaml": TEXTS["waterworks"],
    "broken.yaml": "derbes: 1\nname: Broken\n",
    "empty.yaml": "",
    "kept.txt": "kept\n",
}
_PLACES = {
    "folder": "folder",
    "pipe": "fifo",
    "linked.yaml": CASE,
    "linked.txt": "kept.txt",
    "loop": "loop",
    "nowhere": "missing/x",
    "null": "/dev/null",
    "full": "/dev/full",
    "zero": "/dev/zero",
}
_NAMES = (*_FILES, *_PLACES, "new.txt", "new/x.json", "new.json", "-", "", ".", "..", "a\nb")
"""Names of files; a pipe that nobody writes to and endless devices are among them."""
_TARGETS = tuple(name for name in _NAMES if name != "pipe")
"""What may be written to: a pipe waits for its reader, as it should."""
_COUNTS = ("1", "2", "3", "0", "-1", "1.5", "x", "", "1e3", "nan", "99999999999999999999", "٢")
_SHORT = {
    "stress": {"--draws": "2", "--solved": "1", "--start": "2026-01", "--length": "6"},
    "brief": {"--draws": "0", "--start": "2026-01", "--length": "6"},
    "statements": {"--draws": "2", "--flips": "0"},
    "plan": {"--time-limit": "3", "--no-more": ""},
    "cover": {"--start": "2026-01"},
    "leverage": {"--start": "2026-01", "--length": "6"},
}
"""Options without which a verb takes long."""
_BY_NAME = {
    "--start": (*DATES, "2026-01", "2026-04", "month"),
    "--length": (*_COUNTS, "6", "12", "1200", "1201"),
    "--budget": (*NUMBERS, "900 million USD", "0 USD", "1 EUR"),
    "--gap": ("0", "1", "0.5", "-1", "nan", "inf", "1e-300", "x"),
    "--time-limit": ("0", "0.001", "1", "-1", "nan", "x"),
    "--as-of": DATES,
    "--executor": ("local", "1", "2", "0", "-1", "dask://x", "dask://127.0.0.1:1", "x", ""),
    "--workers": ("1", "2", "0", "-1", "x", ""),
    "--url": ("http://x.y/z", "javascript:alert(1)", "x", "", *SIGNS),
    "--lang": ("en", "ru", "kk", "xx", ""),
}
_WRITTEN = ("--out", "--checkpoint", "--store", "--record", "--resume", "--tables")


@cache
def _options(verb: str) -> tuple[click.Option, ...]:
    return tuple(one for one in derbes.commands[verb].params if isinstance(one, click.Option))


def _value_of(rng: Random, option: click.Option, name: str) -> str:
    if name in _WRITTEN:
        return rng.choice(_NAMES if name == "--resume" else _TARGETS)
    if name in _BY_NAME and rng.random() < 0.9:
        return rng.choice(_BY_NAME[name])
    if isinstance(option.type, click.Choice) and rng.random() < 0.8:
        return str(rng.choice(list(option.type.choices)))
    if isinstance(option.type, click.types.IntParamType | click.types.FloatParamType):
        return rng.choice(_COUNTS)
    return rng.choice((*WORDS, *WORDS, *SIGNS, "town", "embargo", "fails", "gap", "signaling"))


def command_line(rng: Random) -> tuple[str, ...]:
    """A verb with a case, options and values: known ones as a rule."""
    verbs = list(derbes.commands)
    verb = rng.choices(verbs, [1 if one == "brief" else 4 for one in verbs])[0]
    words = [verb]
    if rng.random() < 0.95:
        case = (CASE, CASE, CASE, "plan.yaml", "plan.yaml", "linked.yaml", rng.choice(_NAMES))
        words.append(rng.choice(case))
    if verb == "show" and rng.random() < 0.6:
        words.append(rng.choice((*WORDS, *SIGNS, "suppliers.north_alum", "goods.alum.reserve")))
    given = set()
    for option in rng.choices(_options(verb), k=rng.choice((0, 1, 1, 2, 3))):
        name = rng.choice([*option.opts, *option.secondary_opts])
        given.update(option.opts)
        words += [name] if option.is_flag else [name, _value_of(rng, option, name)]
    for name, short in _SHORT.get(verb, {}).items():
        if name not in given:
            words += [name, short] if short else [name]
    if "--workers" not in given and any("--workers" in one.opts for one in _options(verb)):
        words += ["--workers", "1"]
    if rng.random() < 0.02:
        words.append(rng.choice(_options(verb)).opts[0])
    if rng.random() < 0.06:
        words.insert(
            rng.randrange(len(words) + 1), rng.choice(("--nope", "--help", "x", "-", "--", "-h"))
        )
    if rng.random() < 0.02:
        words = [rng.choice((*SIGNS, "--version", "--help", "chek", "-1"))]
    return tuple(_IN_NO_WORD.sub("\udcff", word.replace("\0", "")) for word in words)


_IN_NO_WORD = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of signs that no system hands over; a byte that is no UTF-8 takes their place."""


def commands(rng: Random, _folder: str) -> Trial:
    """One or two command lines among files, folders, links and devices."""
    steps = tuple(command_line(rng) for _turn in range(rng.choice((1, 1, 1, 2))))
    kept = tuple(
        word for words in steps for name, word in itertools.pairwise(words) if name in _WRITTEN
    )
    return Trial("commands", steps, _FILES, _PLACES, kept=kept)


# Files that a run has kept.

_PLAN = ("plan", "plan.yaml", "--no-more", "--no-frontier", "--workers", "1", "--time-limit", "5")
_STRESS = ("stress", CASE, "--solved", "1", "--start", "2026-01", "--length", "6", "--workers", "1")
_SAY = ("statements", CASE, "--draws", "2", "--flips", "0", "--workers", "1", "--record", "kept")
KEEPING = {
    "checkpoint": ((*_PLAN, "--checkpoint", "kept"), (*_PLAN, "--resume", "kept")),
    "store": (
        (*_STRESS, "--draws", "2", "--store", "kept.parquet"),
        (*_STRESS, "--draws", "4", "--store", "kept.parquet", "--resume"),
    ),
    "record": (_SAY, _SAY),
    "book": (
        ("excel", CASE, "--out", "kept.xlsx"),
        ("import-excel", "kept.xlsx", "--case", CASE, "--lang", "ru"),
    ),
}
"""What is kept → the run that keeps it, and the one that goes on."""
_KEPT = {"checkpoint": "kept", "store": "kept.parquet", "record": "kept", "book": "kept.xlsx"}


@cache
def kept_before(folder: str, what: str) -> bytes:
    """What a whole run keeps."""
    from tests.fuzz.performing import perform  # noqa: PLC0415

    place = Path(folder) / f"made_{what}"
    perform(Trial("files", (KEEPING[what][0],), _FILES), place)
    return (place / _KEPT[what]).read_bytes()


def _damaged(rng: Random, content: bytes) -> bytes:  # noqa: PLR0911 - a line for each kind
    kind = rng.randrange(9)
    if kind == 0:
        return b""
    if kind == 1:
        return content[: rng.randrange(len(content))]
    if kind == 2:
        return bytes(rng.randrange(256) for _turn in range(rng.randrange(400)))
    if kind == 3:
        return content + rng.choice((b"\n", b"\0", b"{}", content))
    if kind < 6:
        flipped = bytearray(content)
        for _turn in range(rng.choice((1, 2, 9))):
            flipped[rng.randrange(len(flipped))] = rng.randrange(256)
        return bytes(flipped)
    if kind == 6:
        return rng.choice((b"[]", b"{}", b"null", b"1", b'"x"', b"PAR1PAR1", b"PAR1", b"\xff\xfe"))
    return _other_json(rng, content)


def _damaged_inside(rng: Random, content: bytes) -> bytes:
    """A workbook of which one part, or more, is no longer what it was."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _turn in range(rng.choice((1, 1, 2, 4))):
        name = rng.choice(list(parts))
        kind, part = rng.randrange(7), parts[name]
        if kind == 0:
            parts.pop(name)
        elif kind == 1 and part:
            parts[name] = _damaged(rng, part)
        elif kind == 2:
            parts[name] = parts[rng.choice(list(parts))]
        else:  # a value or a name in it is another
            found = list(re.finditer(rb">([^<>]+)<|\"([^\"]*)\"", part))
            if found:
                one = rng.choice(found)
                group = 1 if one[1] is not None else 2
                other = rng.choice((*NUMBERS, *WORDS, *SIGNS, "", "-1", "1e308", "A1", "#N/A"))
                begin, end = one.span(group)
                new = text_of(html.escape(other).encode("utf-8", "replace")).encode()
                parts[name] = part[:begin] + new + part[end:]
        if not parts:
            break
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return made.getvalue()


def _other_json(rng: Random, content: bytes) -> bytes:
    """A JSON text in which one value is another, or the content with one digit changed."""
    try:
        found = json.loads(content.decode().splitlines()[0])
    except (ValueError, IndexError):
        places = [i for i, byte in enumerate(content) if 48 <= byte <= 57]
        place = rng.choice(places)
        return content[:place] + str(rng.randrange(10)).encode() + content[place + 1 :]
    above = found
    while isinstance(above, dict | list) and above:
        step = rng.choice(list(above) if isinstance(above, dict) else range(len(above)))
        if not isinstance(above[step], dict | list) or not above[step] or rng.random() < 0.3:
            above[step] = rng.choice((None, [], {}, -1, 1e308, "x", "", True, 2**70, [[1]], "NaN"))
            break
        above = above[step]
    return json.dumps(found).encode()


def files(rng: Random, folder: str) -> Trial:
    """A run that goes on with what was kept: damaged, of another case, or no file at all."""
    what = rng.choice(list(KEEPING))
    first, then = KEEPING[what]
    name = _KEPT[what]
    held, places, steps = dict(_FILES), {}, (then,)
    kind = rng.randrange(12)
    if kind == 0:
        places[name] = rng.choice(
            ("folder", "fifo", "/dev/null", "/dev/full", "/dev/zero", name, CASE)
        )
    elif kind == 1:
        steps = (first, (*then[:1], rng.choice((CASE, "plan.yaml", "broken.yaml")), *then[2:]))
    elif kind == 2:
        steps = (first, (*then, *rng.choice((("--seed", "5"), ("--draws", "3"), ("--gap", "0.5")))))
    elif kind == 3:
        other = rng.choice(list(KEEPING))
        held[name] = text_of(kept_before(folder, other))
    else:
        content = kept_before(folder, what)
        is_inside = what == "book" and rng.random() < 0.8
        held[name] = text_of(_damaged_inside(rng, content) if is_inside else _damaged(rng, content))
        if what == "book" and rng.random() < 0.3:
            steps = (("import", name, "--case", CASE, "--lang", "kk"),)
    return Trial("files", steps, held, places, kept=(name,))


# The machine.

_VARIABLES: dict[str, tuple[str | None, ...]] = {
    "LC_ALL": ("C", "POSIX", "tr_TR.UTF-8", "xx", "", None),
    "LANG": ("C", "ru_RU.KOI8-R", None),
    "PYTHONIOENCODING": ("ascii", "utf-16", "latin-1", "utf-8:strict"),
    "PYTHONUTF8": ("0", "1"),
    "PYTHONHASHSEED": ("0", "1", "4294967295"),
    "PYTHONUNBUFFERED": ("1",),
    "PYTHONWARNINGS": ("error", "always", "xx"),
    "PYTHONOPTIMIZE": ("2",),
    "HOME": (None, "", "/nowhere", "/dev/null"),
    "TMPDIR": ("/nowhere", "/dev/null", "", "folder"),
    "NUMBA_DISABLE_JIT": ("0",),
    "NUMBA_NUM_THREADS": ("1",),
    "OMP_NUM_THREADS": ("1", "99999", "x"),
    "TZ": ("Asia/Almaty", "xx", "", "UTC+25"),
    "TERM": ("dumb", "", None, "xx"),
    "COLUMNS": ("1", "0", "-1", "x", "100000"),
    "LINES": ("0", "x"),
    "NO_COLOR": ("1",),
    "FORCE_COLOR": ("1",),
    "LANGUAGE": ("ru", "xx"),
    "USER": (None,),
    "PATH": ("", None),
    "CLICOLOR_FORCE": ("1",),
    "_DERBES_COMPLETE": ("bash_source", "x"),
}
_COVER = ("cover", CASE, "--start", "2026-01", "--workers", "1", "--json")
_RUNS = (
    ("check", CASE),
    ("check", CASE, "--json"),
    ("check", "broken.yaml"),
    ("show", CASE),
    ("schema", "--out", "new.json"),
    _COVER,
    ("cover", CASE, "--start", "2026-01", "--workers", "2"),
    ("leverage", CASE, "--start", "2026-01", "--length", "6", "--workers", "1"),
    ("plan", CASE, "--no-more", "--no-frontier", "--workers", "1"),
    ("statements", CASE, "--draws", "1", "--flips", "0", "--workers", "1", "--out", "new.txt"),
    ("--help",),
    ("stress", "--help"),
)


def environment(rng: Random, _folder: str) -> Trial:
    """A program of its own with odd variables, little memory, small files, closed descriptors."""
    names = rng.sample(list(_VARIABLES), rng.choice((1, 1, 2, 3)))
    limits = {}
    kind = rng.randrange(8)
    if kind == 0:
        limits["memory"] = rng.choice((300, 600, 1000, 1500, 2500)) * 1_000_000
    elif kind == 1:
        limits["size"] = rng.choice((0, 1, 100, 4096, 10_000))
    elif kind == 2:
        limits["closed"] = rng.choice((0, 1, 2, 12))
    if rng.random() < 0.06:
        kept, variables = (
            {"cache": f"compiled {rng.randrange(10**6)}"},
            {"NUMBA_CACHE_DIR": "cache"},
        )
        return Trial("environment", (_COVER,), _FILES, kept, variables, longest=90.0)
    variables = {name: rng.choice(_VARIABLES[name]) for name in names}
    longest = 90.0 if "PYTHONOPTIMIZE" in variables else 10.0  # its loops are compiled anew
    words, kept = (rng.choice(_RUNS),), {"folder": "folder"}
    return Trial("environment", words, _FILES, kept, variables, limits, longest=longest)


SURROUNDINGS: dict[str, Callable[[Random, str], Trial]] = {
    "commands": commands,
    "files": files,
    "environment": environment,
}
"""Level → what makes one trial of it."""
