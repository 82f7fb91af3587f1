"""A ledger with verdicts for tests: what is said about the invented town's sellers."""

from derbes.results.statements import (
    Contradiction,
    ContrastRow,
    Coverage,
    DoubleStandardRow,
    Flip,
    ModalityDrift,
    Predictions,
    Signaling,
    SignalingYear,
    StatementRow,
    StatementTable,
    TensionRow,
    ThesisEdge,
    ThesisGraph,
    Unsaid,
)
from derbes.results.supply import Provenance


def _said(id_: str, verdict: str, share: float | None, **more: object) -> StatementRow:
    given: dict[str, object] = {
        "id": id_, "says": {"en": f"What {id_} says"}, "document": "paper", "place": "P1.2",
        "expression": "stock(alum, 2026-01) > 0" if share is not None else "", "verdict": verdict,
        "share": share, "standard_error": 0.02 if share is not None else None, "reason": "",
        "kind": "claim", "by": "author", "holder": "northland", "modality": "fact",
        "polarity": "affirmed", "phrase": {"ru": "сила и мера"},
    }  # fmt: skip
    return StatementRow(**{**given, **more})  # type: ignore[arg-type]


def invented_ledger() -> StatementTable:
    """Every verdict, every pattern, and a game."""
    flip = Flip("goods.alum.reserve", 410.0, "t", "below", 600.0)
    rows = (
        _said("C1", "holds", 1.0, flips_at=(flip,), flips_in=("no_plants",)),
        _said("C2", "fails", 0.02, modality="prediction", polarity="denied"),
        _said("C3", "open", 0.5, holder="author"),
        _said("C4", "untestable", None, reason="nobody counts it", missing=("goods.salt.price",)),
        _said("C5", "not_due", None, due="2031-12-31", reason="due on 2031-12-31"),
    )
    entry = {"document": "paper", "place": "P2.1", "expression": "", "reason": "",
             "standard_error": None}  # fmt: skip
    return StatementTable(
        as_of="2026-11-22",
        statements=rows,
        contrasts=(ContrastRow("X1", {"en": "not this but that"}, verdict="likely", share=0.8,
                               **entry),),  # type: ignore[arg-type]
        contradictions=(Contradiction("K1", "denial", ("C1", "C2"), ("northland", "author"),
                                      ("north", "home"), same_side=False, about="embargo"),),
        modality_drift=(ModalityDrift("C2", "C1", "author", "northland", "fact", "possibility",
                                      "неизбежно", "", "raised", "modality", 2),),
        double_standards=(DoubleStandardRow("D1", {"en": "one act, two yardsticks"},
                                            verdict="untestable", share=None, judge="northland",
                                            act="sell_dear", is_found=True,
                                            judgements=("C1: northland +", "C2: home -"),
                                            **entry),),  # type: ignore[arg-type]
        tensions=(TensionRow("G1", {"en": "few levers, much dependence"}, verdict="holds",
                             share=1.0, statements=("C1", "C3"), raised=True,
                             **entry),),  # type: ignore[arg-type]
        coverage=Coverage(("stock_fact",), (Unsaid("northland", "salt", ("home",)),), 3, 5),
        theses=ThesisGraph((("C1", "holds"),), (ThesisEdge("T1", "C1", "less_leverage", "likely",
                                                           0.9, "author"),)),
        predictions=Predictions((), ()),
        signaling=None,
        provenance=Provenance("town", "0" * 64, "1.0", "HiGHS 1", n_draws=64, seed=7),
    )  # fmt: skip


def invented_talk() -> Signaling:
    """A game in which a cut-off pays less and less often."""
    years = tuple(
        SignalingYear(f"{year}-01", "embargo", 12, 1.0 - at / 5, at / 5, 0.1, 0.5, 0.4, 0.3, 64)
        for at, year in enumerate(range(2026, 2032))
    )
    return Signaling(years, {"cost_of_face": (0.0, 1.0, 2.0)})
