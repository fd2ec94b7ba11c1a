from dataclasses import replace
from datetime import UTC, date, datetime

import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to

from schemas import Document, Media, Metadata, RawPage, Reason, Rejection
from transforms.clean import MAX_LINES, CleanPages, clean_page
from transforms.language import DetectLanguage

RUN_DATE = date(2024, 6, 1)
URL = "https://www.harbourpost.example/news/bridge?utm_source=feed"
FIRST = (
    "Der Stadtrat von Niederhafen hat am Dienstag nach einer Debatte von drei Stunden die Sanierung der "
    "alten Drehbrücke beschlossen, für die vier Millionen Kronen bereitliegen."
)
SECOND = (
    "Die Arbeiten beginnen im Frühjahr und dauern zwei Jahre, sagte die Bürgermeisterin. Bis dahin müssen "
    "schwere Lastwagen die Straße am Kanal nehmen, die im Herbst verbreitert wurde."
)
PAGE = f"""<!doctype html><html lang="de"><head><meta charset="utf-8">
<title>Brücke wird saniert | Hafenpost</title>
<link rel="canonical" href="https://www.harbourpost.example/news/bridge">
<meta property="og:site_name" content="Hafenpost"><meta name="description" content="Zwei Jahre Baustelle">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Brücke wird saniert",
"datePublished": "2024-05-17T10:30:00+02:00", "author": {{"name": "Von Änne Öhm"}}}}</script></head>
<body><nav><a href="/">Start</a> <a href="/sport">Sport</a></nav><article><h1>Brücke wird saniert</h1>
<p>{FIRST}</p><p>{SECOND}</p><p>(dpa)</p></article><footer>Impressum und Datenschutz</footer></body></html>"""


def html(body: str | bytes, **fields: object) -> RawPage:
    raw = body.encode() if isinstance(body, str) else body
    return replace(RawPage("x.warc.gz#7", "warc", raw, Media.HTML, url=URL, source_id="x"), **fields)


def text(body: str | bytes, **fields: object) -> RawPage:
    raw = body.encode() if isinstance(body, str) else body
    return replace(RawPage("a.txt", "text", raw, Media.TEXT), **fields)


def cleaned(page: RawPage) -> Document:
    document = clean_page(page, RUN_DATE)
    assert isinstance(document, Document), document
    return document


def test_page_to_document() -> None:
    document = cleaned(html(PAGE))
    assert document.text == f"{FIRST}\n{SECOND}"
    assert 0 < document.boilerplate_share < 0.3
    assert replace(document, text="", boilerplate_share=0.0) == Document(
        source_uri="x.warc.gz#7",
        via="warc",
        text="",
        text_from="fast",
        url=URL,
        canonical_url="https://www.harbourpost.example/news/bridge",
        domain="harbourpost.example",
        source_id="x",
        title="Brücke wird saniert",
        summary="Zwei Jahre Baustelle",
        authors=("Änne Öhm",),
        agency="dpa",
        published_at=datetime(2024, 5, 17, 8, 30, tzinfo=UTC),
        published_from="jsonld",
        fetched_at=datetime(2024, 6, 1, tzinfo=UTC),
        declared_languages=("de",),
    )


def test_legacy_page_reads_like_one_in_utf8() -> None:
    legacy = PAGE.replace('charset="utf-8"', 'charset="iso-8859-1"').encode("windows-1252")
    assert cleaned(html(legacy)).text == cleaned(html(PAGE)).text


def test_the_pages_own_fetch_time_bounds_its_date() -> None:
    early = datetime(2024, 5, 10, tzinfo=UTC)
    document = cleaned(html(PAGE, fetched_at=early))
    assert (document.fetched_at, document.published_at, document.published_from) == (early, None, None)


def test_a_sources_date_after_the_fetch_is_dropped() -> None:
    later = Metadata(published_at=datetime(2030, 1, 1, tzinfo=UTC), published_from="row")
    document = cleaned(text(f"{FIRST}\n\n{SECOND}", metadata=later))
    assert (document.published_at, document.published_from) == (None, None)


def test_no_source_dates_an_article_before_the_web() -> None:
    for year, known in ((1989, False), (1990, True)):
        said = Metadata(published_at=datetime(year, 12, 31, tzinfo=UTC), published_from="feed")
        assert (cleaned(text(FIRST, metadata=said)).published_at is not None) is known


def test_text_dump_to_document() -> None:
    document = cleaned(text(f"Brücke wird saniert\n\n{FIRST}\n\n{SECOND}\n"))
    assert (document.title, document.text) == ("Brücke wird saniert", f"{FIRST}\n{SECOND}")
    assert (document.url, document.canonical_url, document.domain) == (None, None, None)
    assert document.text_from == "dump"


