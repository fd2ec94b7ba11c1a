import socket

import pytest

from transforms.web.address import ForbiddenAddressError, Network, is_public, may_be_public, system_addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.100.100.200",  # shared space; Alibaba Cloud's metadata
        "168.63.129.16",  # Azure
        "169.254.169.254",
        "192.0.0.192",  # Oracle Cloud's metadata
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fd00:ec2::254",  # AWS
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",  # NAT64 of 169.254.169.254
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    ],
)
def test_addresses_that_are_not_of_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "168.63.129.15",
        "192.0.1.1",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2002:101:101::1",
    ],
)
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(("host", "public"), [
    ("press.example", True), ("1.1.1.1", True), ("[2606:4700::1111]", True), ("mylocalhost", True),
    ("localhost", False), ("a.localhost.", False), ("127.0.0.1", False), ("[::1]", False), ("", False),
])  # fmt: skip
def test_hosts_that_may_be_public(host: str, public: bool) -> None:
    assert may_be_public(host) is public


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1", "017700000001"])
def test_odd_notations_resolve_to_what_they_mean(host: str) -> None:
    assert system_addresses(host) == ("127.0.0.1",)


def test_connects_to_a_permitted_address_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        network = Network(
            lambda host: ["127.0.0.2", "127.0.0.1"], lambda address, port: address == "127.0.0.1"
        )
        with network.connect("a.test", port, lambda: 5.0) as sock:
            assert sock.getpeername() == ("127.0.0.1", port)


def test_tries_the_next_address_where_one_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        network = Network(lambda host: ["127.0.0.2", "127.0.0.1"], lambda address, port: True)
        with network.connect("a.test", port, lambda: 5.0) as sock:
            assert sock.getpeername() == ("127.0.0.1", port)


def test_names_the_forbidden_address() -> None:
    network = Network(lambda host: ["10.0.0.1"])
    with pytest.raises(ForbiddenAddressError, match=r"a\.test is at 10\.0\.0\.1"):
        network.connect("a.test", 80, lambda: 5.0)
