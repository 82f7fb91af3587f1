"""Input-output tables the long way: cell by cell, path by path, and a reader of R's files."""

import bz2
import itertools
import struct
from pathlib import Path

import numpy as np


def inputs_matrix(table):
    """A, cell by cell. (N, N)"""
    n = len(table.output)
    found = np.zeros((n, n))
    for p in range(n):
        for q in range(n):
            found[p, q] = table.cost_share[q] * table.mix[p, table.buyer[q]]
    return found


def paths_of(inputs, made, seller, length):
    """What comes of a seller after so many steps, over every path. (small tables only)"""
    n, total = len(made), 0.0
    for path in itertools.product(range(n), repeat=length):
        steps = (seller, *path)
        worth = made[steps[-1]]
        for above, below in itertools.pairwise(steps):
            worth *= inputs[above, below]
        total += worth
    return total


def read_rdata(path: Path) -> dict:
    """An uncompressed or bzip2 file of R with lists, vectors and names (format 2, XDR)."""
    data = path.read_bytes()
    data = bz2.decompress(data) if data.startswith(b"BZh") else data
    if not data.startswith(b"RDX2\nX\n"):
        raise ValueError(path)
    return _Reader(data, 7 + 12).item()


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at, self.symbols = data, at, []

    def whole(self) -> int:
        self.at += 4
        return struct.unpack(">i", self.data[self.at - 4 : self.at])[0]

    def many(self, n: int, dtype: str):
        found = np.frombuffer(self.data, dtype, n, self.at)
        self.at += found.nbytes
        return found

    def item(self):  # noqa: PLR0911 - one for each kind
        flags = self.whole()
        kind = flags & 0xFF
        if kind == 254:
            return None
        if kind == 255:
            return self.symbols[(flags >> 8) - 1]
        if kind == 1:
            self.symbols.append(self.item())
            return self.symbols[-1]
        if kind == 9:
            n = self.whole()
            self.at += max(n, 0)
            return self.data[self.at - max(n, 0) : self.at].decode()
        if kind == 2:
            return self.pairs(flags)
        n = self.whole()
        if kind in (10, 13):
            values = self.many(n, ">i4")
        elif kind == 14:
            values = self.many(n, ">f8")
        elif kind in (16, 19):
            values = [self.item() for _ in range(n)]
        else:
            raise ValueError(kind)
        marks = self.item() if flags & 0x200 else {}
        if kind == 19 and "names" in marks:
            return dict(zip(marks["names"], values, strict=True))
        if "dim" in marks:
            return np.reshape(values, tuple(marks["dim"]), order="F")
        return values

    def pairs(self, flags: int) -> dict:
        found = {}
        while True:
            if flags & 0x200:
                self.item()
            name = self.item() if flags & 0x400 else None
            found[name] = self.item()
            flags = self.whole()
            if flags & 0xFF == 254:
                return found
