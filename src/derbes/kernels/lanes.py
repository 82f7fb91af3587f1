"""Lanes: futures that are computed side by side, one number of each in a row of a table.

One instruction of the processor works on a whole row. Kernels write it with operators
(`a + b`, `a < b`, `m & n`) and the functions of this module; without the compiler a row
is a numpy array.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from derbes.kernels import plain
from derbes.kernels.compiling import (
    IS_COMPILED,
    cgutils,
    compiled,
    intrinsic,
    ir,
    models,
    overload,
    register_model,
    types,
)

Row = Any
"""One number for each lane, or one truth value for each."""
LANES = plain.LANES
"""Numbers in a row: two of the widest registers of today, so that one works while the other
waits."""
LINE = 64
"""Bytes that the processor fetches at once."""


class NumberRow(types.Type):  # type: ignore[misc]
    """A row of numbers, as the compiler knows it."""

    def __init__(self) -> None:
        super().__init__(name=f"NumberRow{LANES}")


class TruthRow(types.Type):  # type: ignore[misc]
    """A row of truth values, as the compiler knows it."""

    def __init__(self) -> None:
        super().__init__(name=f"TruthRow{LANES}")


NUMBERS, TRUTHS = NumberRow(), TruthRow()
_INDEX = ir.IntType(64)
_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
_INDICES = ir.VectorType(_INDEX, LANES)
_BITS = ir.VectorType(ir.IntType(1), LANES)


class NumberRowModel(models.PrimitiveModel):  # type: ignore[misc]
    """A row of numbers in a register."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _DOUBLES)


register_model(NumberRow)(NumberRowModel)


