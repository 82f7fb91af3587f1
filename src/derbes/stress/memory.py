"""Whether memory will suffice, said before anything is computed."""

import os
import resource

from derbes.errors import Problem, RequestError
from derbes.language import _

NUMBER = 8
"""Size of a number. [byte]"""
PART = 0.5
"""Part of the memory of the machine that answers may take."""
BLOCK = 16384
"""Draws that are run at once."""
KEPT = 4096
"""Draws whose inputs are kept, for what is computed from given draws."""
MIB = 1 << 20


def memory_limit() -> int:
    """Memory that answers may take: half of the machine's, or what the system allows. [byte]"""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    allowed, _most = resource.getrlimit(resource.RLIMIT_AS)
    return int(PART * (physical if allowed == resource.RLIM_INFINITY else min(physical, allowed)))


def memory_needed(n_draws: int, *, n_inputs: int, n_columns: int, n_variants: int) -> int:
    """Memory that answers over draws take. [byte]

    All columns of all draws are kept, and what a sort of one of them takes; of the inputs,
    those of a block and of the first draws.
    """
    rows = n_draws * (n_columns * n_variants + 4)
    inputs = min(n_draws, BLOCK + KEPT) * 3 * (n_inputs + 1)
    return NUMBER * (rows + inputs)


def check_memory(source: str, n_draws: int, *, limit: int, **sizes: int) -> None:
    """Refuse what memory will not hold, with the number of draws that it would.

    Args:
        source: The case, for the message.
        n_draws: Draws that are asked for.
        limit: Memory that may be taken. [byte]
        **sizes: As of `memory_needed`.

    Raises:
        RequestError: The answers would not fit.
    """
    needed = memory_needed(n_draws, **sizes)
    if needed <= limit:
        return
    fits = 0
    step = n_draws
    while step:
        if memory_needed(fits + step, **sizes) <= limit:
            fits += step
        else:
            step //= 2
    what = _("{n:,} draws need {needed:,} MiB of memory, and {limit:,} MiB may be taken").format(
        n=n_draws, needed=-(-needed // MIB), limit=limit // MIB
    )
    fix = _("ask for at most {fits:,} draws, fewer variants or fewer questions").format(fits=fits)
    raise RequestError(source, [Problem("draws", what, fix=fix)])
