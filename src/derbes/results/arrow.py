"""Columns as a stream of Arrow, for data frames and engines of any library.

The stream is handed over by the Arrow PyCapsule protocol, without a library: structures of the
Arrow C data interface over arrays of numpy. Of a stream there is one batch.
"""

import ctypes
import itertools
import struct
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from numpy import asarray, cumsum, frombuffer, packbits

FORMATS = {float: b"g", int: b"l", bool: b"b", str: b"u"}
"""Kind → how Arrow names it."""
_NULLABLE = 2
_NAME = b"arrow_array_stream"
_NO_ERROR = 0


class _Schema(ctypes.Structure): ...


class _Array(ctypes.Structure): ...


class _Stream(ctypes.Structure): ...


_Schemas, _Arrays, _Streams = map(ctypes.POINTER, (_Schema, _Array, _Stream))
_RELEASE: Any = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_GET_SCHEMA: Any = ctypes.CFUNCTYPE(ctypes.c_int, _Streams, _Schemas)
_GET_NEXT: Any = ctypes.CFUNCTYPE(ctypes.c_int, _Streams, _Arrays)
_GET_ERROR: Any = ctypes.CFUNCTYPE(ctypes.c_char_p, _Streams)
_TEXT, _NUMBER, _PLACE = ctypes.c_char_p, ctypes.c_int64, ctypes.c_void_p
_Schema._fields_ = [
    ("format", _TEXT),
    ("name", _TEXT),
    ("metadata", _TEXT),
    ("flags", _NUMBER),
    ("n_children", _NUMBER),
    ("children", ctypes.POINTER(_Schemas)),
    ("dictionary", _PLACE),
    ("release", _PLACE),
    ("private_data", _PLACE),
]
_Array._fields_ = [
    ("length", _NUMBER),
    ("null_count", _NUMBER),
    ("offset", _NUMBER),
    ("n_buffers", _NUMBER),
    ("n_children", _NUMBER),
    ("buffers", ctypes.POINTER(_PLACE)),
    ("children", ctypes.POINTER(_Arrays)),
    ("dictionary", _PLACE),
    ("release", _PLACE),
    ("private_data", _PLACE),
]
_Stream._fields_ = [
    ("get_schema", _PLACE),
    ("get_next", _PLACE),
    ("get_last_error", _PLACE),
    ("release", _PLACE),
    ("private_data", _PLACE),
]


class ArrowColumn(NamedTuple):
    """A column: its name, what it holds (`FORMATS`), and its cells; None is missing."""

    name: str
    kind: type
    cells: Sequence[Any]
    unit: str = ""
    """Told in the metadata of the column."""


class _Table(NamedTuple):
    fields: Sequence[ArrowColumn]
    columns: Sequence[tuple[int, Sequence[Any]]]
    """Missing cells and buffers of each, made before anybody reads."""
    n_rows: int
    is_told: list[bool]
    """Whether its batch has been handed over."""


_kept: dict[int, Any] = {}
"""What a reader still holds: number in `private_data` → what must stay where it is."""
_numbers = itertools.count(1)


def _keep(what: Any) -> int:
    number = next(_numbers)
    _kept[number] = what
    return number


def stream_of(fields: Sequence[ArrowColumn], n_rows: int) -> Any:
    """A capsule of a stream that holds the columns, each of so many rows."""
    columns = [_buffers(one) for one in fields]
    stream = _Stream(*map(_address, (_get_schema, _get_next, _get_error, _end_stream)))
    stream.private_data = _keep(_Table(fields, columns, n_rows, [False]))
    place = ctypes.addressof(stream)
    _kept[-place] = stream
    new = ctypes.pythonapi.PyCapsule_New
    new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    new.restype = ctypes.py_object
    return new(place, _NAME, _address(_end_capsule))


def _address(function: Any) -> int | None:
    return ctypes.cast(function, _PLACE).value


# What a reader calls


