"""The shim between the kernels and their compiler: functions, and lanes of numbers.

A *lane* is one of `LANES` futures that are computed side by side: a kernel reads a row
of a table with one number for each of them, and one instruction of the processor works
on the whole row. Written with operators (`a + b`, `a < b`, `m & n`) and the functions of
this module. Without the compiler (`NUMBA_DISABLE_JIT=1`) a row is a numpy array and the
same code runs as plain Python.
"""

import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast, get_type_hints

import numba
import numpy as np
from numba.core import cgutils, types
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.np.arrayobj import populate_array
from numba.extending import intrinsic, models, overload, register_model

from derbes.kernels.layout import Ints

F = TypeVar("F", bound=Callable[..., Any])
Row = Any
"""One number for each lane, or one truth value for each."""
Words = Any
"""A named tuple of the kernels, packed."""
LANES = 16
"""Numbers in a row: two of the widest registers of today, so that one works while the other
waits."""
IS_COMPILED = not numba.config.DISABLE_JIT

ir = cgutils.ir


def compiled(function: F) -> F:
    """The function compiled into those that call it, kept on disk for later processes."""
    return _compiled(function, inline=True)


def called(function: F) -> F:
    """As `compiled`, but it stands once in machine code however many call it."""
    return _compiled(function, inline=False)


def _compiled(function: F, *, inline: bool) -> F:
    make = numba.njit(cache=True, error_model="numpy", forceinline=inline, nogil=True)
    dispatcher = make(function)
    if hasattr(dispatcher, "stats"):
        _forget_outdated(Path(str(dispatcher.stats.cache_path)), function)
    return cast("F", dispatcher)


def _forget_outdated(folder: Path, function: Callable[..., Any]) -> None:
    """Drop machine code that is older than any kernel.

    The compiler looks only at the file of the function itself, but what it keeps
    holds the functions of other files that it calls.
    """
    newest = max(source.stat().st_mtime for source in Path(__file__).parent.rglob("*.py"))
    stem = Path(function.__code__.co_filename).stem
    for index in folder.glob(f"{stem}.{function.__qualname__}-*.nbi"):
        if index.stat().st_mtime < newest:
            index.unlink(missing_ok=True)


class NumberRow(types.Type):
    """A row of numbers, as the compiler knows it."""

    def __init__(self) -> None:
        super().__init__(name=f"NumberRow{LANES}")


class TruthRow(types.Type):
    """A row of truth values, as the compiler knows it."""

    def __init__(self) -> None:
        super().__init__(name=f"TruthRow{LANES}")


NUMBERS, TRUTHS = NumberRow(), TruthRow()
_INDEX = ir.IntType(64)
_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
_INDICES = ir.VectorType(_INDEX, LANES)
_BITS = ir.VectorType(ir.IntType(1), LANES)


@register_model(NumberRow)
class NumberRowModel(models.PrimitiveModel):
    """A row of numbers in a register."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _DOUBLES)


@register_model(TruthRow)
class TruthRowModel(models.PrimitiveModel):
    """A row of truth values in a register."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _BITS)


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


