"""The shim between the kernels and their compiler; nothing else imports it.

Named tuples of arrays and numbers become one block of memory, for kernels that pass them on.
Without the compiler (`NUMBA_DISABLE_JIT=1`) the same functions run as plain Python.
"""

import contextlib
import hashlib
import io
import operator
import os
import pickle
import re
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast, get_type_hints

import numba
import numpy as np
import numpy.typing as npt
from numba import config as _config
from numba.core import caching as _caching
from numba.core import cgutils as _cgutils
from numba.core import imputils as _imputils
from numba.core import types as _types
from numba.core.typing import arraydecl as _arraydecl
from numba.core.typing import templates as _templates
from numba.extending import intrinsic as _intrinsic
from numba.extending import models as _models
from numba.extending import register_model as _register_model
from numba.np import arrayobj as _arrayobj

from derbes.scratch import new_part, released

F = TypeVar("F", bound=Callable[..., Any])

array_index: Any = _arraydecl.get_array_index_type
arrays: Any = _arrayobj
caching: Any = _caching
cgutils: Any = _cgutils
config: Any = _config
imputils: Any = _imputils
intrinsic: Any = _intrinsic
ir: Any = cgutils.ir
models: Any = _models
register_model: Any = _register_model
templates: Any = _templates
types: Any = _types
"""What teaches the compiler new types; it comes without types of its own."""
IS_COMPILED = not config.DISABLE_JIT


def compiled(function: F) -> F:
    """The function compiled into those that call it, kept on disk for later processes."""
    return _compiled(function, inline=True)


def called(function: F) -> F:
    """As `compiled`, but it stands once in machine code however many call it."""
    return _compiled(function, inline=False)


def _compiled(function: F, *, inline: bool) -> F:
    make = numba.njit(error_model="numpy", forceinline=inline, nogil=True)
    dispatcher: Any = make(function)
    if IS_COMPILED:
        if not inline:
            _compile_once(dispatcher)
        try:
            dispatcher._cache = KernelCache(function)  # noqa: SLF001 - it is given no other way
        except RuntimeError:
            _warn(UNKEPT, str(Path(__file__).parent), "nowhere to write")
    return cast("F", dispatcher)


def _compile_once(dispatcher: Any) -> None:
    """Compile for numbers, not anew for each constant that it is called with."""
    resolve = dispatcher.get_call_template

    def of_numbers(args: Any, names: Any) -> Any:
        named = {name: types.unliteral(kind) for name, kind in names.items()}
        return resolve(tuple(types.unliteral(kind) for kind in args), named)

    dispatcher.get_call_template = of_numbers


# What is compiled is kept on disk for later processes

UNKEPT, DAMAGED = "unkept", "damaged"
_DIGEST = hashlib.sha256().digest_size


class CacheWarning(UserWarning):
    """Compiled code cannot be kept, or what was kept is damaged; the run goes on.

    Its text: `unkept` or `damaged`, the folder, a colon, the reason.
    """


_warned: set[str] = set()


def _warn(what: str, place: str, reason: str) -> None:
    """Warn once of each; the compiler hands warnings on as texts, from many places."""
    if what not in _warned:
        _warned.add(what)
        warnings.warn(f"{what} {place}: {reason}", CacheWarning, stacklevel=2)


def _sources() -> str:
    """A mark of the text of all kernels, on which the machine code of any of them depends."""
    mark = hashlib.sha256()
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        mark.update(source.read_bytes())
    return mark.hexdigest()[:16]


SOURCES = _sources()
"""That of the kernels that this process has loaded."""


