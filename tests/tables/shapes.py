"""Cases and tables, invented, in the shapes in which people have them."""

from pathlib import Path

from derbes import api

CASE = """\
# A town and its alum; invented.
derbes: 1
name: Town (invented)
calendar: {first: 2026-01, periods: 24}
currency: {base: USD, rates: {EUR: 1.1}}
target: town
actors:
  town: {label: {en: The town, ru: Город}}
  north: {margin_share: 40 %, label: {en: Northland, ru: Нортландия}}
  south: {}
goods:
  alum: {unit: t, label: {en: Alum, ru: Коагулянт, kk: Коагулянт}}
  chlorine: {unit: t, label: {en: Chlorine, ru: Хлор}}
  clay: {unit: t}
uses:
  treatment:
    good: alum
    demand: 100 t/month   # a guess
  disinfection: {good: chlorine, demand: 10 t/month}
stockpiles:
  alum_store:
    good: alum
    quantity:
      value: 600 t
      range: [500, 700]
      why: what the keeper said   # on the phone
  chlorine_store: {good: chlorine, quantity: 90 t}
suppliers:
  north_alum: {actor: north, good: alum, price: 300 USD/t, capacity: 240 t/month}
  south_chlorine: {actor: south, good: chlorine, price: 700 USD/t, capacity: 12 t/month}
  quarry: {actor: town, good: clay, price: 30 USD/t, capacity: 300 t/month}
recipes:
  alum_from_clay: {output: alum, inputs: {clay: 2 t}, capacity: 5 t/month}
# the end
"""


def case_in(folder: Path, text: str = CASE) -> Path:
    """The case in a folder."""
    path = folder / "town.yaml"
    path.write_bytes(text.encode())
    return path


def csv_in(folder: Path, text: str, name: str = "table.csv") -> Path:
    """A CSV in a folder."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def changes_of(table: Path, case: Path, **options) -> dict[str, tuple[str, str]]:
    """Path → number before and after, of an import that is taken."""
    found = api.import_table(table, case, **options)
    assert found.written == bool(found.changes)
    return {one.path: (one.old, one.new) for one in found.changes}


def looked_at(table: Path, case: Path, **options):
    """What an import would change; nothing is written."""
    return api.import_table(table, case, take=lambda _found: False, **options)
