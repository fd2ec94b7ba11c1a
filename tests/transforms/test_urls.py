import socket

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.urls import canonicalise, choose_canonical, is_believable_canonical, registrable_domain


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Www.Example.ORG:80/a/../News/?b=2&a=1#top", "http://www.example.org/News/?a=1&b=2"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:8443/x", "https://example.org:8443/x"),
        (
            "https://example.org/x?utm_source=feed&utm_medium=rss&id=7&fbclid=abc",
            "https://example.org/x?id=7",
        ),
        ("https://example.org/x?gclid=1&ref=home", "https://example.org/x"),
        ("https://user:secret@example.org/x", "https://example.org/x"),
        ("https://example.org/x;jsessionid=0A1B?id=1", "https://example.org/x?id=1"),
        ("https://example.org/x?PHPSESSID=0123456789abcdef0123&id=1", "https://example.org/x?id=1"),
        ("https://zeitung.müller.example/straße", "https://zeitung.xn--mller-kva.example/stra%C3%9Fe"),
        ("https://example.org/a%2fb%c3%bc", "https://example.org/a%2Fb%C3%BC"),
        (" https://example.org/x \n", "https://example.org/x"),
        ("https://example.org/#!/news/4711", "https://example.org/#!/news/4711"),
        ("https://example.org/#/news/4711", "https://example.org/#/news/4711"),
        ("https://example.org/a-b-c#/comments", "https://example.org/a-b-c"),
        ("https://example.org/a#:~:text=x", "https://example.org/a"),
        ("https://example.org/a-b-c?cid=4711", "https://example.org/a-b-c"),
    ],
)
def test_canonicalise(url: str, expected: str) -> None:
    assert canonicalise(url) == expected


@pytest.mark.parametrize(
    "query",
    ["sid=4711", "cid=4711", "uid=4711", "gallery=3", "global=1", "page=2", "id=12&story=a", "tag=amp"],
)
def test_parameters_that_tell_articles_apart_stay(query: str) -> None:
    assert canonicalise(f"https://example.org/x?{query}") == f"https://example.org/x?{query}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/news/1",
        "mailto:a@example.org",
        "ftp://example.org/x",
        "http://",
        "http://[x/",
        "http://x:99999/",
    ],
)
def test_what_is_no_web_address_has_no_canonical_form(url: str) -> None:
    assert canonicalise(url) is None


@pytest.mark.parametrize(
    "variant",
    [
        "/news/bridge-opens-4711/amp",
        "/news/bridge-opens-4711/amp/",
        "/news/bridge-opens-4711.amp",
        "/amp/news/bridge-opens-4711",
        "/news/amp/bridge-opens-4711",
        "/news/bridge-opens-4711?amp",
        "/news/bridge-opens-4711?amp=1&utm_source=x",
        "/news/bridge-opens-4711?outputType=amp",
        "/news/bridge-opens-4711?amp_js_v=0.1&usqp=mq331AQ",
    ],
)
def test_the_amp_form_of_an_article_has_the_articles_address(variant: str) -> None:
    found = canonicalise("https://example.org" + variant)
    assert found is not None
    assert found.rstrip("/") == "https://example.org/news/bridge-opens-4711"


def test_the_amp_form_of_a_file_keeps_its_ending() -> None:
    assert canonicalise("https://example.org/s/4711.amp.html") == "https://example.org/s/4711.html"


@pytest.mark.parametrize(
    "path", ["/tests/amp", "/amp", "/amp/", "/amp/technik", "/camp/4711", "/amp-watt-volt"]
)
def test_a_section_may_be_called_amp(path: str) -> None:
    assert canonicalise("https://example.org" + path) == "https://example.org" + path


@pytest.mark.parametrize(
    "cached",
    [
        "https://www-example-org.cdn.ampproject.org/c/s/www.example.org/news/bridge-opens-4711/amp",
        "https://www-example-org.cdn.ampproject.org/v/s/www.example.org/news/bridge-opens-4711?amp_js_v=0.1",
        "https://www.google.co.uk/amp/s/www.example.org/news/bridge-opens-4711",
        "https://www.google.com:443/amp/s/www.google.com/amp/s/www.example.org/news/bridge-opens-4711",
    ],
)
def test_an_article_in_a_cache_has_its_own_address(cached: str) -> None:
    assert canonicalise(cached) == "https://www.example.org/news/bridge-opens-4711"


