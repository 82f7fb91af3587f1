"""The price that a seller and a buyer agree on, written as formulas of a case (Hinchey 2018).

p = b v + (1 - b) c with v = r L + (1 - r) V: b power of the seller, c its cost, L what an
alternative costs, V worth of what is not served, r part that can be replaced.
"""

from pathlib import Path

import pytest

from derbes import api

ASSUMPTIONS = """
assumptions:
  power: {value: 0.7, range: [0.5, 0.9], grade: D, why: a guess}
  replaceable: {value: REPLACEABLE, grade: D, why: from none to all}
  cost: {value: 150 USD/t, grade: D, why: a guess}
  unserved: {value: 600 USD/t, grade: D, why: a guess}
  other: {value: 380 USD/t, grade: D, why: a guess}
  bargained: = cost + power * (unserved - replaceable * (unserved - other) - cost)
statements:
  slope:
    {says: so, by: town, modality: fact, holds_if: "bargained == PRICE USD/t"}
  seller:
    {says: so, by: town, modality: fact, holds_if: "price(northland_alum, 2026-01) == bargained"}
"""


@pytest.mark.parametrize(
    ("replaceable", "price"), [(0, 465.0), (0.25, 426.5), (0.5, 388.0), (0.75, 349.5), (1, 311.0)]
)
def test_a_bargained_price_is_a_formula_of_the_case(
    replaceable: float, price: float, tmp_path: Path
) -> None:
    text = Path("cases/waterworks.yaml").read_text(encoding="utf-8")
    text = text.replace("good: alum, price: 300 USD/t", "good: alum, price: = bargained")
    more = ASSUMPTIONS.replace("REPLACEABLE", str(replaceable)).replace("PRICE", str(price))
    path = tmp_path / "case.yaml"
    path.write_text(text + "\n" + more, encoding="utf-8")
    assert api.check(path) == ()
    case = api.read_case(path)
    told = {number.path: number for number in api.inputs(case)}
    seller = told["suppliers.northland_alum.price"]
    assert seller.value == pytest.approx(price)
    span = [b * (replaceable * 380 + (1 - replaceable) * 600) + (1 - b) * 150 for b in (0.5, 0.9)]
    assert (seller.low, seller.high) == pytest.approx(tuple(span))
    verdicts = {row.id: row.verdict for row in api.statements(case, draws=1).statements}
    assert verdicts["slope"] == "holds"
    assert verdicts["seller"] == "holds"
