"""Network: how host names become addresses, and which addresses may be connected to."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

#: Not to be reached from a crawler, though `is_global` of some Python 3.11 to 3.13 lets them through.
_SPECIAL = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure: metadata and DNS of the platform, on a public address
        "192.0.0.0/24",  # IETF protocol assignments (RFC 6890); Oracle Cloud: metadata
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "64:ff9b:1::/48",  # NAT64 for local use (RFC 8215)
        "3fff::/20",  # documentation (RFC 9637)
        "5f00::/16",  # segment routing (RFC 9602)
        "fec0::/10",  # site-local (RFC 3879)
    )
)
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052
_LOWEST_32_BITS = 0xFFFF_FFFF


class ForbiddenAddressError(Exception):
    """A name has no address that may be connected to."""


def is_public(address: str) -> bool:
    """Tells whether `address` belongs to the open internet.

    Private, loopback, link-local, shared, multicast, reserved and cloud metadata addresses do not. An IPv6
    address that wraps an IPv4 one (mapped, 6to4, NAT64) is judged by what it wraps, because a packet to it
    ends there.

    Args:
        address: IPv4 or IPv6 in text form, with or without a zone (`fe80::1%eth0`).

    Raises:
        ValueError: `address` is no IP address.
    """
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = _wrapped(ip) or ip
    forbidden = ip.is_multicast or ip.is_reserved or any(ip in network for network in _SPECIAL)
    return ip.is_global and not forbidden


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & _LOWEST_32_BITS)
    return ip.ipv4_mapped or ip.sixtofour


def may_be_public(host: str) -> bool:
    """Tells whether `host` may belong to the open internet: an address that does, or a name but localhost."""
    try:
        return is_public(host.strip("[]"))
    except ValueError:
        return host != "" and not f".{host.rstrip('.').lower()}".endswith(".localhost")


def system_addresses(host: str) -> Sequence[str]:
    """Resolves `host` as the system does; an address in any notation comes out in its usual one.

    The system's resolver takes no time-out of ours: its own (5 to 30 s as a rule) holds.

    Raises:
        OSError: The name is not known, or the resolver does not answer.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def public_only(address: str, port: int) -> bool:
    """Permits the open internet."""
    return is_public(address)


def anywhere(address: str, port: int) -> bool:
    """Permits every address (`--allow-private-hosts`)."""
    return True


@dataclass(frozen=True, slots=True)
class Network:
    """The way out of this machine.

    Attributes:
        resolve: From a host name to its addresses, the preferred one first; raises OSError.
        permits: From an address and a port to whether it may be connected to.
    """

    resolve: Callable[[str], Sequence[str]] = system_addresses
    permits: Callable[[str, int], bool] = public_only

    def connect(self, host: str, port: int, wait: Callable[[], float]) -> socket.socket:
        """Connects to the first permitted address of `host` that answers.

        The name is resolved once and the connection goes to the very address that was checked, so a name
        server that answers differently the second time is never asked a second time.

        Args:
            host: Name or address, without brackets.
            port: TCP port.
            wait: Gives the seconds that are left; raises TimeoutError when none are.

        Raises:
            ForbiddenAddressError: No address of `host` is permitted.
            OSError: The name is unknown, or none of the permitted addresses answers.
        """
        addresses = self.resolve(host)
        permitted = [address for address in addresses if self.permits(address, port)]
        if not permitted:
            raise ForbiddenAddressError(f"{host} is at {', '.join(addresses) or 'no address'}")
        for number, address in enumerate(permitted[:-1]):
            try:  # with a fair share of the time, so that a black hole leaves some to the others
                return socket.create_connection((address, port), wait() / (len(permitted) - number))
            except OSError:
                continue
        return socket.create_connection((permitted[-1], port), wait())


PUBLIC = Network()
EVERYWHERE = Network(permits=anywhere)
