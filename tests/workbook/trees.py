"""Trees of case files at random, from the declared keys; and what two of them have in common."""

from random import Random

from derbes.case import forms
from derbes.case.entities import Case
from derbes.casefile.entries import SECTIONS, SHORT, Plain, keys_of
from derbes.workbook.spelling import apart, figures, split

WORDS = ("a", "value", "Склад, новый", "= 1 + 1", "@x", "010121", "7", "12.50", "true",
         "тонна: две", "line one\nline two", "ә ғ қ ң ө", "[x", "{y", "it's \"so\"", "#N/A", "-",
         "missing")  # fmt: skip
UNITS = ("", "t", "%", "t/month", "million USD", "тонна", "round/tube/year")
SHAPE: Plain = {"kind": "discrete", "values": ["1", "2"]}
MONTHS = ("2026-01", "2027-07", "2030-12")


def tree(rng: Random, keys: float = 0.5) -> dict[str, Plain]:
    """A tree with some of all keys; it need not make sense as a case."""
    found = _mapping(rng, Case, keys)
    for section, model in SECTIONS.items():
        if rng.random() < keys:
            ids = rng.sample(["one", "Two_2", "three", "north_rail"], rng.randint(1, 3))
            elements = {name: _mapping(rng, model, keys) for name in ids}
            found[section] = elements
    found.pop("include", None)
    return found | {"derbes": "1"}


def _mapping(rng: Random, model: type, keys: float) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for key in keys_of(model).values():
        if rng.random() < (1.0 if key.is_needed else keys):
            found[key.key] = _value(rng, key.form)
    return found


def _value(rng: Random, form: forms.Form) -> Plain:  # noqa: C901, PLR0911 - one for each form
    match form:
        case forms.TextForm():
            return _text(rng, form)
        case forms.WordForm():
            return rng.choice(form.words)
        case forms.WholeForm():
            return str(rng.randint(form.least, min(form.most, form.least + 99)))
        case forms.FlagForm():
            return rng.choice(("true", "false"))
        case forms.ShareForm():
            return rng.choice(("0.25", "30 %", "1", "0"))
        case forms.LabelForm():
            if rng.random() < 0.3:
                return rng.choice(WORDS)
            languages = rng.sample(["en", "ru", "kk", "de"], rng.randint(1, 3))
            return {one: rng.choice(WORDS) for one in languages}
        case forms.InUnit():
            return number(rng)
        case forms.PartForm(of=forms.WrittenOpening):
            return _opening(rng)
        case forms.PartForm():
            return _part(rng, form.of)
        case forms.ListForm():
            items = [_value(rng, form.item) for _one in range(rng.randint(1, 3))]
            return items[0] if form.alone and len(items) == 1 and rng.random() < 0.5 else items
        case forms.MapForm():
            return _map(rng, form)
    return rng.choice((number(rng), rng.choice(WORDS), ["a", "b"]))


def _map(rng: Random, form: forms.MapForm) -> Plain:
    names = ["alum", "ore_1", "steel_2"][: rng.randint(1, 3)]
    match form.item:
        case forms.MapForm():
            return {name: {one: _element(rng) for one in ("new_1", "new_2")} for name in names}
        case forms.AnyForm():
            names[0] = "uses.water.demand"
    if form.key is forms.YEAR:
        names = ["2026", "2027"]
    if form.as_list and rng.random() < 0.5:
        return list(names)
    return {name: _value(rng, form.item) for name in names}


def _element(rng: Random) -> Plain:
    return {
        key: _value(rng, forms.AnyForm()) for key in ("good", "price", "tags")[: rng.randint(0, 3)]
    }


def _part(rng: Random, model: type) -> Plain:
    short, _is_list = SHORT.get(model, ("", False))
    whole = _mapping(rng, model, 0.6)
    if short and rng.random() < 0.5:
        return _value(rng, keys_of(model)[short].form)
    key = short or next(iter(keys_of(model)))
    return whole or {key: _value(rng, keys_of(model)[key].form)}


