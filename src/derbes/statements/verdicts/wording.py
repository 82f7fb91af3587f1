"""What words imply: probabilities and strengths of cues, by language.

A convention, not a measurement: surveys of how readers take such words put the middle of
"likely" near three quarters and of "almost certain" near 0.95 (Kent 1964, and the scale of
ICD 203). It is written here in one place, shown with every prediction, and a statement can
overrule it with `probability`.
"""

from collections.abc import Iterator, Mapping

CERTAIN, LIKELY, EVEN, POSSIBLE, DOUBTFUL, IMPOSSIBLE = 0.95, 0.75, 0.5, 0.4, 0.1, 0.02
PLAIN_FUTURE = 0.95
"""A prediction without a cue: what is said flatly is said as certain."""

CUES: Mapping[str, Mapping[str, float]] = {
    "ru": {
        "неизбежно": CERTAIN,
        "неизбежен": CERTAIN,
        "можно не сомневаться": CERTAIN,
        "всё равно": CERTAIN,
        "все равно": CERTAIN,
        "автоматически": CERTAIN,
        "обязательно": CERTAIN,
        "несомненно": CERTAIN,
        "точно": CERTAIN,
        "вовсе": CERTAIN,
        "полностью": CERTAIN,
        "никаких": CERTAIN,
        "очевидно": LIKELY,
        "ожидается": LIKELY,
        "скорее всего": LIKELY,
        "вероятно": LIKELY,
        "видимо": LIKELY,
        "по сути": LIKELY,
        "может быть": POSSIBLE,
        "возможно": POSSIBLE,
        "возможность": POSSIBLE,
        "потенциальный": POSSIBLE,
        "может и": POSSIBLE,
        "вряд ли": DOUBTFUL,
        "маловероятно": DOUBTFUL,
        "невозможно": IMPOSSIBLE,
        "невозможное": IMPOSSIBLE,
    },
    "kk": {
        "сөзсіз": CERTAIN,
        "міндетті түрде": CERTAIN,
        "бәрібір": CERTAIN,
        "күмәнсіз": CERTAIN,
        "күтілуде": LIKELY,
        "ықтимал": LIKELY,
        "шамасы": LIKELY,
        "мүмкін": POSSIBLE,
        "мүмкіндік": POSSIBLE,
        "екіталай": DOUBTFUL,
        "мүмкін емес": IMPOSSIBLE,
    },
    "en": {
        "inevitably": CERTAIN,
        "certainly": CERTAIN,
        "without doubt": CERTAIN,
        "automatically": CERTAIN,
        "in any case": CERTAIN,
        "expected": LIKELY,
        "probably": LIKELY,
        "likely": LIKELY,
        "apparently": LIKELY,
        "may": POSSIBLE,
        "might": POSSIBLE,
        "possibly": POSSIBLE,
        "possibility": POSSIBLE,
        "hardly": DOUBTFUL,
        "unlikely": DOUBTFUL,
        "impossible": IMPOSSIBLE,
    },
}
"""Language → cue → probability that it gives to what it qualifies."""

EXCLUSIVE: Mapping[str, tuple[str, ...]] = {
    "ru": ("только", "лишь", "исключительно"),
    "kk": ("тек", "ғана", "тек қана"),
    "en": ("only", "solely", "exclusively", "nothing but"),
}
"""Words that leave nothing beside what they qualify."""


APPROXIMATE = ("около", "примерно", "приблизительно", "about", "around", "some", "шамамен")
"""Words behind which "only" means little, not alone."""


def cue_probability(cue: str) -> float | None:
    """What a cue implies; None where the table does not have it.

    Examples:
        >>> cue_probability("Вряд ли"), cue_probability("ожидается"), cue_probability("хм")
        (0.1, 0.75, None)
    """
    word = " ".join(cue.casefold().split()).strip(".,;:!«»\"'")
    for table in CUES.values():
        if word in table:
            return table[word]
    return None


def is_exclusive(text: str) -> bool:
    """Whether a text says that nothing else is meant.

    Examples:
        >>> is_exclusive("только свои нужды"), is_exclusive("только около пяти лет назад")
        (True, False)
    """
    words = f" {' '.join(text.casefold().split())} "
    for cue in (cue for cues in EXCLUSIVE.values() for cue in cues):
        behind = words.partition(f" {cue} ")[2]
        if f" {cue} " in words and not behind.startswith(APPROXIMATE):
            return True
    return False


def cue_rows() -> Iterator[tuple[str, str, float]]:
    """The table, row by row: language, cue, probability."""
    for language, table in CUES.items():
        for cue, probability in table.items():
            yield language, cue, probability
