"""What `check` says of a case that has no problems: whole notes."""

import numpy as np
import pytest

from derbes.case.quantity import Quantity
from derbes.casefile import read_case
from derbes.errors import Problem
from derbes.language import use_language
from tests.casefile.writing import LEDGER, SMALL, broken
from tests.pseudo import outside, wrapped_by

ROUTED = "    routes: [rail]\n"
SETTLED = "    lengths: [6, 12]\n", "    lengths: [6, 12]\n    in_transit: lost\n"
DEMAND = "demand: 100 t/month"
CALENDAR = "{first: 2026-01, periods: 36}"
MORE = "  ore_mine: {actor: town, good: ore, price: 1 USD/kg, capacity: 900 kg/month}\n"
SOUTH = "  south: {{actor: south, good: alum, price: {price}, capacity: 90}}\n"
SOUTH_2 = SOUTH.replace("south:", "south_2:")
MEASURES = SMALL[SMALL.index("measures:\n") : SMALL.index("variants:\n")]
SEASONS = ", ".join(
    f"{year}-{month:02d}: {amount}"
    for year in (2026, 2027, 2028)
    for month, amount in ((1, 100), (7, 20))
)


def _noted(folder, *slips, text=SMALL):
    for old, new in slips:
        text = broken(old, new, text)
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return "\n".join(
        str(Problem(note.where, note.what, note.line, fix=note.fix))
        for note in read_case(path).notes
    )