def test_a_rows_title_wins_and_is_not_repeated() -> None:
    row = Metadata(title="Brücke wird saniert")
    assert (
        cleaned(text(f"BRÜCKE WIRD SANIERT\n\n{FIRST}\n\n{SECOND}", metadata=row)).text
        == f"{FIRST}\n{SECOND}"
    )
    assert cleaned(text(f"{FIRST}\n\n{SECOND}", metadata=row)).title == "Brücke wird saniert"


@pytest.mark.parametrize("media", list(Media))
def test_one_sentence_of_a_feed_is_an_article(media: Media) -> None:
    body = b"<p>Die Br&uuml;cke bleibt zu.</p>" if media is Media.HTML else "Die Brücke bleibt zu.".encode()
    entry = RawPage("feed.xml#1", "feed", body, media, "utf-8", metadata=Metadata(title="Brücke"))
    document = cleaned(entry)
    assert (document.title, document.text, document.boilerplate_share) == (
        "Brücke",
        "Die Brücke bleibt zu.",
        0,
    )


def test_output_is_normalised() -> None:
    body = f"<p>{FIRST}</p><p>Bru\u0308cke &#1;und\x00 Fluss sind f\u00fcr alle da.</p>"
    odd = Metadata(title="Bru\u0308cke \ud800\x00 zu", authors=("Jose\u0301 \x01Mar",))
    document = cleaned(html(body, via="jsonl", metadata=odd))
    assert document.text.endswith("Brücke und Fluss sind für alle da.")
    assert (document.title, document.authors) == ("Brücke zu", ("José Mar",))


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (html(" \n"), Reason.EMPTY),
        (text(b"\xef\xbb\xbf \n"), Reason.EMPTY),
        (text("Grüße aus Köln".encode() + b"\xff\xfe"), Reason.UNDECODABLE),
        (html(b"%PDF-1.7\n\x00\x01\x02\x9c\xff\xfe\xfa" * 40), Reason.UNDECODABLE),
        (html("<html><body><ul><li><a href='/'>Start</a></li></ul></body></html>"), Reason.NO_ARTICLE),
        (html("<img src='x.png'>", via="feed"), Reason.NO_ARTICLE),
        (text("Zeile\n" * (MAX_LINES + 1)), Reason.TOO_COMPLEX),
    ],
)
def test_what_is_no_article_is_refused(page: RawPage, reason: Reason) -> None:
    rejection = clean_page(page, RUN_DATE)
    assert isinstance(rejection, Rejection)
    assert (rejection.stage, rejection.reason, rejection.url) == ("clean", reason, page.url)
    assert page.body.startswith(rejection.payload)


#: What takes some parser or pattern time by the square of its length.
TRAPS = {
    "attributes": PAGE.replace("<body>", f"<body {' '.join(f'a{number}=1' for number in range(50_000))}>"),
    "unclosed tag": PAGE + "<p " + "a='" * 100_000,
    "line breaks": PAGE.replace("<p>", "<br>" * 100_000 + "<p>", 1),
    "nested tags": PAGE.replace("</article>", "</article>" + "<div>" * 50_000),
    "comments": PAGE + "<!--" * 100_000,
    "entities": PAGE.replace("</p>", "</p><p>" + "&amp;" * 100_000, 1),
    "signs": PAGE + "< " * 200_000,
    "script": PAGE.replace("<script", "<script>" + "a<b;" * 100_000 + "</script><script", 1),
    "meta": PAGE.replace("<title", '<meta name="author" content="Öhm">' * 20_000 + "<title", 1),
}


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_traps_end_and_the_article_is_found(trap: str) -> None:
    document = cleaned(html(trap))
    assert FIRST in document.text
    assert SECOND in document.text
    assert document.title == "Brücke wird saniert"


