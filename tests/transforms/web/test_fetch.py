import gzip
import pickle
import socket
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import brotli
import pytest
import zstandard
from urllib3.util.request import ACCEPT_ENCODING

from schemas import Reason
from transforms.web.address import Network
from transforms.web.fetch import Fetched, Refusal, Validators, fetch, retry_after
from transforms.web.policy import FEEDS, FetchPolicy

POLICY = FetchPolicy(user_agent="newsbeam/test", timeout=5.0, max_page_bytes=1_000_000)
HASTY = FetchPolicy(timeout=0.5)
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
needs_zstd = pytest.mark.skipif("zstd" not in ACCEPT_ENCODING, reason="urllib3 is installed without its zstd")


def refused(answer: Fetched | Refusal) -> Reason:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def test_a_page(site: Any, network: Network) -> None:
    url = site.serve("/a?b=1", "<p>Grüße</p>", media="Text/HTML; charset=UTF-8")
    answer = fetch(f"{url}#part", POLICY, network=network)
    assert isinstance(answer, Fetched)
    assert (answer.url, answer.body) == (url, "<p>Grüße</p>".encode())
    assert (answer.content_type, answer.charset) == ("text/html", "utf-8")
    assert timedelta(0) <= datetime.now(UTC) - answer.fetched_at < timedelta(seconds=5)
    (request,) = site.requests
    assert request.path == "/a?b=1"
    assert request.headers["User-Agent"] == "newsbeam/test"
    assert request.headers["Host"] == f"a.test:{site.port}"


def test_a_wrong_charset_is_passed_on_as_declared(site: Any, network: Network) -> None:
    answer = fetch(site.serve("/", b"\xfc", media='text/html; charset="Klingon"'), POLICY, network=network)
    assert isinstance(answer, Fetched)
    assert (answer.charset, answer.body) == ("klingon", b"\xfc")


@pytest.mark.parametrize(
    "media", ["text/html; charset", "text/html; charset=\x00", "text/html charset=utf-8"]
)
def test_a_broken_charset_is_none(site: Any, network: Network, media: str) -> None:
    answer = fetch(site.serve("/", b"x", media=media), POLICY, network=network)
    assert isinstance(answer, Fetched)
    assert (answer.content_type, answer.charset) == ("text/html", None)


def test_a_missing_content_type_is_no_obstacle(site: Any, network: Network) -> None:
    answer = fetch(site.serve("/", "<p>text</p>", media=None), POLICY, network=network)
    assert isinstance(answer, Fetched)
    assert (answer.content_type, answer.charset) == (None, None)


@pytest.mark.parametrize("media", ["application/pdf", "image/jpeg", "application/json", "text/plain"])
def test_a_page_is_html(site: Any, network: Network, media: str) -> None:
    assert (
        refused(fetch(site.serve("/", b"x", media=media), POLICY, network=network))
        is Reason.UNSUPPORTED_MEDIA
    )


@pytest.mark.parametrize(
    "media", ["application/rss+xml", "application/feed+json", "text/plain", "text/html;x", "text/xml"]
)
def test_a_feed_comes_under_many_names(site: Any, network: Network, media: str) -> None:
    assert isinstance(
        fetch(site.serve("/", b"x", media=media), POLICY, media=FEEDS, network=network), Fetched
    )


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", pytest.param("zstd", marks=needs_zstd)])
def test_content_encodings_are_undone(site: Any, network: Network, encoding: str) -> None:
    url = site.serve("/", ENCODERS[encoding](b"<p>text</p>" * 99), Content_Encoding=encoding)
    answer = fetch(url, POLICY, network=network)
    assert isinstance(answer, Fetched)
    assert answer.body == b"<p>text</p>" * 99
    assert encoding in site.requests[0].headers["Accept-Encoding"]