class KernelCache(caching.FunctionCache):  # type: ignore[misc]
    """Machine code of a kernel on disk; trouble with it never stops a run."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Find a place.

        Raises:
            RuntimeError: There is none that can be written to.
        """
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file = KernelFiles(self._cache_path, self._impl.filename_base, stamp)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled, unless a kernel was rewritten after this process began."""
        try:
            if _sources() == SOURCES:
                super().save_overload(sig, data)
        except OSError as error:
            _warn(UNKEPT, self._cache_path, error.strerror or str(error))


class KernelFiles(caching.IndexDataCacheFile):  # type: ignore[misc]
    """Files of a kernel's machine code.

    Their names carry the mark of all kernels: the compiler looks only at the file of the
    function itself, but what it keeps holds the functions of other files that it calls. Each
    begins with the digest of the rest; one that does not is damaged, and counts as none.
    """

    def __init__(self, folder: str, name: str, stamp: Any) -> None:
        super().__init__(folder, f"{name}.{SOURCES}", stamp)
        self._folder, self._name = Path(folder), name

    def save(self, key: Any, data: Any) -> None:
        """Keep machine code, and drop that of kernels as they were before.

        Raises:
            OSError: It cannot be written.
        """
        known = self._load_index()
        mark = hashlib.sha256(repr(key).encode()).hexdigest()[:16]
        known[key] = f"{self._name}.{SOURCES}.{mark}.nbc"
        self._save_data(known[key], data)
        self._save_index(known)
        of_function, version = self._name.rsplit("-", 1)[0], self._name.rsplit(".", 1)[-1]
        old = re.compile(
            rf"{re.escape(of_function)}-\d+\.{re.escape(version)}(?!\.{SOURCES})\..*nb[ic]"
        )
        for place in self._folder.iterdir():
            if old.fullmatch(place.name):
                place.unlink(missing_ok=True)

    def _load_index(self) -> dict[Any, str]:
        content = self._read(Path(self._index_path))
        if content is None:
            return {}
        version, stamp, known = pickle.loads(content)  # noqa: S301 - its digest is right
        is_ours = (version, stamp) == (self._version, self._source_stamp)
        return cast("dict[Any, str]", known) if is_ours else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        with self._open_for_write(self._index_path) as file:
            file.write(self._dump((self._version, self._source_stamp, overloads)))

    def _load_data(self, name: str) -> Any:
        content = self._read(self._folder / name)
        return None if content is None else pickle.loads(content)  # noqa: S301 - as above

    def _read(self, place: Path) -> bytes | None:
        try:
            content = place.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _warn(UNKEPT, str(self._folder), error.strerror or str(error))
            return None
        if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
            _warn(DAMAGED, str(self._folder), "another digest")
            return None
        return content[_DIGEST:]

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        """What is written is in its place whole or not at all."""
        file, place = io.BytesIO(), Path(filepath)
        yield file
        content = file.getvalue()
        handle, part = new_part(place, place.parent)
        try:
            with os.fdopen(handle, "wb") as raw:
                raw.write(hashlib.sha256(content).digest() + content)
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        finally:
            released(part)


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = Any
"""A named tuple of the kernels, packed."""
_INDEX = ir.IntType(64)


class PackType(types.Type):  # type: ignore[misc]
    """A named tuple of arrays and numbers that stands in memory as addresses and lengths.

    Functions that pass it on pass one address, not each part of each array.
    """

    def __init__(self, kind: type) -> None:
        self.kind = kind
        mark = zlib.crc32(repr(_fields(kind)).encode())
        super().__init__(name=f"{kind.__qualname__}({mark:x})")


class PackModel(models.PrimitiveModel):  # type: ignore[misc]
    """The address of the first word."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _INDEX.as_pointer())


register_model(PackType)(PackModel)


_MOST_AXES = 3
_OF_ARRAY = 1 + _MOST_AXES
"""Words of an array: its address and its lengths."""


class FieldType(types.Array):  # type: ignore[misc]
    """An array that is a field of a packed tuple.

    Its indices are never negative, and what is written to it never changes another field, so
    that the compiler need not read again what it has read.
    """

    def __init__(self, number: Any, n_axes: int, name: str) -> None:
        self.field = name
        super().__init__(number, n_axes, "C", name=f"{name}({number}, {n_axes})")

    @property
    def key(self) -> Any:
        """What makes two the same."""
        return self.name


register_model(FieldType)(models.ArrayModel)


