"""fetch: one document over HTTP, within bounds of address, time and size that its server cannot stretch."""

import http.client
import re
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cache
from time import monotonic
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url
from urllib3.util.request import ACCEPT_ENCODING

from schemas import Reason
from transforms.web.address import ForbiddenAddressError, Network
from transforms.web.connection import Clock, Connection, TlsConnection
from transforms.web.opt_outs import header_opt_out
from transforms.web.policy import PAGES, FetchPolicy, Media

#: Redirects followed for one document; RFC 9309 asks for as many where robots.txt redirects.
MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
#: A validator that is longer is not worth keeping for each feed.
_MAX_VALIDATOR_CHARACTERS = 512
_MAX_DIGITS = 9
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the version it sent, to be sent back to it (RFC 9110, 8.8).

    Attributes:
        etag: Value of `ETag`.
        last_modified: Value of `Last-Modified`.
    """

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Returns the headers that ask for another version than this one."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as received.

    Attributes:
        url: Where it was found in the end, normalised.
        body: Content encodings undone.
        content_type: In lower case without parameters, None if the server was silent.
        charset: As the server says, in lower case and not checked; None if it was silent.
        fetched_at: When the server answered, in UTC.
        validators: Of this version.
        moved_to: Where permanent redirects (301, 308) alone led to, None if there were none at first.
        opt_out: The header by which the server reserves its rights, None if there is none.
    """

    url: str
    body: bytes
    content_type: str | None
    charset: str | None
    fetched_at: datetime
    validators: Validators = NO_VALIDATORS
    moved_to: str | None = None
    opt_out: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no document.

    Attributes:
        reason: From the closed list.
        detail: One line for a person.
        status: The HTTP status, where that is the reason; 304 where the version asked about still holds.
        retry_after: Seconds for which the server asks to be left alone, None if it does not.
        host: That gave the status; another than that of the URL after a redirect.
        moved_to: As in `Fetched`.
    """

    reason: Reason
    detail: str
    status: int | None = None
    retry_after: float | None = None
    host: str | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class _Redirect:
    url: str
    permanent: bool


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
    validators: Validators = NO_VALIDATORS,
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
        validators: Of the version that is held; the server may answer 304 then.

    Returns:
        The document, or why there is none. Never raises for what a server does.
    """
    network = network or policy.network
    seconds_left = policy.timeout
    seen: set[str] = set()
    moved_to, moving = None, True
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
            answer = _guarded_get(target, policy, media, network, Clock(seconds_left), validators)
            seconds_left -= monotonic() - started
        if not isinstance(answer, _Redirect):
            return replace(answer, moved_to=moved_to)
        url = answer.url
        moving = moving and answer.permanent
        moved_to = url if moving else moved_to
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


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _guarded_get(
    target: Url, policy: FetchPolicy, media: Media, network: Network, clock: Clock, validators: Validators
) -> Answer | _Redirect:
    try:
        return _get(target, policy, media, network, clock, validators)
    except ForbiddenAddressError as error:
        return Refusal(Reason.FORBIDDEN_ADDRESS, str(error))
    # UnicodeError: a host name that IDNA cannot express
    except (HTTPError, http.client.HTTPException, OSError, UnicodeError) as error:
        cause = error.__cause__ or error  # urllib3 wraps what happened into what it was doing
        return Refusal(Reason.FETCH_FAILED, f"{type(cause).__name__}: {cause}")


def _get(
    target: Url, policy: FetchPolicy, media: Media, network: Network, clock: Clock, validators: Validators
) -> Answer | _Redirect:
    """Makes one request."""
    host = target.host or ""
    connection: Connection = (
        TlsConnection(host, target.port, network=network, clock=clock, ssl_context=_tls())
        if target.scheme == "https"
        else Connection(host, target.port, network=network, clock=clock)
    )
    headers = {
        "User-Agent": policy.user_agent,
        "Accept": media.accept,
        "Accept-Encoding": ACCEPT_ENCODING,
        "Connection": "close",
        **validators.headers(),
    }
    with closing(connection):
        connection.request("GET", target.request_uri, headers=headers, preload_content=False)
        with closing(connection.getresponse()) as response:
            return _read(target, response, policy, media)


def _read(target: Url, response: BaseHTTPResponse, policy: FetchPolicy, media: Media) -> Answer | _Redirect:
    location = response.headers.get("Location")
    if response.status in _REDIRECTS and location:
        return _Redirect(urljoin(target.url, _utf8(location.strip())), response.status in _PERMANENT)
    fetched_at = datetime.now(UTC)
    if response.status != 200:
        detail = f"{response.status} {response.reason or ''}".strip()
        pause = retry_after(response.headers.get("Retry-After"), fetched_at)
        return Refusal(Reason.HTTP_STATUS, detail, response.status, pause, target.host)
    content_type, charset = _content_type(response.headers.get("Content-Type"))
    if content_type and not media.pattern.fullmatch(content_type):
        return Refusal(Reason.UNSUPPORTED_MEDIA, content_type)
    unknown = _unknown_encodings(response)
    if unknown:
        return Refusal(Reason.UNSUPPORTED_MEDIA, f"content encoding {', '.join(unknown)}")
    body = _body(response, policy.max_page_bytes)
    if body is None:
        return Refusal(Reason.TOO_LARGE, f"more than {policy.max_page_bytes} bytes")
    return Fetched(
        target.url,
        body,
        content_type,
        charset,
        fetched_at,
        Validators(_sendable(response, "ETag"), _sendable(response, "Last-Modified")),
        opt_out=header_opt_out(response.headers, policy.user_agent),
    )


def _sendable(response: BaseHTTPResponse, name: str) -> str | None:
    value = (response.headers.get(name) or "").strip()
    fits = value.isascii() and value.isprintable() and len(value) <= _MAX_VALIDATOR_CHARACTERS
    return value if value and fits else None


def retry_after(header: str | None, now: datetime) -> float | None:
    """Returns the seconds that a `Retry-After` asks for (RFC 9110, 10.2.3: a number or a date)."""
    value = (header or "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:_MAX_DIGITS])
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


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