HAZARD = "hazards: {{cut: {{measure: embargo, rate: {rate}, length: 12}}}}\nfacts:\n"
NOTES = [
    ("nothing", [], ""),
    (
        "a constant in money whose rate changes",
        [
            ("rates: {KZT: 0.002}", "rates: {KZT: {2026-01: 0.002, 2027-01: 0.001}}"),
            ("shortage_cost: 1000 USD/t", "shortage_cost: 500000 KZT/t"),
        ],
        "line 21, uses.treatment.shortage_cost: its money counts at the rate of 2026-01 throughout"
        "\n    fix: write it in USD where that matters",
    ),
    (
        "on the way",
        [("    in_transit: lost\n", "")],
        "line 51, measures.embargo: what is on the way when it starts is taken as lost:"
        " north_alum\n"
        '    fix: write "in_transit: delivered" if it still comes, else "in_transit: lost"',
    ),
    (
        "days",
        [("lead_time: 1 month", "lead_time: 45 day")],
        "line 28, routes.rail.lead_time: 45 days count as 2 months:"
        " times are counted in whole periods\n"
        "    fix: write whole months where it matters",
    ),
    (
        "route and supplier together",
        [(ROUTED, ROUTED + "    lead_time: 2.5 month\n")],
        "line 36, suppliers.north_alum.lead_time: 3.5 months count as 4 months:"
        " times are counted in whole periods\n"
        "    fix: write whole months where it matters",
    ),
    (
        "a year's step",
        [
            (CALENDAR, "{first: 2026-01, periods: 3, step: year}"),
            ("lengths: [6, 12]", "lengths: [12]"),
            ("target: town", "target: town\nrefill_time: 12\nsender_horizon: 36"),
            ("lead_time: 1 month", "lead_time: 4 month"),
            ("  late:\n    set: {plants.works.delay: 24 month}\n", ""),
            ("opening: 2027-01", "opening: 2027-04"),
        ],
        "line 3, calendar.step: what is short for a part of a year is spread over all of it:"
        " the deepest shortfall and discounted money differ from those by month\n"
        '    fix: write "step: month" where that matters\n'
        "line 30, routes.rail.lead_time: 4 months count as 1 year = 12 months:"
        " times are counted in whole periods\n"
        "    fix: choose a shorter calendar.step\n"
        "line 42, plants.works.opening: 2027-04 counts as 2027-01,"
        " the first month of its period\n"
        "    fix: write 2027-01, or choose a shorter calendar.step",
    ),
    (
        "days of a series",
        [(DEMAND, "demand: {2026-01-01: 100, 2026-07-15: 100}")],
        "line 20, uses.treatment.demand.2026-07-15: 2026-07-15 counts as 2026-07,"
        " the first month of its period\n"
        "    fix: write 2026-07, or choose a shorter calendar.step",
    ),
    (
        "shelf life",
        [("half_life: 10 year", "shelf_life: 100 day")],
        "line 26, stockpiles.store.shelf_life: 100 days count as 3 months:"
        " times are counted in whole periods\n"
        "    fix: write whole months where it matters",
    ),
    (
        "shelf life of a stock, within a month",
        [("half_life: 10 year", "shelf_life: 20 day")],
        "line 26, stockpiles.store.shelf_life: 20 days count as 0 months:"
        " times are counted in whole periods\n"
        "    fix: write whole months where it matters",
    ),
    (
        "a season",
        [(DEMAND, f"demand: {{series: {{{SEASONS}}}, unit: t/month}}")],
        "line 20, uses.treatment.demand: behind 2028-12, the end of the calendar,"
        " it repeats its last year\n"
        '    fix: write "after: hold" beside the series for the other',
    ),
    (
        "a season that is held",
        [(DEMAND, f"demand: {{series: {{{SEASONS}}}, unit: t/month, after: hold}}")],
        "",
    ),
    (
        "a rise",
        [(DEMAND, "demand: {2026-01: 100, 2028-03: 120 t/month}")],
        "line 20, uses.treatment.demand: behind 2028-12, the end of the calendar,"
        " it keeps its last value, 120 t/month\n"
        '    fix: write "after: repeat" beside the series for the other',
    ),
    ("a rise long ago", [(DEMAND, "demand: {2026-01: 100, 2026-03: 120 t/month}")], ""),
    (
        "before the calendar",
        [(DEMAND, "demand: {2025-01: 90, 2025-07: 100}")],
        "line 20, uses.treatment.demand: the value of 2025-01 lies before the calendar"
        " and is not used\n"
        "    fix: take it out, or let the calendar begin earlier",
    ),
    (
        "worth less than its good",
        [("shortage_cost: 1000 USD/t", "shortage_cost: 4 USD/t")],
        "line 21, uses.treatment.shortage_cost: being short costs 4 USD/t, less than the good"
        " costs at the cheapest, 5 USD/t: whatever leaves this use short saves money\n"
        "    fix: see whether the cost of being short holds all that is lost",
    ),
    (
        "unlike units",
        [
            ("  ore: {unit: kg}\n", "  ore: {unit: kg}\n  light: {unit: MWh}\n"),
            ("uses:\n", "uses:\n  lamps: {good: light, demand: 5}\n"),
            ("stockpiles:\n", "stockpiles:\n  cells: {good: light, quantity: 9}\n"),
        ],
        "line 19, uses.lamps: uses of the essential tier are counted in MWh and t;"
        " without weights they count by months of their good's own use\n"
        "    fix: give each use of the tier a weight to say what one unit counts",
    ),
    (
        "units of one dimension",
        [("uses:\n", "uses:\n  polishing: {good: ore, demand: 1}\n")],
        "",
    ),
    (
        "a default in place of what is missing",
        [("    opening: 2027-01\n", "    opening: 2027-01\n    delay: missing\n")],
        "line 41, plants.works.delay: it is missing, and counts as if the key were not there\n"
        "    fix: give a value with a range, grade D and a why",
    ),
    (
        "a rate the wrong way round",
        [("rates: {KZT: 0.002}", "rates: {KZT: 500 USD}")],
        "line 6, currency.rates.KZT: by this rate 1 KZT is worth 500 USD,"
        " and no currency in use is worth as much\n"
        "    fix: write what 1 KZT is worth in USD; the other way round it is 0.002 USD",
    ),
    (
        "a rate the wrong way round, in money worth little",
        [
            ("base: USD\n  rates: {KZT: 0.002}", "base: KZT\n  rates: {USD: 0.002}"),
            ("shortage_cost: 1000 USD/t", "shortage_cost: 500000 KZT/t"),
        ],
        "line 6, currency.rates.USD: by this rate 1 KZT is worth 500 USD,"
        " and no currency in use is worth as much\n"
        "    fix: write what 1 USD is worth in KZT; the other way round it is 500 KZT",
    ),
    ("a rate of the dearest currency", [("rates: {KZT: 0.002}", "rates: {KWD: 3.3}")], ""),
    (
        "a rate that parts two prices by its square",
        [
            ("base: USD\n  rates: {KZT: 0.002}", "base: KZT\n  rates: {USD: 500, CNY: 0.014}"),
            (MORE, MORE + SOUTH.format(price="36 CNY/t") + SOUTH_2.format(price="37 CNY/t")),
        ],
        "line 6, currency.rates.CNY: by this rate 10 USD/t and 37 CNY/t"
        " (suppliers.south_2.price, line 38), prices of one good, are 9 700 times apart;"
        " the other way round they are nearly alike\n"
        "    fix: write what 1 CNY is worth in KZT; the other way round it is 71.43 KZT",
    ),
    (
        "the unit of a price",
        [(MORE, MORE + SOUTH.format(price="9 USD/kg"))],
        "line 37, suppliers.south.price: 9 USD/kg and 10 USD/t (suppliers.north_alum.price,"
        " line 33) are prices of one good, 900 times apart\n"
        "    fix: check the unit and the digits of both",
    ),
    ("prices that differ", [(MORE, MORE + SOUTH.format(price="900 USD/t"))], ""),
    (
        "a thousand in a series",
        [(DEMAND, "demand: {2026-01: 100, 2026-03: 100000, 2026-04: 110 t/month, 2026-05: 100}")],
        "line 20, uses.treatment.demand.2026-03: 100 000 t/month and the 100 t/month of 2026-05"
        " are 1 000 times apart\n"
        "    fix: check the unit and the digits of both",
    ),
    (
        "the unit of a range",
        [(DEMAND, "demand: {value: 100 t/month, range: [90, 110000]}")],
        "line 20, uses.treatment.demand.range: the range reaches to 110 000 t/month, 1 100 times"
        " the value 100 t/month\n"
        "    fix: check the unit and the digits of both",
    ),
    (
        "a range down to next to nothing",
        [(DEMAND, "demand: {value: 100 t/month, range: [0.1, 110]}")],
        "",
    ),
    (
        "a stock for ages",
        [("    quantity: 600 t\n", "    quantity: 600 kt\n")],
        "line 25, stockpiles.store.quantity: 600 kt would last 500 years at a demand of"
        " 100 t/month\n"
        "    fix: check the unit and the digits of both",
    ),
    (
        "a reserve for ages",
        [("    reserve: 600 t   #", "    reserve: 600 kt   #")],
        "line 15, goods.alum.reserve: 600 kt would last 500 years at a demand of 100 t/month\n"
        "    fix: check the unit and the digits of both",
    ),
    (
        "demand beside which all that comes is nothing",
        [
            (DEMAND, "demand: 100 kt/month"),
            ("    line: press\n    hours: 0.5 hour/t\n", "    capacity: 50 t/month\n"),
        ],
        "line 20, uses.treatment.demand: 100 000 t/month is 400 times all that sellers and"
        ' recipes of "alum" can deliver, 250 t/month\n'
        "    fix: check the unit and the digits of both",
    ),
    (
        "the unit of an input",
        [("inputs: {ore: 5 kg}", "inputs: {ore: 5 t}")],
        "line 44, recipes.alum_from_ore: made so it costs 5 000 USD/t, 500 times the 10 USD/t"
        " (suppliers.north_alum.price, line 33) at which it is sold\n"
        "    fix: check the unit and the digits of its cost and its inputs",
    ),
    ("an input that is dear", [("inputs: {ore: 5 kg}", "inputs: {ore: 900 kg}")], ""),
    (
        "per cent of a fraction",
        [("  north: {margin_share: 40 %}", "  north: {margin_share: 0.4 %}")],
        "line 10, actors.north.margin_share: 0.4 % is a share of 0.004\n"
        '    fix: for 0.4 write "40 %"',
    ),
    (
        "a rise by the hundred",
        [("    kind: embargo\n", "    kind: price_rise\n    by: 50\n")],
        "line 53, measures.embargo.by: 50 without a sign is 5 000 %\n"
        '    fix: for per cent write "50 %"',
    ),
    (
        "an event that is over within a period",
        [("facts:\n", HAZARD.format(rate="5 %/year").replace("12", "45 day"))],
        "line 62, hazards.cut.length: 45 days count as 1 month:"
        " times are counted in whole periods\n"
        "    fix: write whole months where it matters",
    ),
    (
        "an event of a whole number of periods",
        [("facts:\n", HAZARD.format(rate="5 %/year").replace("12", "1 year"))],
        "",
    ),
    (
        "a hazard that comes five times a year",
        [("facts:\n", HAZARD.format(rate="5"))],
        'line 62, hazards.cut.rate: 5 without a sign is 500 %\n    fix: for per cent write "5 %"',
    ),
    ("a hazard that comes each year", [("facts:\n", HAZARD.format(rate="1"))], ""),
    ("a hazard with its unit", [("facts:\n", HAZARD.format(rate="5/year"))], ""),
    ("a rise to six times", [("    kind: embargo\n", "    kind: price_rise\n    by: 500 %\n")], ""),
    (
        "a time as long as the calendar",
        [("lead_time: 1 month", "lead_time: 3 year"), ("[6, 12]", "[6, 36, 37]")],
        "line 28, routes.rail.lead_time: 36 months are no shorter than the whole calendar,"
        " 36 months\n"
        "    fix: check the unit, or make the calendar longer\n"
        "line 55, measures.embargo.lengths.2: 37 months are no shorter than the whole calendar,"
        " 36 months\n"
        "    fix: check the unit, or make the calendar longer",
    ),
    (
        "a price that is missing",
        [("  north: {margin_share: 40 %}", "  north: {margin_share: missing}")],
        "",
    ),
]


