"""A program as a value: names, blocks and its text."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from derbes.lp.program import Block, LinearProgram, stack_blocks
from tests.oracles.lp_text import to_lp_text

INF = float("inf")


def small_program() -> LinearProgram:
    return LinearProgram(
        name="small",
        levels=("unmet", "money"),
        level_costs=np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 2.5, 0.0]]),
        weights=np.array([100.0, 1.0]),
        matrix=sparse.csc_matrix(
            np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 1.0, -0.5], [0.0, 0.0, 0.0, 0.0]])
        ),
        row_lower=np.array([3.0, -INF, -1.0]),
        row_upper=np.array([3.0, 7.0, 2.0]),
        col_lower=np.array([0.0, 0.0, 0.0, 1.0]),
        col_upper=np.array([4.0, INF, INF, INF]),
        columns=stack_blocks(
            [("unmet", ("neon",), 3, 2), ("order", ("CN",), 3, 1), ("stock", ("neon",), 2, 1)]
        ),
        rows=stack_blocks([("demand", ("neon",), 3, 2), ("limit", ("CN",), 3, 1)]),
    )


def test_columns_and_rows_have_names():
    program = small_program()
    assert [program.column_name(j) for j in range(4)] == [
        "unmet(neon,3)", "unmet(neon,4)", "order(CN,3)", "stock(neon,2)",
    ]  # fmt: skip
    assert [program.row_name(i) for i in range(3)] == [
        "demand(neon,3)", "demand(neon,4)", "limit(CN,3)",
    ]  # fmt: skip


def test_no_block_holds_a_position():
    with pytest.raises(IndexError, match=r"^no block holds position 4$"):
        small_program().column_name(4)


def test_a_block_is_items_by_periods():
    first, second = stack_blocks([("unmet", ("a", "b"), 5, 3), ("order", ("k",), 5, 2)])
    assert (first.offset, first.size, second.offset, second.size) == (0, 6, 6, 2)
    assert first.indices.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert second.of(np.arange(8.0)).tolist() == [[6.0, 7.0]]
    assert first.name(4) == "unmet(b,6)"


def test_part_of_a_vector_is_the_vector_itself():
    vector = np.zeros(8)
    Block("order", ("k",), 0, 2, 6).of(vector)[0, 1] = 9.0
    assert vector[7] == 9.0


def test_empty_blocks_take_no_place():
    blocks = stack_blocks([("unmet", ("a",), 0, 2), ("line", (), 0, 2), ("order", ("k",), 0, 2)])
    assert [block.offset for block in blocks] == [0, 2, 2]


def test_the_program_as_text():
    assert to_lp_text(small_program()) == (
        "min\n"
        " unmet: +1 unmet(neon,3)\n"
        " money: +2.5 order(CN,3)\n"
        "st\n"
        " demand(neon,3): +1 unmet(neon,3) +1 order(CN,3) = +3\n"
        " demand(neon,4): +1 unmet(neon,4) +1 order(CN,3) -0.5 stock(neon,2) <= +7\n"
        " limit(CN,3): 0 >= -1\n"
        " limit(CN,3): 0 <= +2\n"
        "bounds\n"
        " +0 <= unmet(neon,3) <= +4\n"
        " +1 <= stock(neon,2) <= +inf\n"
        "end\n"
    )


def test_a_level_without_costs_is_zero_in_the_text():
    program = small_program()
    program = replace(program, level_costs=program.level_costs * np.array([[1.0], [0.0]]))
    assert " money: 0\n" in to_lp_text(program)


def test_the_weighted_cost():
    assert small_program().cost.tolist() == [100.0, 0.0, 2.5, 0.0]
