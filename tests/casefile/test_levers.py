"""The section `levers`: read, shown, and every way to write it wrong, as whole texts."""

import pytest

from derbes.casefile import display, read_case
from tests.casefile.writing import SMALL, broken, told

LEVERS = SMALL.replace(
    "variants:\n",
    """\
  flood:
    kind: embargo
    hits: {actor: south}
    lengths: [12]
  ore_cut:
    kind: embargo
    sender: town2
    hits: {actor: north}
    lengths: [12]
  later:
    kind: embargo
    sender: north
    start: 2026-05
    hits: {actor: north}
    lengths: [12]
  both:
    kind: embargo
    sender: north
    hits: {actor: north}
    lengths: [12]
    together_with: [embargo]
levers:
  alum:
    sender: north
    measures: [embargo]
  oil:
    label: {en: Oil, ru: Нефть}
    sender: north
    missing: {en: Oil bought by month, ru: Закупки нефти по месяцам}
    look: https://comtradeplus.un.org (HS 2709)
variants:
""",
).replace("  south: {}\n", "  south: {}\n  town2: {}\n").replace(
    "hits: {actor: south}", "hits: {actor: north}"
)  # fmt: skip

LINES = {line.strip(): n for n, line in enumerate(LEVERS.splitlines(), 1)}


def test_levers_are_read_and_shown(tmp_path):
    (tmp_path / "case.yaml").write_text(LEVERS, encoding="utf-8")
    case = read_case(tmp_path)
    assert case.levers["alum"].measures == ("embargo",)
    assert (case.levers["oil"].lacks, case.levers["oil"].measures) == (
        {"en": "Oil bought by month", "ru": "Закупки нефти по месяцам"},
        (),
    )
    assert display(case, "levers.oil").splitlines() == [
        "levers.oil  Oil",
        "  sender: north",
        "  missing: Oil bought by month",
        "  look: https://comtradeplus.un.org (HS 2709)",
    ]


SLIPS = {
    "unknown": (
        "measures: [embargo]",
        "measures: [embarg]",
        """\
line {n}, levers.alum.measures.0: "embarg" is not a measure of this case
     {n} |     measures: [embarg]
        |                ^^^^^^
    fix: did you mean "embargo"?""",
    ),
    "neither": (
        "    measures: [embargo]\n",
        "",
        """\
line {above}, levers.alum: the lever has no measures, and does not say what is missing
     {above} |   alum:
        |   ^^^^
    fix: add "measures: [my_measure]", or "missing:" with what would be needed""",
    ),
    "other sender": (
        "measures: [embargo]",
        "measures: [embargo, ore_cut]",
        """\
line {n}, levers.alum.measures.1: the sender of "ore_cut" is town2, that of the lever north
     {n} |     measures: [embargo, ore_cut]
        |                         ^^^^^^^
    fix: name a measure of north, or make it a lever of its own""",
    ),
    "accident": (
        "measures: [embargo]",
        "measures: [embargo, flood]",
        """\
line {n}, levers.alum.measures.1: the sender of "flood" is no one (an accident), \
that of the lever north
     {n} |     measures: [embargo, flood]
        |                         ^^^^^
    fix: name a measure of north, or make it a lever of its own""",
    ),
    "twice": (
        "measures: [embargo]",
        "measures: [embargo, embargo]",
        """\
line {n}, levers.alum.measures.1: "embargo" is in the lever "alum" already; it would count twice
     {n} |     measures: [embargo, embargo]
        |                         ^^^^^^^
    fix: take it out of one of the two""",
    ),
    "twice by company": (
        "measures: [embargo]",
        "measures: [embargo, both]",
        """\
line {n}, levers.alum.measures.1: "embargo" is in the lever "alum" already; it would count twice
     {n} |     measures: [embargo, both]
        |                         ^^^^
    fix: take "both" out: it runs together with "embargo\"""",
    ),
    "other start": (
        "measures: [embargo]",
        "measures: [embargo, later]",
        """\
line {n}, levers.alum.measures.1: "later" is looked at from 2026-05, "embargo" from every month; \
levers of one sender are counted at once
     {n} |     measures: [embargo, later]
        |                         ^^^^^
    fix: name measures with the same start""",
    ),
    "look of a counted one": (
        "measures: [embargo]",
        "measures: [embargo]\n    look: A table",
        """\
line {below}, levers.alum.look: "look" says nothing for a lever that has measures: it is counted
     {below} |     look: A table
        |           ^^^^^^^
    fix: take it out, or write it into the note""",
    ),
    "missing of a counted one": (
        "measures: [embargo]",
        "measures: [embargo]\n    missing: Much",
        """\
line {below}, levers.alum.missing: "missing" says nothing for a lever that has measures: it is \
counted
     {below} |     missing: Much
        |              ^^^^
    fix: keep one of the two""",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_message(tmp_path, slip):
    old, new, message = SLIPS[slip]
    n = LINES["measures: [embargo]"]
    expected = message.format(n=n, above=n - 2, below=n + 1)
    assert told(tmp_path, broken(old, new, LEVERS)) == expected


def test_a_missing_lever_says_where_to_look(tmp_path):
    text = broken("    look: https://comtradeplus.un.org (HS 2709)\n", "", LEVERS)
    assert (
        told(tmp_path, text)
        .splitlines()[0]
        .endswith("levers.oil: the lever does not say where to look for what is missing")
    )


def test_the_target_pulls_no_lever(tmp_path):
    text = broken("    sender: north\n    missing", "    sender: town\n    missing", LEVERS)
    assert '"town" is the target of the case; the sender must be another' in told(tmp_path, text)


def test_one_measure_in_two_levers(tmp_path):
    text = broken(
        "    missing: {en: Oil bought by month, ru: Закупки нефти по месяцам}\n"
        "    look: https://comtradeplus.un.org (HS 2709)\n",
        "    measures: [embargo]\n",
        LEVERS,
    )
    assert '"embargo" is in the lever "alum" already; it would count twice' in told(tmp_path, text)
