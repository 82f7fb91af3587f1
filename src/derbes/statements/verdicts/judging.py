"""Verdicts: from truth over draws to a word, and what stands in the way of one."""

from dataclasses import dataclass

from derbes.case.entities import Case
from derbes.case.ledger import Checked, Statement, StatementKind
from derbes.language import _
from derbes.statements.expressions.entries import Ledger, is_evidence
from derbes.statements.terms.values import Day, day_of
from derbes.statements.verdicts.sampling import Part, Truths

HOLDS, LIKELY, OPEN, UNLIKELY, FAILS = "holds", "likely", "open", "unlikely", "fails"
UNTESTABLE, NOT_DUE, VOID, EXPIRED = "untestable", "not_due", "void", "expired"
NEAR = 0.95
"""From this share on it holds; up to one minus this it fails."""
RATHER, RATHER_NOT = 2 / 3, 1 / 3
"""Above the first share it is likely, below the second unlikely."""
MOST_KEYS = 6
"""Missing keys that a reason names."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and what it rests on."""

    verdict: str
    share: float | None = None
    standard_error: float | None = None
    n_draws: int = 0
    reason: str = ""
    missing: tuple[str, ...] = ()
    part: Part | None = None
    """The expression that the share is of."""
    outcome: str | None = None
    """Of a prediction that is decided: `yes`, `no` or `void`."""


def verdict_word(share: float) -> str:
    """The verdict for a share of draws.

    Examples:
        >>> [verdict_word(share) for share in (1.0, 0.8, 0.5, 0.2, 0.05)]
        ['holds', 'likely', 'open', 'unlikely', 'fails']
    """
    if share >= NEAR:
        return HOLDS
    if share <= 1.0 - NEAR + 1e-12:
        return FAILS
    if share > RATHER:
        return LIKELY
    return UNLIKELY if share < RATHER_NOT else OPEN


def judge_truths(part: Part, truths: Truths) -> Judged:
    """Verdict from truth over draws.

    Where it is missing in some draws, the share counts the others; if what is missing could
    turn the verdict, it is untestable.
    """
    share, lost = truths.share, truths.missing_share
    n_draws = len(truths.codes)
    if share is None:
        return _untestable(part, truths, n_draws)
    least, most = share * (1.0 - lost), share * (1.0 - lost) + lost
    if lost > 0 and verdict_word(least) != verdict_word(most):
        return _untestable(part, truths, n_draws)
    reason = ""
    if lost > 0:
        reason = _("missing in {share:.0%} of the draws: {keys}").format(
            share=lost, keys=_keys(truths.missing)
        )
    return Judged(
        verdict=verdict_word(share),
        share=share,
        standard_error=truths.standard_error,
        n_draws=n_draws,
        reason=reason,
        missing=truths.missing,
        part=part,
    )


def _untestable(part: Part, truths: Truths, n_draws: int) -> Judged:
    reason = _("missing: {keys}").format(keys=_keys(truths.missing))
    return Judged(UNTESTABLE, n_draws=n_draws, reason=reason, missing=truths.missing, part=part)


def _keys(keys: tuple[str, ...]) -> str:
    return ", ".join(keys[:MOST_KEYS]) + (", …" if len(keys) > MOST_KEYS else "")


