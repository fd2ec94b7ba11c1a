"""Connection: to an address that was checked, heard for no longer than its clock runs."""

import http.client
import io
import socket
from functools import partial
from time import monotonic
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection

from transforms.web.address import Network


class Clock:
    """Bounds all waits for a server together."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def wait(self) -> float:
        """Returns the seconds that are left.

        Raises:
            TimeoutError: None are.
        """
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


class _TimedReader(io.RawIOBase):
    """A socket's bytes. Sockets bound one wait only, so a byte now and then would last for ever."""

    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        self._sock = sock
        self._clock = clock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._clock.wait())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """Reads status, headers, chunk sizes and body alike through the clock."""

    def __init__(self, sock: socket.socket, *args: Any, clock: Clock, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReader(sock, clock))


class Connection(HTTPConnection):
    """Connects where `network` lets it, and hears nothing after the clock has run out."""

    def __init__(
        self, host: str, port: int | None, *, network: Network, clock: Clock, **options: Any
    ) -> None:
        super().__init__(host, port, **options)
        self._network = network
        self._clock = clock
        self.response_class: Any = partial(_TimedResponse, clock=clock)

    def _new_conn(self) -> socket.socket:
        sock = self._network.connect(self._dns_host, self.port, self._clock.wait)
        sock.settimeout(self._clock.wait())  # of the TLS handshake and of sending
        return sock


class TlsConnection(Connection, HTTPSConnection):
    """The same under TLS."""
