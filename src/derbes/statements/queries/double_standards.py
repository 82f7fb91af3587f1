"""One judge, one act, two measures. Nobody is spared, the author neither.

Another actor is judged otherwise; or word and deed differ; or one act of one actor is judged
by two yardsticks.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from derbes.case.entities import Case
from derbes.case.ledger import DoubleStandard, Judgement
from derbes.statements.quantities.ledger import holder_of, side_of

ACTORS, WORD_AGAINST_DEED, YARDSTICKS = "actors", "word_against_deed", "yardsticks"
KINDS = (ACTORS, WORD_AGAINST_DEED, YARDSTICKS)


@dataclass(frozen=True, slots=True)
class Said:
    """A judgement and the statement that it stands in."""

    statement: str
    judge: str
    judgement: Judgement

    def __str__(self) -> str:
        """Statement, actor, sign and whether by word or deed."""
        sign = {1: "+", 0: "0", -1: "-"}[self.judgement.sign]
        return f"{self.statement}: {self.judgement.of} {sign} ({self.judgement.shown_by})"


@dataclass(frozen=True, slots=True)
class Found:
    """A double standard among the judgements of a ledger."""

    judge: str
    act: str
    kind: str
    said: tuple[Said, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        """Statements that show it."""
        return tuple(dict.fromkeys(one.statement for one in self.said))


def double_standards_of(case: Case) -> tuple[Found, ...]:
    """All double standards, by judge and act; those of a side where no actor alone shows it."""
    said = tuple(_said(case))
    found = list(_by_judge(said, {one.judge: one.judge for one in said}))
    shown = {(one.act, one.kind, side_of(case, one.judge)) for one in found}
    sides = {one.judge: side_of(case, one.judge) for one in said}
    found += [one for one in _by_judge(said, sides) if (one.act, one.kind, one.judge) not in shown]
    return tuple(found)


def _said(case: Case) -> Iterator[Said]:
    for statement in case.statements.values():
        for judgement in statement.judgements:
            yield Said(statement.id, holder_of(statement), judgement)


def _by_judge(said: Iterable[Said], judges: Mapping[str, str]) -> Iterator[Found]:
    groups: dict[tuple[str, str], list[Said]] = {}
    for one in said:
        groups.setdefault((judges[one.judge], one.judgement.act), []).append(one)
    for (judge, act), group in groups.items():
        for kind in KINDS:
            pairs = [pair for pair in combinations(group, 2) if kind_of(*pair) == kind]
            shown = dict.fromkeys(one for pair in pairs for one in pair)
            if shown:
                yield Found(judge, act, kind, tuple(shown))


def kind_of(first: Said, second: Said) -> str:
    """What kind of double standard two judgements of one act make; empty: none."""
    one, other = first.judgement, second.judgement
    if one.sign == other.sign:
        return ""
    if one.of != other.of:
        return ACTORS
    if one.shown_by != other.shown_by:
        return WORD_AGAINST_DEED
    return YARDSTICKS if one.sign * other.sign < 0 else ""


def is_same(case: Case, declared: DoubleStandard, found: Found) -> bool:
    """Whether a double standard of the ledger is one that the judgements show."""
    is_judge = found.judge in {declared.judge, side_of(case, declared.judge)}
    if is_judge and declared.act == found.act:
        return True
    shared = set(declared.statements) & set(found.statements)
    return is_judge and len(shared) > 1
