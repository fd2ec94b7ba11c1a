"""fetch: one document over HTTP, within bounds of address, time and size that its server cannot stretch."""

import http.client
import io
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from time import monotonic
from typing import Any
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url
from urllib3.util.request import ACCEPT_ENCODING

from schemas import Reason
from transforms.web.address import EVERYWHERE, PUBLIC, ForbiddenAddressError, Network

#: Redirects followed for one document; RFC 9309 asks for as many where robots.txt redirects.
MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK_BYTES = 64 * 1024


def default_user_agent() -> str:
    """Returns `newsbeam/<version>`; version 0 where the package is not installed."""
    try:
        return f"newsbeam/{version('newsbeam')}"
    except PackageNotFoundError:
        return "newsbeam/0"


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How this program behaves towards servers, and how far it trusts them.

    Attributes:
        user_agent: Sent with each request, and matched against robots.txt. Printable ASCII.
        timeout: Seconds for one document in all, from its host's name over its redirects to its last byte;
            waiting for its host's turn is not counted.
        max_page_bytes: Size limit of a document, decoded; a server that announces more is not heard out.
        host_delay: Seconds of rest between two requests to one host.
        allow_private_hosts: Let private, loopback, link-local and metadata addresses be connected to.
    """

    user_agent: str = field(default_factory=default_user_agent)
    timeout: float = 30.0
    max_page_bytes: int = 10 * 1024 * 1024
    host_delay: float = 1.0
    allow_private_hosts: bool = False

    def __post_init__(self) -> None:
        """Refuses what no request could be made with.

        Raises:
            ValueError: A limit that is not positive, a negative delay, a user agent that is no header value.
        """
        if not (self.timeout > 0 and self.max_page_bytes > 0):
            raise ValueError("time-out and page size must be above 0")
        if not self.host_delay >= 0:
            raise ValueError("the delay between requests to a host cannot be negative")
        if not (self.user_agent.strip() and self.user_agent.isascii() and self.user_agent.isprintable()):
            raise ValueError("the user agent must be printable ASCII")

    @property
    def network(self) -> Network:
        """The addresses that this policy permits."""
        return EVERYWHERE if self.allow_private_hosts else PUBLIC


@dataclass(frozen=True, slots=True)
class Media:
    """Content types that a caller can read.

    Attributes:
        accept: Value of the request's `Accept` header.
        pattern: Matches a content type, in lower case and without its parameters.
    """

    accept: str
    pattern: re.Pattern[str]


PAGES = Media(
    "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.1",
    re.compile(r"text/html|(application|text)/xml|application/xhtml\+xml"),
)
#: Feeds are served under nearly every name; parsing tells them apart.
FEEDS = Media(
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1",
    re.compile(r"text/(html|plain|xml|rss|json)|application/(octet-stream|(.+\+)?(xml|json))"),
)
ANYTHING = Media("*/*", re.compile(r".*"))


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as received.

    Attributes:
        url: Where it was found in the end, normalised.
        body: Content encodings undone.
        content_type: In lower case without parameters, None if the server was silent.
        charset: As the server says, in lower case and not checked; None if it was silent.
        fetched_at: When the server answered, in UTC.
    """

    url: str
    body: bytes
    content_type: str | None
    charset: str | None
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no document.

    Attributes:
        reason: From the closed list.
        detail: One line for a person.
        status: The HTTP status, where that is the reason.
    """

    reason: Reason
    detail: str
    status: int | None = None


Answer = Fetched | Refusal

#: Asked before each request, those after a redirect too, and held open while it runs: None lets it pass.
Gate = Callable[[Url], AbstractContextManager[Refusal | None]]


def _open_gate(target: Url) -> AbstractContextManager[Refusal | None]:
    return nullcontext(None)


def fetch(
    url: str,
    policy: FetchPolicy,
    *,
    media: Media = PAGES,
    network: Network | None = None,
    gate: Gate = _open_gate,
) -> Answer:
    """Fetches `url` by GET and follows its redirects.

    Each request has a connection of its own, made by `network` to an address that was checked. No proxy, no
    cookies, no `.netrc`, no credentials: nothing of the environment changes what is asked (urllib3 reads no
    proxy variables by itself). Certificates are verified against the system's store.

    Args:
        url: http or https; anything else is refused.
        policy: Limits and manners.
        media: What the caller can read; other content types are refused before their body is read.
        network: In place of the policy's own.
        gate: Robots rules and pacing; its time does not count towards the time-out.

    Returns:
        The document, or why there is none. Never raises for what a server does.
    """
    network = network or policy.network
    seconds_left = policy.timeout
    seen: set[str] = set()
    for _ in range(MAX_REDIRECTS + 1):
        target = parse_http_url(url)
        if target is None:
            return Refusal(Reason.FORBIDDEN_ADDRESS, f"not an http(s) address: {url}")
        if target.url in seen:
            return Refusal(Reason.FETCH_FAILED, f"redirect loop at {target.url}")
        seen.add(target.url)
        with gate(target) as refusal:
            if refusal is not None:
                return refusal
            started = monotonic()
            answer = _guarded_get(target, policy, media, network, _Clock(seconds_left))
            seconds_left -= monotonic() - started
        if not isinstance(answer, str):
            return answer
        url = answer
    return Refusal(Reason.FETCH_FAILED, f"more than {MAX_REDIRECTS} redirects")


def parse_http_url(url: str) -> Url | None:
    """Returns `url` parsed and normalised, without its fragment; None if it is not http(s) or has no host."""
    try:
        target = parse_url(url.strip())
    except HTTPError:
        return None
    if target.scheme not in {"http", "https"} or not (target.host or "").strip("."):
        return None
    return target._replace(auth=None, fragment=None)


def host_of(url: str) -> str:
    """Returns the host that is asked for `url`, empty if none is."""
    target = parse_http_url(url)
    return (target.host or "").rstrip(".") if target else ""


class _Clock:
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

    def __init__(self, sock: socket.socket, clock: _Clock) -> None:
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

    def __init__(self, sock: socket.socket, *args: Any, clock: _Clock, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReader(sock, clock))


class _Connection(HTTPConnection):
    """Connects where `network` lets it, and hears nothing after the clock has run out."""

    def __init__(
        self, host: str, port: int | None, *, network: Network, clock: _Clock, **options: Any
    ) -> None:
        super().__init__(host, port, **options)
        self._network = network
        self._clock = clock
        self.response_class: Any = partial(_TimedResponse, clock=clock)

    def _new_conn(self) -> socket.socket:
        sock = self._network.connect(self._dns_host, self.port, self._clock.wait)
        sock.settimeout(self._clock.wait())  # of the TLS handshake and of sending
        return sock


class _TlsConnection(_Connection, HTTPSConnection):
    """The same under TLS."""


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _guarded_get(
    target: Url, policy: FetchPolicy, media: Media, network: Network, clock: _Clock
) -> Answer | str:
    try:
        return _get(target, policy, media, network, clock)
    except ForbiddenAddressError as error:
        return Refusal(Reason.FORBIDDEN_ADDRESS, str(error))
    # UnicodeError: a host name that IDNA cannot express
    except (HTTPError, http.client.HTTPException, OSError, UnicodeError) as error:
        cause = error.__cause__ or error  # urllib3 wraps what happened into what it was doing
        return Refusal(Reason.FETCH_FAILED, f"{type(cause).__name__}: {cause}")


def _get(target: Url, policy: FetchPolicy, media: Media, network: Network, clock: _Clock) -> Answer | str:
    """Makes one request; returns the target of a redirect as a string."""
    host = target.host or ""
    connection: _Connection = (
        _TlsConnection(host, target.port, network=network, clock=clock, ssl_context=_tls())
        if target.scheme == "https"
        else _Connection(host, target.port, network=network, clock=clock)
    )
    headers = {
        "User-Agent": policy.user_agent,
        "Accept": media.accept,
        "Accept-Encoding": ACCEPT_ENCODING,
        "Connection": "close",
    }
    with closing(connection):
        connection.request("GET", target.request_uri, headers=headers, preload_content=False)
        with closing(connection.getresponse()) as response:
            return _read(target, response, policy.max_page_bytes, media)


def _read(target: Url, response: BaseHTTPResponse, max_bytes: int, media: Media) -> Answer | str:
    location = response.headers.get("Location")
    if response.status in _REDIRECTS and location:
        return urljoin(target.url, _utf8(location.strip()))
    if response.status != 200:
        detail = f"{response.status} {response.reason or ''}".strip()
        return Refusal(Reason.HTTP_STATUS, detail, response.status)
    content_type, charset = _content_type(response.headers.get("Content-Type"))
    if content_type and not media.pattern.fullmatch(content_type):
        return Refusal(Reason.UNSUPPORTED_MEDIA, content_type)
    unknown = _unknown_encodings(response)
    if unknown:
        return Refusal(Reason.UNSUPPORTED_MEDIA, f"content encoding {', '.join(unknown)}")
    fetched_at = datetime.now(UTC)
    body = _body(response, max_bytes)
    if body is None:
        return Refusal(Reason.TOO_LARGE, f"more than {max_bytes} bytes")
    return Fetched(target.url, body, content_type, charset, fetched_at)


def _body(response: BaseHTTPResponse, max_bytes: int) -> bytes | None:
    """Reads and decodes the body bit by bit; None as soon as it is over the limit."""
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        return None
    body = bytearray()
    for chunk in response.stream(_CHUNK_BYTES):
        body += chunk
        if len(body) > max_bytes:
            return None
    return bytes(body)


def _content_type(header: str | None) -> tuple[str | None, str | None]:
    message = Message()
    message["Content-Type"] = (header or "").strip()
    content_type = re.split(r"[;,\s]", message["Content-Type"], maxsplit=1)[0].lower()
    charset = message.get_content_charset("")
    return content_type or None, charset if charset and charset.isprintable() else None


def _unknown_encodings(response: BaseHTTPResponse) -> list[str]:
    named = (name.strip() for name in response.headers.get("Content-Encoding", "").lower().split(","))
    return [name for name in named if name and name not in {"identity", *response.CONTENT_DECODERS}]


def _utf8(header: str) -> str:
    """Undoes the Latin-1 that http.client reads headers as; many servers send paths in bare UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
