"""Causal theses as a graph: causes and effects, with the verdict on each arrow."""

from collections.abc import Mapping, Sequence

from derbes.case.ledger import Statement
from derbes.results.statements import StatementRow, ThesisEdge, ThesisGraph
from derbes.statements.quantities.ledger import holder_of


def theses_of(statements: Mapping[str, Statement], rows: Sequence[StatementRow]) -> ThesisGraph:
    """Every arrow from a cause to an effect, and what stands at its ends."""
    verdicts = {row.id: row for row in rows}
    edges = tuple(
        ThesisEdge(
            id=one.id,
            cause=cause,
            effect=effect,
            verdict=verdicts[one.id].verdict,
            share=verdicts[one.id].share,
            holder=holder_of(one),
        )
        for one in statements.values()
        for cause in one.cause
        for effect in one.effect
    )
    names = dict.fromkeys(name for edge in edges for name in (edge.cause, edge.effect))
    nodes = tuple((name, verdicts[name].verdict if name in verdicts else "") for name in names)
    return ThesisGraph(nodes, edges)