def _text(rng: Random, form: forms.TextForm) -> str:
    if form.pattern in {forms.MONTH_PATTERN, forms.DAY_PATTERN, forms.DATE_PATTERN}:
        return rng.choice(MONTHS)
    if form.pattern == forms.YEAR_PATTERN:
        return "2026"
    if form is forms.NUMBER:
        return rng.choice(("1", "0.5", "20 t", "12 month"))
    if form is forms.MONTHS:
        return rng.choice(("12", "6 month"))
    if form.sections or form.pattern:
        return rng.choice(("one", "Two_2"))
    return rng.choice(WORDS)


def number(rng: Random) -> Plain:
    """A number in one of its spellings."""
    unit = rng.choice(UNITS)
    kind = rng.randint(0, 6)
    if kind == 0:
        return _amount(rng, unit)
    if kind == 1:
        return rng.choice(("missing", "= tubes * 60 round/tube/year", "=a+b"))
    if kind == 2:
        return {month: _amount(rng, unit) for month in MONTHS[: rng.randint(1, 3)]}
    whole: dict[str, Plain] = {"value": _amount(rng, unit)}
    if kind == 3:
        months = {month: _amount(rng, "") for month in MONTHS}
        whole = {"series": dict(months), "unit": unit or "t"}
        if rng.random() < 0.5:
            whole["series"] = {**months, MONTHS[1]: {"value": "4", "range": ["3", "5"]}}
        whole["after"] = rng.choice(("repeat", "hold"))
    elif rng.random() < 0.7:
        whole["range"] = [_amount(rng, rng.choice((unit, unit, "kg"))) for _end in range(2)]
    told = {"grade": "D", "source": "one", "why": rng.choice(WORDS),
            "distribution": rng.choice(("pert", SHAPE))}  # fmt: skip
    whole |= {key: one for key, one in told.items() if rng.random() < 0.4}
    if rng.random() < 0.2:
        whole["label"] = rng.choice(("A name", {"en": "A", "ru": "Б"}))
    return whole


def _amount(rng: Random, unit: str) -> str:
    number_ = rng.choice((0.0, 1.0, 0.1, 1234.5, 2e-7, 1e12, rng.uniform(0, 1000), -3.25))
    return f"{figures(number_)} {unit}".strip()


def _opening(rng: Random) -> Plain:
    if rng.random() < 0.4:
        return rng.choice(MONTHS)
    found: dict[str, Plain] = {"value": MONTHS[1], "grade": "B"}
    if rng.random() < 0.5:
        return found | {"range": [MONTHS[0], MONTHS[2]]}
    return found | {"distribution": {"reference": "one"}, "why": "as like ones"}


SHORT_FOR = {"size": "steps", "dates": "months"}
ALONE = {"uses", "hits"}
"""Keys whose only item may stand without its list."""


def meant(plain: Plain, name: str = "") -> object:
    """What a tree says, without the ways in which it can be spelled."""
    if name in SHORT_FOR and plain is not None and not isinstance(plain, dict):
        plain = {SHORT_FOR[name]: [plain] if isinstance(plain, str) else plain}
    if name == "options" and isinstance(plain, list):
        plain = dict.fromkeys(plain, "1")
    if name in ALONE and isinstance(plain, list) and len(plain) == 1:
        plain = plain[0]
    if isinstance(plain, dict):
        entries, style = apart(plain)
        is_number = style in {"dates", "held"} or bool({"value", "series"} & entries.keys())
        if is_number and not name.endswith("by_year"):
            return _number(entries)
        return {key: meant(one, key) for key, one in plain.items() if one is not None}
    if isinstance(plain, list):
        return tuple(meant(one) for one in plain)
    found = split(plain) if isinstance(plain, str) else None
    return (found[0], found[1]) if found else plain.strip() if isinstance(plain, str) else plain


def _number(entries: dict[str, Plain]) -> object:
    """A number with its unit in one place, by whatever key it is told."""
    unit = entries.get("unit")

    def told(plain: Plain) -> object:
        if isinstance(plain, dict):
            return {key: told(one) for key, one in plain.items()}
        found = meant(plain)
        return (found[0], unit) if isinstance(found, tuple) and found[1] == "" and unit else found

    left = {key: told(one) if key in {"value", "series"} else meant(one)
            for key, one in entries.items() if key not in {"unit", "range"}}  # fmt: skip
    ends = entries.get("range")
    if isinstance(ends, list):
        left["range"] = tuple(told(one) for one in ends)
    return left["value"] if left.keys() == {"value"} else left
