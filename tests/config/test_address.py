import socket
from collections.abc import Iterator

import pytest

from config.address import AddressError, require_free, web_address


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_web_address_is_local_and_8000_unless_told_otherwise() -> None:
    assert web_address({}) == ("127.0.0.1", 8000)
    assert web_address({"HOST": "", "PORT": ""}) == ("127.0.0.1", 8000)
    assert web_address({"HOST": "0.0.0.0", "PORT": "8001"}) == ("0.0.0.0", 8001)  # noqa: S104


@pytest.mark.parametrize("port", ["eight", "0", "65536", "-1", "80 ", "８０"])
def test_web_address_refuses_what_is_no_port(port: str) -> None:
    with pytest.raises(AddressError, match="is not a port"):
        web_address({"PORT": port})


def test_require_free_names_the_busy_port_and_a_free_one(busy_port: int) -> None:
    with pytest.raises(AddressError, match=rf"Port {busy_port} is busy.*PORT=\d+ make run") as refusal:
        require_free("127.0.0.1", busy_port, patience=0)

    proposed = int(str(refusal.value).partition("PORT=")[2].split()[0])
    require_free("127.0.0.1", proposed)


def test_require_free_refuses_an_address_of_another_machine() -> None:
    with pytest.raises(AddressError, match=r"HOST=192\.0\.2\.1 is not an address of this machine"):
        require_free("192.0.2.1", 8000)