@intrinsic
def _each(_typing: Any, _value: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return _splat(builder, values[0], _DOUBLES)

    return NUMBERS(types.float64), code


@intrinsic
def _row(_typing: Any, table: Any, _at: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, signature.args[0], values)
        return builder.load(builder.bitcast(place, _DOUBLES.as_pointer()), align=8)

    return NUMBERS(table, types.intp), code


@intrinsic
def _put(_typing: Any, table: Any, _at: Any, _value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, signature.args[0], values[:2])
        builder.store(values[2], builder.bitcast(place, _DOUBLES.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(table, types.intp, NUMBERS), code


@intrinsic
def _cells(_typing: Any, table: Any, _at: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        return _gather(builder, _addresses(builder, data, _own_places(builder, values[1])))

    return NUMBERS(table, NUMBERS), code


@intrinsic
def _put_cells(_typing: Any, table: Any, _at: Any, _value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        places = _own_places(builder, values[1])
        _scatter(builder, values[2], _addresses(builder, data, places))
        return context.get_dummy_value()

    return types.void(table, NUMBERS, NUMBERS), code


@intrinsic
def _path_cells(_typing: Any, paths: Any, _path: Any, _at: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        table = context.make_array(signature.args[0])(context, builder, values[0])
        width = builder.extract_value(table.shape, 1)
        first = _splat(builder, builder.mul(values[1], width), _INDICES)
        places = builder.add(first, builder.fptosi(values[2], _INDICES))
        return _gather(builder, _addresses(builder, table.data, places))

    return NUMBERS(paths, types.intp, NUMBERS), code


@intrinsic
def _choose(_typing: Any, _mask: Any, _yes: Any, _no: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.select(*values)

    return NUMBERS(TRUTHS, NUMBERS, NUMBERS), code


@intrinsic
def _some(_typing: Any, _mask: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        bits = ir.IntType(LANES)
        return builder.icmp_unsigned("!=", builder.bitcast(values[0], bits), ir.Constant(bits, 0))

    return types.boolean(TRUTHS), code


@intrinsic
def _opposite(_typing: Any, _mask: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.not_(values[0])

    return TRUTHS(TRUTHS), code


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

    @overload(operator.invert, strict=False)
    def invert(a: Any) -> Any:
        return (lambda a: _opposite(a)) if isinstance(a, TruthRow) else None


def _comparison(word: str) -> Callable[..., Any]:
    return lambda builder, x, y: builder.fcmp_ordered(word, x, y)


def _teach(sign: Any, function: Any) -> None:
    rows = (NumberRow, TruthRow)

    @overload(sign, strict=False)
    def meaning(a: Any, b: Any) -> Any:
        if isinstance(a, rows) and isinstance(b, rows):
            return lambda a, b: function(a, b)
        if isinstance(a, NumberRow) and isinstance(b, types.Number):
            return lambda a, b: function(a, _each(float(b)))
        if isinstance(a, types.Number) and isinstance(b, NumberRow):
            return lambda a, b: function(_each(float(a)), b)
        return None


class PackType(types.Type):
    """A named tuple of arrays and numbers that stands in memory as addresses and lengths.

    Functions that pass it on pass one address, not each part of each array.
    """

    def __init__(self, kind: type) -> None:
        self.kind = kind
        super().__init__(name=f"Pack({kind.__module__}.{kind.__qualname__})")


@register_model(PackType)
class PackModel(models.PrimitiveModel):
    """The address of the first word."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _INDEX.as_pointer())


_MOST_AXES = 3
_OF_ARRAY = 1 + _MOST_AXES
"""Words of an array: its address and its lengths."""


def _fields(kind: type) -> dict[str, Any]:
    """Numba's type of each field of a named tuple."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: _field_type(hint) for name, hint in hints.items()}


def _field_type(hint: Any) -> Any:
    if hint in (int, bool):
        return types.int64
    if isinstance(hint, type) and hasattr(hint, "_fields"):
        return PackType(hint)
    axes = hint.__metadata__[0] if hasattr(hint, "__metadata__") else 1
    plain = hint.__origin__ if hasattr(hint, "__metadata__") else hint
    number = types.int64 if plain == Ints else types.float64
    return types.Array(number, axes, "C")


def _n_words(kind: Any) -> int:
    if isinstance(kind, PackType):
        return sum(_n_words(part) for part in _fields(kind.kind).values())
    return _OF_ARRAY if isinstance(kind, types.Array) else 1


@infer_getattr
class PackFields(AttributeTemplate):
    """Which fields a packed tuple has."""

    key = PackType

    def generic_resolve(self, pack: Any, name: str) -> Any:
        """Type of a field."""
        return _fields(pack.kind).get(name)


@lower_getattr_generic(PackType)
def _get_field(context: Any, builder: Any, pack: Any, words: Any, name: str) -> Any:
    """Read a field of a packed tuple."""
    fields = _fields(pack.kind)
    names = list(fields)
    first = sum(_n_words(fields[other]) for other in names[: names.index(name)])
    kind = fields[name]
    place = builder.gep(words, [ir.Constant(_INDEX, first)])
    if isinstance(kind, PackType):
        return place
    if not isinstance(kind, types.Array):
        return _word(builder, place)
    return _array_at(context, builder, kind, place)


def _word(builder: Any, place: Any) -> Any:
    """A word that never changes, which the compiler need not read again."""
    word = builder.load(place)
    word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word


def _array_at(context: Any, builder: Any, kind: Any, place: Any) -> Any:
    """The array whose address and lengths stand at a place."""
    lengths = [
        _word(builder, builder.gep(place, [ir.Constant(_INDEX, 1 + axis)]))
        for axis in range(kind.ndim)
    ]
    strides = [ir.Constant(_INDEX, 8)]
    for length in lengths[:0:-1]:
        strides.insert(0, builder.mul(strides[0], length))
    array = context.make_array(kind)(context, builder)
    populate_array(
        array,
        data=builder.inttoptr(_word(builder, place), array.data.type),
        shape=cgutils.pack_array(builder, lengths),
        strides=cgutils.pack_array(builder, strides),
        itemsize=ir.Constant(_INDEX, 8),
        meminfo=None,
    )
    return array._getvalue()  # noqa: SLF001 - how the compiler's own functions return one


def opener(kind: type) -> Any:
    """A function of the kernels that opens what `packed` has packed."""
    if not IS_COMPILED:
        return _unchanged

    @intrinsic
    def opened(_typing: Any, words: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return context.make_array(signature.args[0])(context, builder, values[0]).data

        return PackType(kind)(words), code

    return opened


def _unchanged(packed: Any) -> Any:
    return packed


def packed(parts: Any) -> Any:
    """A named tuple as words for `opener`; it must be kept as long as they are used."""
    return np.array(_words(parts), dtype=np.int64) if IS_COMPILED else parts


def _words(part: Any) -> list[int]:
    if isinstance(part, np.ndarray):
        if not part.flags.c_contiguous or part.dtype not in (np.int64, np.float64):
            raise TypeError("an array for the kernels holds words, one after the other")
        lengths = [*part.shape, *[0] * (_MOST_AXES - part.ndim)]
        return [part.ctypes.data, *lengths]
    if isinstance(part, tuple):
        return [word for inner in part for word in _words(inner)]
    return [int(part)]


if IS_COMPILED:
    _operators()
    each, row, put, choose, some = _each, _row, _put, _choose, _some
    cells, put_cells, path_cells = _cells, _put_cells, _path_cells
else:
    from derbes.kernels.plain import cells, choose, each, path_cells, put, put_cells, row, some


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
    line = 64 // 8
    raw = np.zeros(n_rows * LANES + line)
    first = (-raw.ctypes.data // 8) % line
    return raw[first : first + n_rows * LANES].reshape(n_rows, LANES)