def _end(place: int, kind: Any) -> None:
    """Let go of what stands at a place, and of its children that nobody has taken over."""
    one = kind.from_address(place)
    for n in range(getattr(one, "n_children", 0)):
        child = one.children[n].contents
        if child.release:
            _RELEASE(child.release)(ctypes.addressof(child))
    one.release = None
    _kept.pop(one.private_data, None)


_end_schema, _end_array, _end_stream = (
    _RELEASE(partial(_end, kind=kind)) for kind in (_Schema, _Array, _Stream)
)


@_RELEASE  # type: ignore[untyped-decorator]
def _end_capsule(capsule: int) -> None:
    """The capsule is gone; a stream that nobody took over goes with it."""
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]
    place = get(capsule, _NAME)
    if _Stream.from_address(place).release:
        _end(place, _Stream)
    _kept.pop(-place, None)


@_GET_SCHEMA  # type: ignore[untyped-decorator]
def _get_schema(stream: Any, into: Any) -> int:
    table = _kept[stream.contents.private_data]
    children = [
        _schema(FORMATS[one.kind], one.name, flags=_NULLABLE, unit=one.unit) for one in table.fields
    ]
    into[0] = _schema(b"+s", "", children=children)
    return _NO_ERROR


@_GET_NEXT  # type: ignore[untyped-decorator]
def _get_next(stream: Any, into: Any) -> int:
    table = _kept[stream.contents.private_data]
    if table.is_told[0]:
        into[0] = _Array()  # one without release says that there is no more
        return _NO_ERROR
    table.is_told[0] = True
    children = [_array(table.n_rows, *one) for one in table.columns]
    into[0] = _array(table.n_rows, 0, [None], children)
    return _NO_ERROR


@_GET_ERROR  # type: ignore[untyped-decorator]
def _get_error(_stream: Any) -> None:
    return None


for _function in (_end_schema, _end_array, _end_stream, _end_capsule, _get_schema, _get_next,
                  _get_error):  # fmt: skip
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_function))  # readers may outlive this module


# What stands in a stream


def _schema(
    form: bytes, name: str, *, flags: int = 0, unit: str = "", children: Sequence[_Schema] = ()
) -> _Schema:
    pointers = _pointers(_Schemas, children)
    coded, key, value = name.encode(), b"unit", unit.encode()
    about = struct.pack(f"=ii4si{len(value)}s", 1, len(key), key, len(value), value)
    one = _Schema(form, coded, about if unit else None, flags, len(children), pointers)
    one.release = _address(_end_schema)
    one.private_data = _keep((form, coded, about, pointers, children))
    return one


def _pointers(kind: Any, children: Sequence[Any]) -> Any:
    return (kind * len(children))(*map(ctypes.pointer, children))


def _array(
    length: int, n_null: int, buffers: Sequence[Any], children: Sequence[_Array] = ()
) -> _Array:
    places = [None if one is None else one.ctypes.data for one in buffers]
    held = (ctypes.c_void_p * len(places))(*places)
    pointers = _pointers(_Arrays, children)
    one = _Array(length, n_null, 0, len(places), len(children), held, pointers)
    one.release = _address(_end_array)
    one.private_data = _keep((buffers, held, pointers, children))
    return one


def _buffers(field: ArrowColumn) -> tuple[int, Sequence[Any]]:
    """How many cells are missing, and which bits and numbers Arrow has for the others."""
    known = [cell is not None for cell in field.cells]
    n_null = known.count(False)
    mask = packbits(asarray(known, bool), bitorder="little") if n_null else None
    full = [field.kind() if cell is None else field.kind(cell) for cell in field.cells]
    if field.kind is str:
        coded = [text.encode("utf-8", "replace") for text in full]
        ends = cumsum([0, *map(len, coded)]).astype("int32")
        return n_null, [mask, ends, frombuffer(b"".join(coded) + b"\0", "uint8")]
    data = asarray(full, {float: "float64", int: "int64", bool: "bool"}[field.kind])
    data = packbits(data, bitorder="little") if field.kind is bool else data
    return n_null, [mask, data]