def test_an_unknown_content_encoding_is_refused(site: Any, network: Network) -> None:
    url = site.serve("/", b"x", Content_Encoding="compress")
    assert refused(fetch(url, POLICY, network=network)) is Reason.UNSUPPORTED_MEDIA


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", pytest.param("zstd", marks=needs_zstd)])
def test_a_bomb_is_given_up_at_the_limit(site: Any, network: Network, encoding: str) -> None:
    url = site.serve("/", ENCODERS[encoding](bytes(30_000_000)), Content_Encoding=encoding)
    tracemalloc.start()
    try:
        assert refused(fetch(url, POLICY, network=network)) is Reason.TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 10 * POLICY.max_page_bytes
    finally:
        tracemalloc.stop()


def test_an_endless_body_is_given_up_at_the_limit(site: Any, network: Network) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    assert refused(fetch(site.on("/", respond), POLICY, network=network)) is Reason.TOO_LARGE


def test_a_body_announced_as_too_large_is_not_read(site: Any, network: Network) -> None:
    url = site.serve("/", b"", Content_Length=str(10**12))
    assert refused(fetch(url, POLICY, network=network)) is Reason.TOO_LARGE


@pytest.mark.parametrize("status", [404, 410, 429, 500, 204, 304])
def test_other_statuses_are_refused(site: Any, network: Network, status: int) -> None:
    answer = fetch(site.serve("/", b"", status=status), POLICY, network=network)
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.status) == (Reason.HTTP_STATUS, status)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    "response",
    [
        HEAD + b"".join(b"X-%d: x\r\n" % n for n in range(50)) + b"\r\n",
        HEAD + b"Content-Length: 400\r\n\r\n" + b"x" * 400,
        HEAD + b"\r\n" + b"x" * 400,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n190\r\n" + b"x" * 400 + b"\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" + b";" * 400 + b"\r\nx\r\n0\r\n\r\n",
    ],
    ids=["headers", "body", "body without length", "chunk", "chunk size"],
)
def test_a_slow_drip_does_not_outlast_the_time_out(site: Any, network: Network, response: bytes) -> None:
    url = site.drip("/", response, seconds=1.5)
    answer = fetch(url, HASTY, network=network)
    assert answer == Refusal(Reason.FETCH_FAILED, "TimeoutError: timed out")
    site.drip("/", response, seconds=0.01)  # the same answer in good time is one
    assert isinstance(fetch(url, HASTY, network=network), Fetched)


def test_redirects_share_one_time_out(site: Any, network: Network) -> None:
    for number in range(4):
        head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /%d\r\n\r\n" % (number + 1)
        site.drip(f"/{number}", head, seconds=0.2)
    site.serve("/4", "<p>text</p>")
    assert refused(fetch(site.url("/0"), HASTY, network=network)) is Reason.FETCH_FAILED
    assert isinstance(fetch(site.url("/0"), POLICY, network=network), Fetched)


def test_a_body_cut_short_is_refused(site: Any, network: Network) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<p>only")
        handler.close_connection = True

    assert refused(fetch(site.on("/", respond), POLICY, network=network)) is Reason.FETCH_FAILED


