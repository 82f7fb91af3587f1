"""Which elements other checks can rely on, so that one slip is told once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from derbes.case.entities import Case
from derbes.casefile.build.draft import Draft
from derbes.casefile.findings import Finding


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft with the elements in which something is already known to be wrong."""

    draft: Draft
    unsound: frozenset[str]
    """Sections that hold such an element."""
    is_variant: bool = False
    found: list[Finding] = field(default_factory=list)
    """What the checks before found."""

    @property
    def case(self) -> Case:
        """The case, as far as it could be built."""
        return self.draft.case

    def sound(self, *sections: str) -> bool:
        """Whether everything in these sections is built and refers to what exists."""
        return self.unsound.isdisjoint(sections) and self.draft.is_whole(*sections)

    def entry(self, section: str, element_id: str) -> Any:
        """Entry of an element that could be built."""
        return self.draft.elements[section][element_id].entry


def is_given(quantity: Any) -> bool:
    """Whether an entry gives a quantity, and not as known to be missing."""
    return quantity is not None and not quantity.is_missing


def unsound_sections(findings: Iterable[Finding]) -> frozenset[str]:
    """Sections in which something is wrong."""
    return frozenset(str(one.path[0]) for one in findings if one.path)