class TruthRowModel(models.PrimitiveModel):  # type: ignore[misc]
    """A row of truth values in a register."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _BITS)


register_model(TruthRow)(TruthRowModel)


def _two(result: Any, kind: Any, emit: Callable[..., Any]) -> Any:
    """A function of two rows (or truth rows) as one instruction."""

    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return emit(builder, *values)

    def typed(_typing: Any, _a: Any, _b: Any) -> Any:
        return result(kind, kind), code

    return intrinsic(typed)


def _splat(builder: Any, value: Any, kind: Any) -> Any:
    nothing = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, nothing, everywhere)


def _place(context: Any, builder: Any, kind: Any, values: Any) -> Any:
    """Address of the first number of a row of a table."""
    table = context.make_array(kind)(context, builder, values[0])
    at = builder.mul(values[1], ir.Constant(_INDEX, LANES))
    return builder.gep(table.data, [at])


def _addresses(builder: Any, data: Any, places: Any) -> Any:
    """Address of the number of each lane: 8 bytes a place from the first one on."""
    first = _splat(builder, builder.ptrtoint(data, _INDEX), _INDICES)
    ends = builder.add(first, builder.mul(places, ir.Constant(_INDICES, [8] * LANES)))
    return builder.inttoptr(ends, ir.VectorType(ir.IntType(8).as_pointer(), LANES))


def _own_places(builder: Any, rows: Any) -> Any:
    """Place of the number of each lane in its own row of a table."""
    whole = builder.mul(builder.fptosi(rows, _INDICES), ir.Constant(_INDICES, [LANES] * LANES))
    return builder.add(whole, ir.Constant(_INDICES, list(range(LANES))))


def _gather(builder: Any, addresses: Any) -> Any:
    kinds = [addresses.type, ir.IntType(32), _BITS, _DOUBLES]
    name = f"llvm.masked.gather.v{LANES}f64.v{LANES}p0"
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(_DOUBLES, kinds), name
    )
    every = ir.Constant(_BITS, [1] * LANES)
    nothing = ir.Constant(_DOUBLES, ir.Undefined)
    return builder.call(function, [addresses, ir.Constant(ir.IntType(32), 8), every, nothing])


def _scatter(builder: Any, values: Any, addresses: Any) -> None:
    kinds = [_DOUBLES, addresses.type, ir.IntType(32), _BITS]
    name = f"llvm.masked.scatter.v{LANES}f64.v{LANES}p0"
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(ir.VoidType(), kinds), name
    )
    every = ir.Constant(_BITS, [1] * LANES)
    builder.call(function, [values, addresses, ir.Constant(ir.IntType(32), 8), every])


def _each(_typing: Any, _value: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return _splat(builder, values[0], _DOUBLES)

    return NUMBERS(types.float64), code


def _row(_typing: Any, table: Any, _at: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, signature.args[0], values)
        return builder.load(builder.bitcast(place, _DOUBLES.as_pointer()), align=8)

    return NUMBERS(table, types.intp), code


def _put(_typing: Any, table: Any, _at: Any, _value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, signature.args[0], values[:2])
        builder.store(values[2], builder.bitcast(place, _DOUBLES.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(table, types.intp, NUMBERS), code


def _cells(_typing: Any, table: Any, _at: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        return _gather(builder, _addresses(builder, data, _own_places(builder, values[1])))

    return NUMBERS(table, NUMBERS), code


def _put_cells(_typing: Any, table: Any, _at: Any, _value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        places = _own_places(builder, values[1])
        _scatter(builder, values[2], _addresses(builder, data, places))
        return context.get_dummy_value()

    return types.void(table, NUMBERS, NUMBERS), code


def _path_cells(_typing: Any, paths: Any, _path: Any, _at: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        table = context.make_array(signature.args[0])(context, builder, values[0])
        width = builder.extract_value(table.shape, 1)
        first = _splat(builder, builder.mul(values[1], width), _INDICES)
        places = builder.add(first, builder.fptosi(values[2], _INDICES))
        return _gather(builder, _addresses(builder, table.data, places))

    return NUMBERS(paths, types.intp, NUMBERS), code


def _choose(_typing: Any, _mask: Any, _yes: Any, _no: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.select(*values)

    return NUMBERS(TRUTHS, NUMBERS, NUMBERS), code


def _some(_typing: Any, _mask: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        bits = ir.IntType(LANES)
        return builder.icmp_unsigned("!=", builder.bitcast(values[0], bits), ir.Constant(bits, 0))

    return types.boolean(TRUTHS), code


def _opposite(_typing: Any, _mask: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.not_(values[0])

    return TRUTHS(TRUTHS), code


EACH: Any = intrinsic(_each)
OPPOSITE: Any = intrinsic(_opposite)


def _operators() -> None:
    """Teach the compiler the operators between rows, and between a row and a number."""
    for sign, emit in {
        operator.add: lambda b, x, y: b.fadd(x, y),
        operator.sub: lambda b, x, y: b.fsub(x, y),
        operator.mul: lambda b, x, y: b.fmul(x, y),
        operator.truediv: lambda b, x, y: b.fdiv(x, y),
    }.items():
        _teach(sign, _two(NUMBERS, NUMBERS, emit))
    for sign, word in {
        operator.lt: "<",
        operator.le: "<=",
        operator.gt: ">",
        operator.ge: ">=",
        operator.eq: "==",
    }.items():
        _teach(sign, _two(TRUTHS, NUMBERS, _comparison(word)))
    _teach(operator.and_, _two(TRUTHS, TRUTHS, lambda b, x, y: b.and_(x, y)))
    _teach(operator.or_, _two(TRUTHS, TRUTHS, lambda b, x, y: b.or_(x, y)))

    def invert(a: Any) -> Any:
        return (lambda a: OPPOSITE(a)) if isinstance(a, TruthRow) else None  # noqa: PLW0108

    overload(operator.invert, strict=False)(invert)


def _comparison(word: str) -> Callable[..., Any]:
    return lambda builder, x, y: builder.fcmp_ordered(word, x, y)


def _teach(sign: Any, function: Any) -> None:
    rows = (NumberRow, TruthRow)

    def meaning(a: Any, b: Any) -> Any:
        if isinstance(a, rows) and isinstance(b, rows):
            return lambda a, b: function(a, b)  # noqa: PLW0108 - it is compiled, not called
        if isinstance(a, NumberRow) and isinstance(b, types.Number):
            return lambda a, b: function(a, EACH(float(b)))
        if isinstance(a, types.Number) and isinstance(b, NumberRow):
            return lambda a, b: function(EACH(float(a)), b)
        return None

    overload(sign, strict=False)(meaning)


if IS_COMPILED:
    _operators()


def _of(compiled_way: Any, plain_way: Any) -> Any:
    return intrinsic(compiled_way) if IS_COMPILED else plain_way


each: Any = EACH if IS_COMPILED else plain.each
row: Any = _of(_row, plain.row)
put: Any = _of(_put, plain.put)
choose: Any = _of(_choose, plain.choose)
some: Any = _of(_some, plain.some)
cells: Any = _of(_cells, plain.cells)
put_cells: Any = _of(_put_cells, plain.put_cells)
path_cells: Any = _of(_path_cells, plain.path_cells)
"""What they do is said where they stand in plain Python: `derbes.kernels.plain`."""


@compiled
def least(a: Row, b: Row) -> Row:
    """The lesser of two rows, lane by lane."""
    return choose(a < b, a, b)


@compiled
def most(a: Row, b: Row) -> Row:
    """The greater of two rows, lane by lane."""
    return choose(a > b, a, b)


def table(n_rows: int) -> Any:
    """An empty table of rows, each of which begins where the processor likes it. (n, LANES)"""
    line = LINE // 8
    raw = np.zeros(n_rows * LANES + line)
    first = (-raw.ctypes.data // 8) % line
    return raw[first : first + n_rows * LANES].reshape(n_rows, LANES)
