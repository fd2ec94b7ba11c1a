import pytest
from urllib3 import HTTPHeaderDict

from transforms.web.opt_outs import header_opt_out, page_opt_out

AGENT = "newsbeam/1 (+https://press.example/bot)"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Robots-Tag", "noai"),
        ("x-robots-tag", "noindex, NoAI"),
        ("X-Robots-Tag", "otherbot: noindex, newsbeam: noai"),
        ("X-Robots-Tag", "unavailable_after: 25 Jun 2030 15:00:00 PST, noai"),
        ("TDM-Reservation", " 1 "),
    ],
)
def test_headers_that_opt_out(name: str, value: str) -> None:
    assert header_opt_out(HTTPHeaderDict({"X-Other": "1", name: value}), AGENT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Robots-Tag", "noindex, noarchive"),
        ("X-Robots-Tag", "otherbot: noai"),
        ("X-Robots-Tag", "noaim"),
        ("tdm-reservation", "0"),
        ("tdm-policy", "1"),
    ],
)
def test_headers_that_do_not(name: str, value: str) -> None:
    assert header_opt_out(HTTPHeaderDict({name: value}), AGENT) is None


def test_each_of_several_headers_counts() -> None:
    headers = HTTPHeaderDict()
    headers.add("X-Robots-Tag", "otherbot: noindex")
    headers.add("X-Robots-Tag", "noai")
    assert header_opt_out(headers, AGENT)


@pytest.mark.parametrize(("meta", "opts_out"), [
    ("<META NAME='TDM-Reservation' CONTENT=1>", True),
    ("<meta content='index, noai' name=robots>", True),
    ("<meta name=newsbeam content=noai>", True),
    ("<meta name=otherbot content=noai>", False),
    ("<meta name=tdm-reservation content=0>", False),
    ("<meta name=robots content=noindex>", False),
    ("<p>How to say noai and tdm-reservation</p>", False),
    ("<!-- <meta name=robots content=noai> -->", False),
])  # fmt: skip
def test_pages_that_opt_out(meta: str, opts_out: bool) -> None:
    assert bool(page_opt_out(f"<html><head>{meta}</head><body>x".encode(), AGENT)) is opts_out
