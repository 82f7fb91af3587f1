"""What may be decided, what is to be reached by it, and what it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar

from derbes.case import forms
from derbes.case.forms import LACKING, NEEDED, Default, Shown, SpelledAs
from derbes.case.quantity import Element, Quantity


class OptionKind(StrEnum):
    """What an option does to its element; what size 1 of it is."""

    BUILD = "build"
    """A plant that is there only when chosen. Size 1: the plant as written."""
    ENLARGE = "enlarge"
    """More of a plant that is there. Size 1: once more the plant as written."""
    BRING_FORWARD = "bring_forward"
    """An earlier opening of a plant. Size in months."""
    RESERVE = "reserve"
    """A reserve of a good beside the one it has. Size in units of the good."""
    CONTRACT = "contract"
    """A supplier or route that is there only when chosen. Size 1: as written."""
    CONVERT = "convert"
    """A recipe that is there only when chosen. Size 1: as written."""
    BUY_OUT = "buy_out"
    """A supplier that no measure hits any more, but for what is on its way. Size: the share."""


@dataclass(frozen=True, slots=True)
class OptionTerms:
    """What a kind of option can be about, and how its size is said."""

    sections: tuple[str, ...]
    """Sections of the elements that it can be about."""
    size_unit: str = ""
    """Unit of its size; `{good}`: that of the good; empty: a plain number."""
    size_example: str = ""
    """How a size is written, where it must be said because 1 says little."""


OPTION_TERMS: Mapping[OptionKind, OptionTerms] = {
    OptionKind.BUILD: OptionTerms(("plants",)),
    OptionKind.ENLARGE: OptionTerms(("plants",)),
    OptionKind.BRING_FORWARD: OptionTerms(("plants",), "month", '"size: [3, 6, 12]"'),
    OptionKind.RESERVE: OptionTerms(("goods",), "{good}", '"size: [100 t, 200 t]"'),
    OptionKind.CONTRACT: OptionTerms(("suppliers", "routes")),
    OptionKind.CONVERT: OptionTerms(("recipes",)),
    OptionKind.BUY_OUT: OptionTerms(("suppliers",)),
}
"""What each kind of option can be about, and how its size is said."""

OPTIONAL_KINDS = (OptionKind.BUILD, OptionKind.CONTRACT, OptionKind.CONVERT)
"""Options whose element is there only when they are chosen."""


@dataclass(frozen=True, slots=True)
class Option(Element):
    """Something that may be decided: built, held, contracted.

    What `build`, `contract` or `convert` names is there only when the option is chosen:
    cover and leverage look at the case without it. Without any cost, an option is free.
    """

    kind: Annotated[OptionKind, forms.WordForm(tuple(OptionKind)), NEEDED] = OptionKind.BUILD
    """`build`: a plant that is there only when chosen; `enlarge`: more of a plant;
    `bring_forward`: an earlier opening of a plant; `reserve`: stock of a good to be held
    beside its reserve; `contract`: a supplier or route that is there only when chosen;
    `convert`: a recipe that is there only when chosen; `buy_out`: a supplier that no
    measure hits any more; what is on its way when one begins is hit all the same."""
    element: Annotated[str, forms.ELEMENT, NEEDED] = ""
    """What it is about, by section and id, e.g. `plants.second`, `goods.alum`."""
    size: ClassVar[
        Annotated[
            forms.WrittenSize,
            forms.PartForm(forms.WrittenSize),
            LACKING,
            Shown("size, list of them, or see below"),
        ]
    ]
    """How large it may be; without it 1; `reserve` and `bring_forward` must say it."""
    sizes: tuple[float, ...] = (1.0,)
    """Sizes to choose from; empty: any size from `smallest` to `largest`."""
    smallest: float = 0.0
    """Least size when chosen at all, where sizes are continuous."""
    largest: float = 1.0
    """Greatest size, where sizes are continuous."""
    dates: Annotated[
        tuple[int, ...],
        forms.PartForm(forms.WrittenDates),
        LACKING,
        Shown("month, list of them, or see below"),
    ] = (0,)
    """When it may be decided, at most once; without it in the first period."""
    lead_time: Annotated[Quantity | None, forms.TIME] = None
    """From the decision to the effect; without it none. A plant's own delay and ramp come
    on top."""
    capital: Annotated[Quantity | None, forms.MONEY] = None
    """Paid when it is chosen, whatever the size, spread evenly over the lead time."""
    capital_by_size: Annotated[
        Quantity | None, forms.InUnit("{money}{by_size}", low=0.0, also=("{money}",))
    ] = None
    """Paid when it is chosen, for each unit of size, spread evenly over the lead time."""
    running: Annotated[Quantity | None, forms.InUnit("{money}/month", low=0.0)] = None
    """Paid from the effect on, whatever the size."""
    running_by_size: Annotated[
        Quantity | None, forms.InUnit("{money}{by_size}/month", low=0.0, also=("{money}/month",))
    ] = None
    """Paid from the effect on, for each unit of size."""
    life: Annotated[Quantity | None, forms.LIFE_TIME] = None
    """How long its capital lasts from the effect on; what is left of it at the end of the
    calendar, in a straight line, lowers its cost. Without it, that of the plant that it
    builds, else nothing is left."""
    foreign_share: Annotated[Quantity | None, forms.PART] = None
    """Part of all this that is paid in foreign currency; without it none."""
    take_or_pay: Annotated[Quantity | None, forms.PART] = None
    """`contract` with a supplier: part of the capacity that is paid for whether it is
    taken or not; without it none."""
    excludes: Annotated[tuple[str, ...], forms.ListForm(forms.OPTION)] = ()
    """Options that cannot be chosen beside it; one of the two may name the other."""
    requires: Annotated[tuple[str, ...], forms.ListForm(forms.OPTION)] = ()
    """Options that must be chosen no later than it."""
    committed: Annotated[bool, forms.FlagForm()] = False
    """Whether it is decided already: it must be chosen."""


def optional_elements(options: Mapping[str, Option]) -> frozenset[str]:
    """Elements that are there only when an option is chosen, e.g. `plants.north`.

    A plant to be built, a supplier or route to be contracted, a recipe to be converted to:
    without a choice there is no capacity.
    """
    return frozenset(one.element for one in options.values() if one.kind in OPTIONAL_KINDS)


@dataclass(frozen=True, slots=True)
class Choice:
    """An option that is chosen: when it is decided, and its size."""

    option: str
    date: int
    """Period of the decision."""
    size: float


@dataclass(frozen=True, slots=True)
class Limit(Element):
    """What the sizes of several options, or their number, may be together."""

    options: Annotated[
        Mapping[str, Quantity],
        forms.MapForm(forms.OPTION, forms.InUnit(""), 1, as_list=True),
        NEEDED,
        Shown("list of: id of options; or id: number"),
    ] = field(default_factory=dict)
    """Options, or option → weight of one unit of its size; in a list each weighs 1."""
    at_most: Annotated[Quantity | None, forms.InUnit("")] = None
    """Most that the weighted sizes may add up to."""
    at_least: Annotated[Quantity | None, forms.InUnit("")] = None
    """Least that they must add up to."""
    counts: Annotated[bool, forms.FlagForm()] = False
    """Whether each chosen option counts as 1, whatever its size."""


PURCHASES, USE = "purchases", "use"
"""What a seller's part may be a part of."""


