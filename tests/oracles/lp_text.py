"""Linear programs as text in LP format, for golden files and for reading."""

import numpy as np

from derbes.lp.program import LinearProgram


def to_lp_text(program: LinearProgram) -> str:
    """The program in LP format, for golden files and for reading."""
    lines = ["min"]
    for level, costs in zip(program.levels, program.level_costs, strict=True):
        terms = [_term(costs[j], program.column_name(int(j))) for j in np.flatnonzero(costs)]
        lines.append(f" {level}: " + (" ".join(terms) if terms else "0"))
    lines.append("st")
    by_row = program.matrix.tocsr()
    for i in range(by_row.shape[0]):
        part = slice(by_row.indptr[i], by_row.indptr[i + 1])
        pairs = sorted(zip(by_row.indices[part], by_row.data[part], strict=True))
        body = " ".join(_term(value, program.column_name(int(j))) for j, value in pairs)
        lines += _row_text(program, i, body or "0")
    lines.append("bounds")
    for j, (low, high) in enumerate(zip(program.col_lower, program.col_upper, strict=True)):
        if low != 0.0 or np.isfinite(high):
            lines.append(f" {_number(low)} <= {program.column_name(j)} <= {_number(high)}")
    return "\n".join([*lines, "end", ""])


def _row_text(program: LinearProgram, i: int, body: str) -> list[str]:
    low, high = program.row_lower[i], program.row_upper[i]
    name = program.row_name(i)
    if low == high:
        return [f" {name}: {body} = {_number(low)}"]
    sides = []
    if np.isfinite(low):
        sides.append(f" {name}: {body} >= {_number(low)}")
    if np.isfinite(high):
        sides.append(f" {name}: {body} <= {_number(high)}")
    return sides


def _number(number: float) -> str:
    return f"{number:+.7g}"


def _term(factor: float, name: str) -> str:
    return f"{_number(float(factor))} {name}"