@pytest.mark.parametrize(
    ("slips", "notes"), [one[1:] for one in NOTES], ids=[one[0] for one in NOTES]
)
def test_note(tmp_path, slips, notes):
    assert _noted(tmp_path, *slips, text=broken(*SETTLED)) == notes


def test_a_case_without_measures_is_told_how_to_ask(tmp_path):
    assert _noted(tmp_path, (MEASURES, "")) == (
        "line 1, measures: the case has no measures, so nothing is asked of it but how long"
        " its stock lasts\n"
        '    fix: write "measures:" and below it what may happen, as in "embargo: {kind: embargo,'
        ' sender: north, hits: {actor: north}, lengths: [6, 12]}"'
    )


OF_CUES = [
    ("a slip", "верoятно", '"верoятно" is no cue that says how strong it is\n'
     '    fix: did you mean "вероятно"?'),
    ("a hyphen", "Вряд-ли", '"Вряд-ли" is no cue that says how strong it is\n'
     '    fix: did you mean "вряд ли"?'),
    ("something else", "честно говоря", ""),
    ("a word that is like one", "можно", ""),
    ("one of the table", "мүмкін", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cue", "said"), [one[1:] for one in OF_CUES], ids=[one[0] for one in OF_CUES]
)
def test_a_cue(tmp_path, cue, said):
    slips = SETTLED, ("cue: вероятно", f"cue: {cue}")
    assert _noted(tmp_path, *slips, text=LEDGER) == (
        said and f"line 85, statements.C01.cue: {said}"
    )


@pytest.mark.parametrize(
    ("cue", "fix"), [("хм", 'add "probability: 75 %"'), ("probbly", 'did you mean "probably"?')]
)
def test_a_prediction_is_scored_by_its_cue(tmp_path, cue, fix):
    slips = SETTLED, ("    probability: 90 %\n", f"    cue: {cue}\n")
    assert _noted(tmp_path, *slips, text=LEDGER) == (
        f'line 115, statements.P01.cue: "{cue}" is no cue that says how strong it is:'
        f" the prediction claims no probability, and gets no score\n    fix: {fix}"
    )
    slips = SETTLED, ("    probability: 90 %\n", f"    cue: {cue}\n    probability: 90 %\n")
    assert ("gets no score" in _noted(tmp_path, *slips, text=LEDGER)) is False


@pytest.mark.parametrize("slips", [slips for _name, slips, _text in NOTES])
def test_a_note_read_in_one_language_is_told_in_another(tmp_path, monkeypatch, slips):
    use_language("en")
    _noted(tmp_path, *slips, text=broken(*SETTLED))
    case = read_case(tmp_path / "case.yaml")
    wrapped_by(monkeypatch, "ru")
    for note in case.notes:
        assert [outside(str(note.what)), outside(str(note.fix))] == ["", ""]
        assert str(note.what).startswith("⟦")
    for variant in case.variants.values():
        for change in map(str, variant.changes):
            assert outside(change) == "" or ": " in outside(change)


def test_a_long_chain_of_recipes_is_priced_once(tmp_path, monkeypatch):
    """Each recipe adds its costs once; none of what nobody sells costs nothing."""
    n, asked = 60, []
    recipes = "".join(
        f"  r{at}: {{output: g{at}, inputs: {{g{at + 1}: {int(at != 5)} t/t}}, capacity: 9}}\n"
        for at in range(n)
    )
    slips = [
        ("goods:\n", "goods:\n" + "".join(f"  g{at}: {{unit: t}}\n" for at in range(n + 1))),
        ("recipes:\n", f"recipes:\n{recipes}"),
        ("stockpiles:\n", f"stockpiles:\n  held: {{good: g{n}, quantity: 9}}\n"),
    ]
    over = Quantity.over

    def watched(number, n_periods):
        asked.append(number.path)
        return over(number, n_periods)

    monkeypatch.setattr(Quantity, "over", watched)
    with np.errstate(all="raise"):
        _noted(tmp_path, *slips)
    told = [path for path in asked if path.startswith("recipes.r")]
    assert len(told) == len(set(told)) == n