@dataclass(frozen=True, slots=True)
class Standard(Element):
    """What is to be survived: uses, a measure, a length, from a date on; or a cap on sellers.

    With `good` it is a cap: in calm, no seller abroad has more than `at_most` of what is bought
    of the good in a year.
    """

    uses: Annotated[
        tuple[str, ...],
        forms.ListForm(forms.USE, 1, alone=True, all_of="essential"),
        Shown("`essential`, or list of: id of uses"),
    ] = ()
    """Uses that are to be met, or `essential` for all of that tier, which is the default."""
    measure: Annotated[str, forms.MEASURE] = ""
    """Measure that is to be survived; without it the uses are to be met in calm."""
    length: Annotated[int, forms.MONTHS, LACKING] = 0
    """How long the measure runs; needed with a measure."""
    first: Annotated[int, forms.MONTH, LACKING, SpelledAs("from")] = 0
    """First month in which it may start; without it the first of the calendar."""
    last: Annotated[int, forms.MONTH, LACKING, SpelledAs("to")] = -1
    """Last month in which it may start; without it the last of the calendar."""
    share: Annotated[Quantity | None, forms.PART_ABOVE_NONE] = None
    """Part of the demand that is to be met; without it all."""
    in_draws: Annotated[Quantity | None, forms.PART_ABOVE_NONE] = None
    """Part of the draws in which it is to hold; without it all."""
    good: Annotated[str, forms.GOOD] = ""
    """Of a cap: good whose sellers are capped. The years are counted from `from` on, to `to`;
    what is left, less than a year, counts with the last of them."""
    at_most: Annotated[Quantity | None, forms.PART] = None
    """Of a cap: the most that one seller may have, as a part."""
    sellers: Annotated[tuple[str, ...], forms.ListForm(forms.SELLER, 1, alone=True), LACKING] = ()
    """Of a cap: actors or suppliers that are capped together, as one bloc; without it each
    actor abroad by itself, with all that it offers."""
    part_of: Annotated[str, forms.WordForm((PURCHASES, USE)), LACKING] = ""
    """Of a cap: `purchases`, all that is bought of the good abroad, or `use`, what is bought
    and made less what is exported; without it `purchases`."""

    @property
    def is_cap(self) -> bool:
        """Whether it caps sellers."""
        return bool(self.good)


@dataclass(frozen=True, slots=True)
class Budget:
    """What the options may cost: capital and running cost as paid, not discounted."""

    total: Annotated[Quantity | None, forms.MONEY] = None
    """Most that may be paid for options in all."""
    by_year: Annotated[Mapping[int, Quantity], forms.MapForm(forms.YEAR, forms.MONEY)] = field(
        default_factory=dict
    )
    """Year → most that may be paid for options in it."""
    foreign_total: Annotated[Quantity | None, forms.MONEY] = None
    """Most that may be paid for options in foreign currency in all."""
    foreign_by_year: Annotated[Mapping[int, Quantity], forms.MapForm(forms.YEAR, forms.MONEY)] = (
        field(default_factory=dict)
    )
    """Year → most that may be paid abroad in it, purchases of goods in calm included."""
    at_line: int = 0


@dataclass(frozen=True, slots=True)
class Risk:
    """How a plan weighs bad draws: (1 - weight) of the mean and weight of the tail's mean."""

    weight: Annotated[float, forms.ShareForm(), NEEDED] = 0.0
    """Weight of the tail, 0 to 1."""
    level: Annotated[float, forms.ShareForm(), Default("0.95"), Shown("number or %, ≥ 0, < 1")] = (
        0.95
    )
    """The tail is the worst (1 - level) of the draws; at least 0, below 1."""