def _fields(kind: type) -> dict[str, Any]:
    """Numba's type of each field of a named tuple."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: _field_type(hint, f"{kind.__name__}.{name}") for name, hint in hints.items()}


def _field_type(hint: Any, name: str) -> Any:
    if hint in (int, bool):
        return types.int64
    if isinstance(hint, type) and hasattr(hint, "_fields"):
        return PackType(hint)
    axes = hint.__metadata__[0] if hasattr(hint, "__metadata__") else 1
    plain = hint.__origin__ if hasattr(hint, "__metadata__") else hint
    return FieldType(types.int64 if plain == Ints else types.float64, axes, name)


def _n_words(kind: Any) -> int:
    if isinstance(kind, PackType):
        return sum(_n_words(part) for part in _fields(kind.kind).values())
    return _OF_ARRAY if isinstance(kind, types.Array) else 1


class PackFields(templates.AttributeTemplate):  # type: ignore[misc]
    """Which fields a packed tuple has."""

    key = PackType

    def generic_resolve(self, pack: Any, name: str) -> Any:
        """Type of a field."""
        return _fields(pack.kind).get(name)


templates.infer_getattr(PackFields)


def _get_field(context: Any, builder: Any, pack: Any, words: Any, name: str) -> Any:
    """Read a field of a packed tuple."""
    fields = _fields(pack.kind)
    names = list(fields)
    first = sum(_n_words(fields[other]) for other in names[: names.index(name)])
    kind = fields[name]
    place = builder.gep(words, [ir.Constant(_INDEX, first)], inbounds=True)
    if isinstance(kind, FieldType):
        return _array_at(context, builder, kind, place)
    return place if isinstance(kind, PackType) else _word(builder, place, 0)


imputils.lower_getattr_generic(PackType)(_get_field)


def _word(builder: Any, words: Any, at: int) -> Any:
    """A word that never changes, which the compiler need not read again."""
    word = builder.load(builder.gep(words, [ir.Constant(_INDEX, at)], inbounds=True))
    word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word


def _array_at(context: Any, builder: Any, kind: Any, words: Any) -> Any:
    """The array whose address and lengths stand at a place."""
    lengths = [_word(builder, words, 1 + axis) for axis in range(kind.ndim)]
    strides = [ir.Constant(_INDEX, 8)]
    for length in lengths[:0:-1]:
        strides.insert(0, builder.mul(strides[0], length))
    array = context.make_array(kind)(context, builder)
    arrays.populate_array(
        array,
        data=builder.inttoptr(_word(builder, words, 0), array.data.type),
        shape=cgutils.pack_array(builder, lengths),
        strides=cgutils.pack_array(builder, strides),
        itemsize=ir.Constant(_INDEX, 8),
        meminfo=None,
    )
    return array._getvalue()  # noqa: SLF001 - the value has no other name


def _get_item(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """A number of a field, or an array where an axis is left out."""
    field, index = signature.args
    if signature.return_type == field.dtype:
        return _marked(builder, field, builder.load(_place(context, builder, field, index, values)))
    of_tuple = isinstance(index, types.BaseTuple)
    of_array = arrays.getitem_array_tuple if of_tuple else arrays.getitem_arraynd_intp
    return of_array(context, builder, signature, values)


def _set_item(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    """Put a number, or whatever fills a part."""
    field, index, value = signature.args
    if array_index(field, index).result != field.dtype:
        return arrays.setitem_array(context, builder, signature, values)
    put = context.cast(builder, values[2], value, field.dtype)
    place = _place(context, builder, field, index, values)
    _marked(builder, field, builder.store(put, place))
    return context.get_dummy_value()


for _index in (types.Integer, types.SliceType, types.BaseTuple):
    imputils.lower_builtin(operator.getitem, FieldType, _index)(_get_item)
    imputils.lower_builtin(operator.setitem, FieldType, _index, types.Any)(_set_item)


def _place(context: Any, builder: Any, field: Any, index: Any, values: Any) -> Any:
    """Address of a number of a field."""
    array, at = context.make_array(field)(context, builder, values[0]), values[1]
    if isinstance(index, types.BaseTuple):
        lengths = cgutils.unpack_tuple(builder, array.shape, field.ndim)
        at, *others = cgutils.unpack_tuple(builder, at, count=len(index))
        for length, other in zip(lengths[1:], others, strict=True):
            at = builder.add(builder.mul(at, length, flags=("nsw",)), other, flags=("nsw",))
    return builder.gep(array.data, [at], inbounds=True)


def _marked(builder: Any, field: Any, access: Any) -> Any:
    """A load or store that meets no other field."""
    add, zero = builder.module.add_metadata, ir.Constant(_INDEX, 0)
    of_field = add([field.field, add(["fields of packed tuples"]), zero])
    access.set_metadata("tbaa", add([of_field, of_field, zero]))
    return access


def opener(kind: type) -> Any:
    """A function of the kernels that opens what `packed` has packed."""
    if not IS_COMPILED:
        return _unchanged

    def opened(_typing: Any, words: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return context.make_array(signature.args[0])(context, builder, values[0]).data

        return PackType(kind)(words), code

    return intrinsic(opened)


def _unchanged(packed: Any) -> Any:
    return packed


def packed(parts: Any) -> Any:
    """A named tuple as words for `opener`; it must be kept as long as they are used."""
    return np.array(_words(parts), dtype=np.int64) if IS_COMPILED else parts


def packed_rows(parts: Any) -> Any:
    """Several named tuples of one kind, each a row for `opener`."""
    return np.stack([packed(part) for part in parts]) if IS_COMPILED else parts


def _words(part: Any) -> list[int]:
    if isinstance(part, np.ndarray):
        if not part.flags.c_contiguous or part.dtype not in (np.int64, np.float64):
            raise TypeError("an array for the kernels holds words, one after the other")
        lengths = [*part.shape, *[0] * (_MOST_AXES - part.ndim)]
        return [part.ctypes.data, *lengths]
    if isinstance(part, tuple):
        return [word for inner in part for word in _words(inner)]
    return [int(part)]
