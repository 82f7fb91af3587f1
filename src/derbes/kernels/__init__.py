"""Loops over plain arrays, compiled by one shim.

`NUMBA_DISABLE_JIT=1` runs the same code as plain Python.
"""

from derbes.kernels.compiling import compiled

__all__ = ["compiled"]
