import ipaddress
import os
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from derbes.cli import ALGEBRA_THREADS

settings.register_profile(
    "derbes", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("derbes")

os.environ["DERBES_NET"] = "off"  # an error that nobody foresaw is a test that fails
for _variable in ALGEBRA_THREADS:  # before a test loads numpy: the last digits of the program
    os.environ.setdefault(_variable, "1")

_connect = socket.socket.connect


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True
    host = address[0]
    return host == "localhost" or ipaddress.ip_address(host).is_loopback


def _connect_locally(self: socket.socket, address: object) -> None:
    if not _is_local(address):
        pytest.fail(f"a test reached for the network: {address}")
    _connect(self, address)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _connect_locally)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English for each test, and after it, when what several tests share may be made."""
    from derbes.language import use_language  # noqa: PLC0415 - lets coverage start before

    monkeypatch.setenv("LANGUAGE", "en")
    use_language("en")
    yield
    use_language("en")
