"""A small whole case, a larger one, and ways to break them."""

from pathlib import Path

from derbes.casefile.reader import Examine, read_files
from derbes.errors import Problem

SMALL = """\
derbes: 1
name: Small (invented)
calendar: {first: 2026-01, periods: 36}
currency:
  base: USD
  rates: {KZT: 0.002}
target: town
actors:
  town: {tags: [home]}
  north: {margin_share: 40 %}
  south: {}
goods:
  alum:
    unit: t
    reserve: 600 t   # as the rule says
  ore: {unit: kg}
uses:
  treatment:
    good: alum
    demand: 100 t/month
    shortage_cost: 1000 USD/t
stockpiles:
  store:
    good: alum
    quantity: 600 t
    half_life: 10 year
routes:
  rail: {via: [south], lead_time: 1 month}
suppliers:
  north_alum:
    actor: north
    good: alum
    price: 10 USD/t
    capacity: 200 t/month
    routes: [rail]
  ore_mine: {actor: town, good: ore, price: 1 USD/kg, capacity: 900 kg/month}
plants:
  works:
    actor: town
    opening: 2027-01
    lines: {press: 600 hour/month}
  mill: {actor: town, opening: 2025-06, lines: {roller: 500}}
recipes:
  alum_from_ore:
    output: alum
    inputs: {ore: 5 kg}
    plant: works
    line: press
    hours: 0.5 hour/t
measures:
  embargo:
    kind: embargo
    sender: north
    hits: {actor: north}
    lengths: [6, 12]
variants:
  no_works:
    remove: [plants.works, recipes.alum_from_ore]
  late:
    set: {plants.works.delay: 24 month}
facts:
  tonnage: {says: A town of this size uses a hundred tonnes., document: census}
documents:
  census: {title: Census, date: 2025}
"""
"""Holds every section but exports, and is free of problems."""


_EXAMPLES = Path(__file__).parent / "examples"

PLANNED = (_EXAMPLES / "planned.yaml").read_text(encoding="utf-8")
"""The small case with everything that a plan and draws can have, free of problems."""

LEDGER = (_EXAMPLES / "ledger.yaml").read_text(encoding="utf-8")
"""The small case with everything that a ledger can have, free of problems."""
BOTH = PLANNED + LEDGER[LEDGER.index("statements:\n") :].replace("column", "census").replace(
    "by: paper", "by: town"
)
"""The case with a plan and a ledger."""


def check_case(path: Path, examine: Examine | None = None) -> tuple[Problem, ...]:
    """Every problem of a case file, in file order."""
    return read_files(path, examine).problems


def broken(old: str, new: str, text: str = SMALL) -> str:
    """The case with one piece replaced."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def told(folder: Path, text: str) -> str:
    """All problems of a case, as the user reads them."""
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    return "\n".join(str(problem) for problem in check_case(path))
