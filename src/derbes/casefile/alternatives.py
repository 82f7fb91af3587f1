"""A case beside itself: its variants, its scenarios, and the scenarios of its variants."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from derbes.case.entities import Case, Scenario, Variant, quantities
from derbes.case.uncertainty import Correlation
from derbes.casefile.build.draft import Draft, Memory, build_draft
from derbes.casefile.build.element import text_of
from derbes.casefile.checks import check_draft
from derbes.casefile.findings import Finding
from derbes.casefile.tree.nodes import Path, Table, dotted, shown
from derbes.casefile.variants import Changed, Entries, Place, change
from derbes.language import _

Told = set[tuple[Path, str]]
"""Path and text of what was found before, so that one slip is told once."""


@dataclass(slots=True)
class Base:
    """A tree that variants or scenarios change, and what is wrong with it."""

    root: Table
    draft: Draft
    memory: Memory
    findings: list[Finding] = field(default_factory=list)
    told: Told = field(default_factory=set)

    def tell(self, findings: Iterable[Finding]) -> None:
        """Keep what was found."""
        for one in findings:
            self.findings.append(one)
            self.told.add((one.path, one.what))


@dataclass(frozen=True, slots=True)
class Alternative:
    """A variant or scenario: what it changed, and the case after it."""

    changed: Changed
    draft: Draft
    found: tuple[Finding, ...]
    """What is wrong with its case, and not with the base; paths are those of its case."""


@dataclass(slots=True)
class Alternatives:
    """All variants and scenarios of a case."""

    base: Base
    variants: dict[str, Alternative] = field(default_factory=dict)
    scenarios: dict[str, Alternative] = field(default_factory=dict)
    crossed: dict[str, dict[str, Alternative]] = field(default_factory=dict)
    """Variant → scenario → both."""
    findings: list[Finding] = field(default_factory=list)
    """What is wrong with them, where it stands in the file."""

    def case_with(self, source: str, digest: str) -> Case:
        """The case with its variants and scenarios, when nothing is wrong with them.

        Args:
            source: File that it was read from.
            digest: SHA-256 of its text.
        """
        bare = {"variants": {}, "scenarios": {}, "source": source, "hash": digest}
        variants = {}
        for name, one in self.variants.items():
            scenarios = _scenarios(one.draft, self.crossed[name], bare)
            case = replace(_finished(one.draft, bare), scenarios=scenarios)
            variants[name] = _variant(name, self.base.draft, one.changed, case)
        return replace(
            _finished(self.base.draft, bare),
            variants=variants,
            scenarios=_scenarios(self.base.draft, self.scenarios, bare),
        )


def alternatives_of(base: Base) -> Alternatives:
    """Every variant and scenario of a case, built and checked.

    Scenarios of variants are built only when nothing is wrong before.
    """
    found = Alternatives(base)
    for section, kept in (("scenarios", found.scenarios), ("variants", found.variants)):
        for place in _places(base.draft, section):
            one = alternative(base, place)
            kept[place[1]] = one
            found.findings += [
                *one.changed.findings,
                *(_moved(one, finding, place) for finding in one.found),
            ]
    if not base.findings and not found.findings:
        for name, variant in found.variants.items():
            found.crossed[name] = _crossed(base, name, variant, found)
    return found


def alternative(base: Base, place: Place, *, before: Base | None = None) -> Alternative:
    """What a variant or scenario makes of a base.

    Args:
        base: What it changes.
        place: Its section and id.
        before: The case as written, when a variant made `base` of it.
    """
    written = before or base
    entries = _entries(base.draft)
    changed = change(base.root, entries, place, before=written.root)
    draft = build_draft(changed.root, base.memory)
    if changed.findings:
        return Alternative(changed, draft, ())
    found = [*draft.findings, *check_draft(draft, written.draft)]
    new = tuple(one for one in found if (one.path, one.what) not in base.told)
    return Alternative(changed, draft, new)


def _crossed(
    base: Base, name: str, variant: Alternative, found: Alternatives
) -> dict[str, Alternative]:
    """The scenarios of a variant."""
    varied = Base(variant.changed.root, variant.draft, base.memory)
    crossed = {}
    for place in _places(variant.draft, "scenarios"):
        one = alternative(varied, place, before=base)
        crossed[place[1]] = one
        found.findings += [
            Finding(
                ("variants", name),
                _('in this variant with scenario "{scenario}", {where}: {what}').format(
                    scenario=place[1], where=_where(one, finding), what=finding.what
                ),
                finding.fix,
                at_key=True,
            )
            for finding in (*one.changed.findings, *one.found)
        ]
    return crossed


def _places(draft: Draft, section: str) -> list[Place]:
    return [place for place in _entries(draft) if place[0] == section]


def _entries(draft: Draft) -> Entries:
    return {
        (section, name): built.entry
        for section in ("variants", "scenarios")
        for name, built in draft.elements[section].items()
        if built.entry is not None
    }


def _where(one: Alternative, finding: Finding) -> str:
    return dotted(shown(one.draft.root, finding.path))


def _moved(one: Alternative, finding: Finding, place: Place) -> Finding:
    """A finding of an alternative's case, put where it stands in the file."""
    origin = one.changed.origin(finding.path)
    if origin is not None:
        return replace(finding, path=origin)
    what = (
        _("in this variant {where}: {what}")
        if place[0] == "variants"
        else _("in this scenario {where}: {what}")
    )
    what = what.format(where=_where(one, finding), what=finding.what)
    return Finding(place, what, finding.fix, at_key=True)


def _finished(draft: Draft, bare: dict[str, Any]) -> Case:
    """The case of a draft, with the correlations whose inputs it has."""
    case = draft.case
    if case.correlations:
        uncertain = {one.path for one in quantities(case) if one.has_range}
        uncertain |= {f"hazards.{name}" for name in case.hazards}
        bare = {**bare, "correlations": tuple(_live(case.correlations, uncertain))}
    return replace(case, **bare)


def _live(correlations: Iterable[Correlation], uncertain: set[str]) -> list[Correlation]:
    return [one for one in correlations if uncertain.issuperset(one.between)]


def _variant(name: str, draft: Draft, changed: Changed, case: Case) -> Variant:
    entry: Any = draft.elements["variants"][name].entry
    return Variant(
        id=name,
        label=entry.label,
        note=text_of(entry.note),
        tags=tuple(entry.tags),
        at_line=changed.line,
        case=case,
        changes=tuple(changed.changes),
    )


def _scenarios(
    draft: Draft, alternatives: dict[str, Alternative], bare: dict[str, Any]
) -> dict[str, Scenario]:
    """The scenarios of a case, their probabilities rescaled so that they add to 1."""
    written = draft.case.scenarios
    total = math.fsum(one.probability for one in written.values())
    return {
        name: replace(
            one,
            probability=one.probability / total,
            case=_finished(alternatives[name].draft, bare),
            changes=tuple(alternatives[name].changed.changes),
        )
        for name, one in written.items()
    }