@dataclass(frozen=True, slots=True)
class Judge:
    """What verdicts are made from."""

    ledger: Ledger
    as_of: Day
    truths: dict[Part, Truths]

    @property
    def case(self) -> Case:
        """The case."""
        return self.ledger.case

    def judged(self, entry: Checked) -> Judged:
        """The verdict on an entry."""
        if isinstance(entry, Statement):
            return self._statement(entry)
        return self._plain(entry, "holds_if")

    def _statement(self, entry: Statement) -> Judged:
        expires = day_of(entry.expires)
        if expires is not None and expires.last < self.as_of.first:
            reason = _("it said something until {date}").format(date=entry.expires)
            return Judged(EXPIRED, reason=reason)
        if entry.kind is StatementKind.PREDICTION or entry.due or entry.yes_if:
            return self._prediction(entry)
        return self._plain(entry, "holds_if")

    def _plain(self, entry: Checked, key: str) -> Judged:
        part = (entry.id, key)
        if part in self.truths:
            return judge_truths(part, self.truths[part])
        reason = entry.untestable or _("no expression checks it")
        return Judged(UNTESTABLE, reason=reason)

    def _prediction(self, entry: Statement) -> Judged:
        """Void, decided, not due, or forecast by the model."""
        stopped = self._void(entry) or self._decided(entry)
        if stopped is not None:
            return stopped
        key = "holds_if" if (entry.id, "holds_if") in self.truths else "yes_if"
        node = self.ledger.parts.get((entry.id, key))
        if node is not None and not is_evidence(node):
            return self._plain(entry, key)
        due = day_of(entry.due)
        if due is not None and self.as_of.first <= due.last:
            reason = _("due {date}; nothing in the case decides it yet").format(date=entry.due)
            return Judged(NOT_DUE, reason=reason)
        if key == "holds_if" and node is not None:
            return self._plain(entry, key)
        reason = entry.untestable
        if due is not None and not reason:
            reason = _("due {date}, and nothing in the case decides it").format(date=entry.due)
        missing = tuple(
            key for part in ("yes_if", "no_if") for key in self._missing((entry.id, part))
        )
        reason = reason or _("no expression checks it")
        return Judged(UNTESTABLE, reason=reason, missing=missing)

    def _missing(self, part: Part) -> tuple[str, ...]:
        return self.truths[part].missing if part in self.truths else ()

    def _void(self, entry: Statement) -> Judged | None:
        """Void where its condition has not come, or where what voids it has."""
        part = (entry.id, "condition")
        if part in self.truths:
            condition = judge_truths(part, self.truths[part])
            if condition.verdict == FAILS:
                reason = _("its condition has not come")
                return Judged(VOID, reason=reason, outcome="void")
            if condition.verdict == UNTESTABLE:
                reason = _("its condition cannot be tested; {reason}").format(
                    reason=condition.reason
                )
                return Judged(UNTESTABLE, reason=reason, missing=condition.missing, part=part)
        if self._is_certain((entry.id, "void_if")):
            return Judged(VOID, reason=_("what voids it has come"), outcome="void")
        return None

    def _is_certain(self, part: Part) -> bool:
        """Whether written evidence, not the model, says that an expression is true."""
        node = self.ledger.parts.get(part)
        if node is None or not is_evidence(node):
            return False
        share = self.truths[part].share
        return share is not None and share >= NEAR and self.truths[part].missing_share == 0.0

    def _decided(self, entry: Statement) -> Judged | None:
        """Resolved by evidence; by silence only when it is due and no other rule is given."""
        if self._is_certain((entry.id, "yes_if")):
            return self._resolved(entry, "yes", HOLDS)
        if self._is_certain((entry.id, "no_if")):
            return self._resolved(entry, "no", FAILS)
        return self._silent(entry)

    def _silent(self, entry: Statement) -> Judged | None:
        """Decided by silence after its day: `no` where only `yes_if` is given, else `yes`."""
        due = day_of(entry.due)
        is_over = due is not None and due.last < self.as_of.first
        if not is_over or bool(entry.yes_if) == bool(entry.no_if):
            return None
        part = (entry.id, "yes_if" if entry.yes_if else "no_if")
        node = self.ledger.parts.get(part)
        if node is None or not is_evidence(node):
            return None
        truths = self.truths[part]
        if truths.share is None or truths.share > 1.0 - NEAR or truths.missing_share:
            return None
        return self._resolved(entry, *(("no", FAILS) if entry.yes_if else ("yes", HOLDS)))

    def _resolved(self, entry: Statement, outcome: str, verdict: str) -> Judged:
        used = entry.no_if and (outcome == "no" or not entry.yes_if)
        part = (entry.id, "no_if" if used else "yes_if")
        truths = self.truths[part]
        return Judged(
            verdict,
            share=1.0 if verdict == HOLDS else 0.0,
            standard_error=0.0,
            n_draws=len(truths.codes),
            reason=_("decided by what is written in the case"),
            part=part,
            outcome=outcome,
        )
