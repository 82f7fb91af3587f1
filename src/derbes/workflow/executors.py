"""Who does the work: processes of this machine, or a Dask cluster by its address.

The only module that knows Dask.
"""

import contextlib
import re
import socket
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any

from derbes.errors import DerbesError, MissingExtraError, Problem, RequestError
from derbes.language import _
from derbes.study.workers import make_pool

LOCAL = "local"
PATIENCE = 10.0
"""How long an address may take to answer. [s]"""
_ADDRESS = re.compile(r"(?:(?P<scheme>dask|tcp|tls)://)(?P<host>[^\s:/]+):(?P<port>\d{1,5})/?")
_MOST_PORTS = 65535


def executor_problems(text: str) -> list[Problem]:
    """What is wrong with the words for an executor."""
    if text in ("", LOCAL) or (text.isdigit() and int(text) >= 1):
        return []
    found = _ADDRESS.fullmatch(text)
    if found and 1 <= int(found["port"]) <= _MOST_PORTS:
        return []
    return [
        Problem(
            where="executor",
            what=_('"{text}" names no executor').format(text=text),
            fix=_("write local, a number of processes, or an address such as dask://host:8786"),
        )
    ]


def is_address(text: str) -> bool:
    """Whether the words are the address of a cluster."""
    return _ADDRESS.fullmatch(text) is not None


def workers_of(text: str, n_workers: int) -> int:
    """Processes of this machine that the words ask for; a bare number counts."""
    return int(text) if text.isdigit() else n_workers


@contextlib.contextmanager
def opened_executor(text: str, *, source: str, n_workers: int = 1) -> Iterator[Executor | None]:
    """The executor that words name, closed afterwards; None: this process does the work.

    Args:
        text: `local`, a number of processes, or the address of a Dask scheduler.
        source: The case, for the message.
        n_workers: Processes where the words say `local`.

    Raises:
        RequestError: The words name no executor, or nobody answers at the address.
        MissingExtraError: An address is given, and Dask is not installed.
    """
    problems = executor_problems(text)
    if problems:
        raise RequestError(source, problems)
    found = _ADDRESS.fullmatch(text)
    if found:
        with _cluster(found["scheme"], (found["host"], int(found["port"])), source) as executor:
            yield executor
        return
    n = workers_of(text, n_workers)
    if n <= 1:
        yield None
        return
    pool = make_pool(n)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def _cluster(scheme: str, place: tuple[str, int], source: str) -> Iterator[Executor]:
    try:
        import distributed  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise MissingExtraError(
            _(
                'A Dask cluster needs the "cluster" extra. Fix: pip install "derbes[cluster]", '
                "or leave the address out to use the cores of this machine."
            )
        ) from error
    address = f"{'tcp' if scheme == 'dask' else scheme}://{place[0]}:{place[1]}"
    _knock(place, address, source, speaks_first=scheme != "tls")
    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise _nobody(address, source, str(error)) from error
    try:
        yield client.get_executor()
    finally:
        client.close(timeout=PATIENCE)


def _knock(place: tuple[str, int], address: str, source: str, *, speaks_first: bool) -> None:
    """Ask whether a scheduler listens at all, before a client waits without end for one.

    A scheduler greets whoever connects; somebody else at the address stays silent.
    """
    try:
        with socket.create_connection(place, timeout=PATIENCE) as knock:
            if speaks_first and not knock.recv(1):
                raise _nobody(address, source, _("the connection was closed"))
    except OSError as error:
        raise _nobody(address, source, error.strerror or str(error)) from error


def _nobody(address: str, source: str, reason: str) -> DerbesError:
    problem = Problem(
        where="executor",
        what=_("no Dask scheduler answers at {address} within {seconds:.0f} s: {reason}").format(
            address=address, seconds=PATIENCE, reason=reason
        ),
        fix=_("start one with: dask scheduler; or leave --executor out"),
    )
    return RequestError(source, [problem])
