import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.urls import canonicalise, choose_canonical, registrable_domain


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
    ],
)
def test_canonicalise(url: str, expected: str) -> None:
    assert canonicalise(url) == expected


@pytest.mark.parametrize("query", ["sid=4711", "gallery=3", "global=1", "page=2", "id=12&story=a"])
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


@given(
    st.text(alphabet="abcÄß漢 /?&=%#:;.@+-_~[]20", max_size=60),
    st.sampled_from(["http://", "https://example.org/"]),
)
def test_canonicalise_is_stable(rest: str, start: str) -> None:
    once = canonicalise(start + rest)
    assert once is None or canonicalise(once) == once


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
        "https://example.net/a",
        "javascript:void(0)",
    ],
)
def test_canonical_is_neither_a_front_page_nor_of_another_house(declared: str | None) -> None:
    assert choose_canonical("https://example.org/a", declared) == "https://example.org/a"


def test_a_front_page_is_its_own_canonical() -> None:
    assert choose_canonical("https://example.org/?ref=x", "https://example.org/") == "https://example.org/"