@pytest.mark.parametrize(
    "answer", [b"", b"\x00\x01 nothing like HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99_999]
)
def test_what_is_not_http_is_refused(site: Any, network: Network, answer: bytes) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(answer)
        handler.close_connection = True

    assert refused(fetch(site.on("/", respond), POLICY, network=network)) is Reason.FETCH_FAILED


def test_a_corrupt_encoding_is_refused(site: Any, network: Network) -> None:
    url = site.serve("/", b"no gzip", Content_Encoding="gzip")
    assert refused(fetch(url, POLICY, network=network)) is Reason.FETCH_FAILED


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_resolved(site: Any, network: Network, status: int) -> None:
    url = site.redirect("/old/page", "../new/page?x=1#y", status)
    site.serve("/new/page?x=1", "<p>text</p>")
    answer = fetch(url, POLICY, network=network)
    assert isinstance(answer, Fetched)
    assert answer.url == site.url("/new/page?x=1")


def test_a_redirect_in_bare_utf8_is_understood(site: Any, network: Network) -> None:
    url = site.redirect("/", "/gr\u00fcn".encode().decode("latin-1"))
    site.serve("/gr%C3%BCn", "<p>text</p>")
    assert isinstance(fetch(url, POLICY, network=network), Fetched)


def test_five_redirects_are_followed_and_no_more(site: Any, network: Network) -> None:
    for number in range(6):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.serve("/6", "<p>text</p>")
    assert isinstance(fetch(site.url("/1"), POLICY, network=network), Fetched)
    assert refused(fetch(site.url("/0"), POLICY, network=network)) is Reason.FETCH_FAILED


def test_a_redirect_loop_ends(site: Any, network: Network) -> None:
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    assert refused(fetch(site.url("/a"), POLICY, network=network)) is Reason.FETCH_FAILED
    assert site.paths() == ["/a", "/b"]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://127.0.0.1:1/",
        "https://10.0.0.1/",
        "file:///etc/passwd",
        "ftp://a.test/",
    ],
)
def test_a_redirect_to_a_forbidden_address_is_refused(site: Any, network: Network, location: str) -> None:
    url = site.redirect("/", location)
    assert refused(fetch(url, POLICY, network=network)) is Reason.FORBIDDEN_ADDRESS


@pytest.mark.parametrize(
    "url",
    [
        "",
        "page.html",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://",
        "http://./",
        "http://[::1",
        "http://a:b/",
    ],
)
def test_what_is_not_http_s_is_forbidden(url: str) -> None:
    assert refused(fetch(url, POLICY)) is Reason.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "user:secret@127.0.0.1"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_private_hosts_are_forbidden_by_default(site: Any, scheme: str, host: str) -> None:
    url = site.url("/", host, scheme)
    assert refused(fetch(url, POLICY)) is Reason.FORBIDDEN_ADDRESS
    assert site.requests == []


def test_private_hosts_can_be_allowed(site: Any) -> None:
    site.serve("/", "<p>text</p>")
    policy = FetchPolicy(allow_private_hosts=True)
    assert isinstance(fetch(site.url("/", "127.0.0.1"), policy), Fetched)


def test_a_name_that_resolves_differently_the_second_time(site: Any) -> None:
    answers: list[str] = []

    def resolve(host: str) -> list[str]:
        answers.append("127.0.0.2" if answers else "127.0.0.1")
        return answers[-1:]

    network = Network(resolve, lambda address, port: address == "127.0.0.1")
    site.serve("/page", "<p>text</p>")
    assert isinstance(fetch(site.url("/page"), POLICY, network=network), Fetched)
    assert answers == ["127.0.0.1"]  # was asked once: what was checked is what was connected to

    answers.clear()
    site.redirect("/moved", "/page")
    assert refused(fetch(site.url("/moved"), POLICY, network=network)) is Reason.FORBIDDEN_ADDRESS
    assert site.paths() == ["/page", "/moved"]