@pytest.mark.parametrize("media", list(Media))
@pytest.mark.parametrize("part", [f"{FIRST} ", "a"])
def test_a_huge_line_ends(part: str, media: Media) -> None:
    line = (part * (2_000_000 // len(part))).strip()
    page = html(f"<p>{line}", via="feed") if media is Media.HTML else text(line)
    assert cleaned(page).text == line


@pytest.mark.parametrize(
    "trap", ["<div>" * 50_000, "<p " + "a b" * 50_000 + ">", "<!-- " * 50_000 + "-->", "<br>" * 50_000]
)
def test_traps_in_fragments_end(trap: str) -> None:
    assert cleaned(html(f"<p>{FIRST}</p>{trap}<p>{SECOND}</p>")).text == f"{FIRST}\n{SECOND}"


def test_half_an_emoji_in_json_ld_costs_no_page() -> None:
    body = PAGE.replace('"@type"', rf'"articleBody": "Gut \ud83d\ude00 {FIRST * 9} cut \ud83d", "@type"')
    document = cleaned(html(body.replace("Von Änne", r"Von \udc00 Änne")))
    assert document.text_from == "jsonld"
    assert document.text.startswith("Gut \U0001f600 Der Stadtrat")
    assert document.text.endswith("cut \ufffd")


def test_the_pages_own_headline_goes_too_where_the_feed_has_another() -> None:
    feed = Metadata(title="Vier Millionen für eine Brücke")
    document = cleaned(html(PAGE, metadata=feed))
    assert (document.title, document.text) == (feed.title, f"{FIRST}\n{SECOND}")
    shown = PAGE.replace("<h1>Brücke wird saniert", "<h1>Die alte Brücke wird für zwei Jahre gesperrt")
    assert cleaned(html(shown, metadata=feed)).text == f"{FIRST}\n{SECOND}"


def test_spaces_are_plain_and_hidden_characters_go() -> None:
    odd = FIRST.replace("hat am", "hat\u00a0\u202fam").replace("Sanierung", "Sa\u00adnie\u200brung\ufeff")
    named = Metadata(title="Parler\u00a0schließt\u2009–\u200b\u3000bald")
    for page in (html(PAGE.replace(FIRST, odd)), html(PAGE.replace(FIRST, odd.replace("\u00a0", "&nbsp;")))):
        assert FIRST in cleaned(page).text
    document = cleaned(text(f"{odd}\n\u200b\n{SECOND}", metadata=named))
    assert (document.title, document.text) == ("Parler schließt – bald", f"{FIRST}\n{SECOND}")
    joined = "می\u200cخواهم و क्\u200dष"
    assert cleaned(text(f"{joined}\n{SECOND}", metadata=named)).text.startswith(joined)


@pytest.mark.parametrize(
    ("first", "last", "agency"),
    [
        (FIRST, f"{SECOND} (afp/er)", "afp"),
        (FIRST, f"{SECOND} (dpa/lnw)", "dpa"),
        (FIRST, f"{SECOND}\nak/Reuters", "reuters"),
        (FIRST, f"{SECOND}\n(dpa)", "dpa"),
        (FIRST, f"{SECOND} Quelle: dpa", "dpa"),
        (f"{FIRST} Quelle: dpa", SECOND, "dpa"),
    ],
)
@pytest.mark.parametrize("via", ["feed", "text"])
def test_an_agencys_credit_is_read_and_goes(first: str, last: str, agency: str, via: str) -> None:
    document = cleaned(text(f"{first}\n{last}", via=via))
    assert (document.text, document.agency) == (f"{FIRST}\n{SECOND}", agency)


@pytest.mark.parametrize(
    ("end", "agency"),
    [
        ("Das meldet die Deutsche Presse-Agentur (dpa).", "dpa"),
        ("Die Karte liegt im Rathaus aus. (sie)", None),
        ("Die Stadt nennt ihre Quelle: Gutachten von gestern.", None),
        ("She has long worked with Reuters.", "reuters"),
    ],
)
def test_what_only_looks_like_a_credit_stays(end: str, agency: str | None) -> None:
    document = cleaned(text(f"{FIRST}\n{end}", via="feed"))
    assert (document.text, document.agency) == (f"{FIRST}\n{end}", agency)


def test_declared_languages_are_handed_on_as_codes() -> None:
    assert cleaned(html(PAGE)).declared_languages == ("de",)
    assert cleaned(text(FIRST, metadata=Metadata(language="pt_BR"))).declared_languages == ("pt",)
    assert cleaned(text(FIRST)).declared_languages == ()
    assert cleaned(html(PAGE, metadata=Metadata(language="en-GB"))).declared_languages == ("de", "en")
    assert cleaned(html(PAGE, metadata=Metadata(language="German"))).declared_languages == ("de",)


@pytest.mark.parametrize("url", ["http://[x", "about:blank", "https://\u2028/", ""])
def test_odd_addresses_do_no_harm(url: str) -> None:
    document = cleaned(html(PAGE.replace("canonical", "alternate"), url=url))
    assert (document.url, document.canonical_url, document.domain) == (url, None, None)


def test_transforms_pass_rejections_on() -> None:
    with TestPipeline() as pipeline:
        outcomes = (
            pipeline
            | beam.Create([html(PAGE), html(" ")])
            | CleanPages(RUN_DATE)
            | DetectLanguage()
            | beam.Map(
                lambda outcome: outcome.language if isinstance(outcome, Document) else str(outcome.reason)
            )
        )
        assert_that(outcomes, equal_to(["de", "empty"]))