_STARTS = (
    "", "http://", "https://example.org/", "https://www.google.com/amp/s/", "https://x.cdn.ampproject.org/c/"
)  # fmt: skip
_PARTS = ("amp/", ".amp", ".html", "?amp=1", "&utm_source=x", "#!/", "a-b-c", "4711", ";jsessionid=1", "%2e")


@given(
    st.sampled_from(_STARTS),
    st.lists(
        st.sampled_from(_PARTS) | st.text(alphabet="abcÄß漢 /?&=%#:;.@+-_~[]20", max_size=20), max_size=6
    ),
)
@example("https://", ["www.google.com:443/amp/s/example.org:443/amp/a-b-c/amp"])
def test_canonicalise_is_stable(start: str, rest: list[str]) -> None:
    once = canonicalise(start + "".join(rest))
    assert once is None or canonicalise(once) == once


@given(st.sampled_from(_STARTS), st.text(), st.text())
def test_no_string_is_too_odd(start: str, given: str, declared: str) -> None:
    once = canonicalise(start + given)
    assert once is None or canonicalise(once) == once
    choose_canonical(start + given, start + declared)
    registrable_domain(start + given)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.example.co.uk/x", "example.co.uk"),
        ("https://someone.blogspot.com/2024", "blogspot.com"),
        ("http://192.0.2.7:8080/x", "192.0.2.7"),
        ("http://[2001:db8::1]/x", "2001:db8::1"),
        ("http://localhost/x", "localhost"),
        ("https://www.post.example/x", "post.example"),
        ("not a url", None),
    ],
)
def test_registrable_domain(url: str, domain: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("the suffix list was fetched"))
    assert registrable_domain(url) == domain


def test_canonical_is_what_the_page_declares() -> None:
    assert (
        choose_canonical("https://m.example.org/a?utm_source=x", "https://www.example.org/a")
        == "https://www.example.org/a"
    )
    assert choose_canonical(None, "https://www.example.org/a") == "https://www.example.org/a"


@pytest.mark.parametrize(
    "declared",
    [
        None,
        "https://example.org/",
        "https://www.example.org/index.html",
        "https://example.org/de/",
        "https://example.org/news/",
        "https://example.net/bridge-opens-4711",
        "https://example.co.uk/news/bridge-closes-4712",
        "javascript:void(0)",
    ],
)
def test_canonical_is_neither_a_front_page_nor_a_section_nor_of_another_house(declared: str | None) -> None:
    found = "https://example.org/news/bridge-opens-4711"
    assert choose_canonical(found, declared) == found
    assert declared is None or not is_believable_canonical(declared, found)


@pytest.mark.parametrize(
    ("found", "declared"),
    [
        ("https://www.kurier.co.uk/news/a-4711", "https://www.kurier.com/news/a-4711"),
        ("https://example.org/news/a-4711/page/200", "https://example.org/news/a-4711"),
        ("https://example.org/view.php?id=4711", "https://example.org/the-bridge-opens"),
        ("https://example.org/?p=4711", "https://example.org/the-bridge-opens"),
        ("https://m.example.org/bruecke", "https://www.example.org/stadt/bruecke"),
        ("http://example.org/bruecke", "https://example.org/bruecke"),
    ],
)
def test_canonical_may_be_another_address_of_the_house(found: str, declared: str) -> None:
    assert choose_canonical(found, declared) == declared


def test_a_front_page_is_no_canonical_of_a_page_without_address() -> None:
    assert choose_canonical(None, "https://example.org/") is None


def test_a_front_page_is_its_own_canonical() -> None:
    assert choose_canonical("https://example.org/?ref=x", "https://example.org/") == "https://example.org/"


def test_no_server_reads_so_long_an_address() -> None:
    assert canonicalise(f"https://example.org/{'x' * 7_000}") is not None
    assert canonicalise(f"https://example.org/{'x' * 9_000}") is None