def test_unknown_names_and_closed_ports_are_refused(site: Any) -> None:
    def resolve(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert refused(fetch(site.url(), POLICY, network=Network(resolve))) is Reason.FETCH_FAILED
    site.close()
    policy = FetchPolicy(allow_private_hosts=True)
    assert refused(fetch(site.url("/", "127.0.0.1"), policy)) is Reason.FETCH_FAILED


@pytest.mark.parametrize("host", ["a..test", "a" * 64 + ".test"])
def test_names_that_dns_cannot_hold_are_refused(host: str) -> None:
    assert refused(fetch(f"http://{host}/", POLICY)) is Reason.FETCH_FAILED


def test_an_address_that_never_answers_leaves_time_for_the_next(site: Any) -> None:
    network = Network(lambda host: ["127.0.0.2", "127.0.0.1"], lambda address, port: True)
    site.serve("/", "<p>text</p>")
    with (
        socket.create_server(("127.0.0.2", site.port), backlog=0) as silent,
        socket.create_connection(silent.getsockname()),  # its queue is full now
    ):
        answer = fetch(site.url("/"), FetchPolicy(timeout=0.8), network=network)
    assert isinstance(answer, Fetched)


def test_https_without_a_certificate_is_refused(site: Any, network: Network) -> None:
    assert refused(fetch(site.url("/", scheme="https"), POLICY, network=network)) is Reason.FETCH_FAILED
    assert site.requests == []


def test_proxies_of_the_environment_are_not_used(
    site: Any, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert isinstance(fetch(site.serve("/", "<p>text</p>"), POLICY, network=network), Fetched)


@pytest.mark.parametrize(
    "changes",
    [
        {"timeout": 0},
        {"host_delay": -1},
        {"max_page_bytes": 0},
        {"user_agent": "a\r\nX: b"},
        {"user_agent": " "},
    ],
)
def test_a_policy_that_cannot_be_followed(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be|cannot be"):
        FetchPolicy(**changes)


def test_a_policy_travels_to_workers() -> None:
    assert pickle.loads(pickle.dumps(POLICY)) == POLICY
    assert FetchPolicy().user_agent.startswith("newsbeam/")


def test_a_version_that_is_held_is_not_sent_again(site: Any, network: Network) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        held = handler.headers.get("If-None-Match") == '"v1"'
        handler.send_response(304 if held else 200)
        handler.send_header("ETag", '"v1"')
        handler.send_header("Last-Modified", "Fri, 20 Nov 2026 06:00:00 GMT")
        handler.send_header("Content-Length", "0" if held else "4")
        handler.end_headers()
        handler.wfile.write(b"" if held else b"text")

    first = fetch(site.on("/", respond), POLICY, network=network)
    assert isinstance(first, Fetched)
    assert first.validators == Validators('"v1"', "Fri, 20 Nov 2026 06:00:00 GMT")
    second = fetch(site.url("/"), POLICY, network=network, validators=first.validators)
    assert isinstance(second, Refusal)
    assert second.status == 304
    sent = [(r.headers.get("If-None-Match"), r.headers.get("If-Modified-Since")) for r in site.requests]
    assert sent == [(None, None), ('"v1"', "Fri, 20 Nov 2026 06:00:00 GMT")]


@pytest.mark.parametrize("etag", ["x" * 600, "\xe4", "", "a\tb"])
def test_validators_that_could_not_be_sent_back_are_dropped(site: Any, network: Network, etag: str) -> None:
    answer = fetch(site.serve("/", "text", ETag=etag), POLICY, network=network)
    assert isinstance(answer, Fetched)
    assert answer.validators == Validators()


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [([301, 308], "/2"), ([301, 302], "/1"), ([302, 301], None), ([307], None), ([], None)],
)
def test_where_permanent_redirects_alone_lead(
    site: Any, network: Network, statuses: list[int], moved: str | None
) -> None:
    for number, status in enumerate(statuses):
        site.redirect(f"/{number}", f"/{number + 1}", status)
    for status in (200, 404):
        site.serve(f"/{len(statuses)}", "<p>text</p>", status)
        answer = fetch(site.url("/0"), POLICY, network=network)
        assert answer.moved_to == (moved and site.url(moved))


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9" * 400, 999_999_999.0),
        ("Sat, 21 Nov 2026 12:30:00 GMT", 1800.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOON) == seconds


def test_a_refusal_says_who_wants_to_be_left_alone(site: Any, network: Network) -> None:
    site.redirect("/", site.url("/busy", "b.test"))
    site.serve("/busy", status=429, Retry_After="120")
    answer = fetch(site.url("/"), POLICY, network=network)
    assert isinstance(answer, Refusal)
    assert (answer.status, answer.retry_after, answer.host) == (429, 120.0, "b.test")
