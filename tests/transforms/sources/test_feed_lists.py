import pytest

from schemas import Kind, Reason, Rejection, Source
from transforms.sources.feed_lists import parse_feed_list
from transforms.sources.storage import ReadError

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Küste</title></head><body>
 <outline text="Nord">
  <outline text="Häfen"><outline text="Hafenbote" xmlUrl=" https://hafen.example/f?a=1&amp;b=2 "/></outline>
  <outline type="rss" title="Deichpost" text="dp" XMLURL="https://deich.example/rss" language="de"/>
 </outline>
 <outline text="again" xmlUrl="https://deich.example/rss"/>
 <outline text="stored" xmlUrl="stored/insel.xml"/>
 <outline text="off" xmlUrl="https://off.example/rss" isComment="true"/>
</body></opml>"""


def test_opml_outlines_at_any_depth() -> None:
    assert list(parse_feed_list(OPML.encode(), "lists/a.opml")) == [
        Source("https://hafen.example/f?a=1&b=2", Kind.FEED_URL, source_id="Hafenbote"),
        Source("https://deich.example/rss", Kind.FEED_URL, source_id="Deichpost", language="de"),
        Source("lists/stored/insel.xml", Kind.FEED, source_id="stored"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_spreadsheets_write_it(encoding: str, delimiter: str) -> None:
    rows = [
        ["ID", "Name", " URL ", "language", "enabled"],
        ["kb", "Küsten, Blatt", "https://kueste.example/rss", "de", "TRUE"],
        ["", "Deichpost", "HTTPS://deich.example/rss", "", ""],
        ["x", "aus", "https://aus.example/rss", "", "no"],
        ["", "", "", "", ""],
    ]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert list(parse_feed_list(text.encode(encoding), "a.feeds.csv")) == [
        Source("https://kueste.example/rss", Kind.FEED_URL, source_id="kb", language="de"),
        Source("HTTPS://deich.example/rss", Kind.FEED_URL, source_id="Deichpost"),
    ]


def test_a_row_without_url_is_refused_alone() -> None:
    results = list(parse_feed_list(b"name,url\nDeichpost,\nHafen,https://hafen.example/\n", "a.csv"))
    assert isinstance(results[0], Rejection)
    assert results[0].reason is Reason.MISSING_FIELD
    assert results[1:] == [Source("https://hafen.example/", Kind.FEED_URL, source_id="Hafen")]


BOMB = '<!DOCTYPE o [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">]><opml><outline xmlUrl="&b;"/></opml>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (OPML.encode()[:-40], Reason.CORRUPT),
        (BOMB.encode(), Reason.CORRUPT),
        (b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><o>&x;</o>', Reason.CORRUPT),
        (b"name,address\nDeichpost,https://deich.example/\n", Reason.MISSING_FIELD),
    ],
)
def test_broken_lists_raise(body: bytes, reason: Reason) -> None:
    with pytest.raises(ReadError) as caught:
        list(parse_feed_list(body, "a.opml"))
    assert caught.value.reason is reason


def test_the_interval_of_a_feed() -> None:
    body = b"url,interval_minutes\nhttps://a.example/,15\nhttps://b.example/,\nhttps://c.example/,often\n"
    first, second, third = parse_feed_list(body, "a.csv")
    assert isinstance(first, Source)
    assert isinstance(second, Source)
    assert (first.poll_interval, second.poll_interval) == (900.0, None)
    assert isinstance(third, Rejection)
    assert "interval_minutes" in third.detail
