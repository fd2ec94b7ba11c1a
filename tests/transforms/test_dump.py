from datetime import UTC, datetime

import pytest

from schemas.block import DropReason
from transforms.dump import DumpText, clean_dump

LONG = (
    "Der Rat der Stadt Auenfurt hat am Dienstag nach vier Stunden Debatte beschlossen, die alte Brücke über "
    "die Selke nicht abzureißen, sondern zu sanieren. Die Kosten schätzt das Bauamt auf elf Millionen Euro, "
    "von denen das Land vier tragen soll. Ob es dabei bleibt, ist offen, denn ein Gutachten über die Pfeiler "
    "steht noch aus."
)
MORE = (
    "Gegner des Plans hatten auf den Verkehr verwiesen, der in den Jahren seit der Öffnung der Umgehung kaum "
    "abgenommen habe. Eine Zählung im Frühjahr ergab neuntausend Wagen am Tag, ein Viertel davon Lastwagen. "
    "Die Verwaltung will nun bis zum Herbst prüfen, ob die Brücke für schwere Wagen gesperrt werden kann."
)


SAID = [LONG.replace("Dienstag", day) for day in ("Mittwoch", "Donnerstag", "Freitag")]


def reasons(cleaned: DumpText) -> dict[str, str | None]:
    return {line.block.text: line.reason for line in cleaned.lines}


def test_dump_with_leftovers_of_all_kinds_keeps_the_article_alone() -> None:
    cleaned = clean_dump(
        "\n".join(
            [
                "Auenfurt saniert seine alte Brücke",
                "",
                "  • Teilen per:",
                "Die alte Brücke im Winter: Blick vom Ufer der Selke",
                "Die alte Brücke im Winter: Blick vom Ufer der Selke",
                "Foto: Rike Ohlsen / Bildhaus Nord",
                LONG,
                "Anzeige",
                "Das Gutachten fehlt",
                MORE,
                "© Auenfurter Bote GmbH – Alle Rechte vorbehalten.",
                "Zur Startseite",
                "0%1%2%3%4%5%6%7%8%",
            ]
        )
    )
    assert cleaned.title == "Auenfurt saniert seine alte Brücke"
    assert cleaned.text == "\n".join([LONG, "Das Gutachten fehlt", MORE])
    assert reasons(cleaned) == {
        "Auenfurt saniert seine alte Brücke": "title",
        "• Teilen per:": "share-buttons",
        "Die alte Brücke im Winter: Blick vom Ufer der Selke": "caption",
        "Foto: Rike Ohlsen / Bildhaus Nord": "credit",
        LONG: None,
        "Anzeige": "advertisement",
        "Das Gutachten fehlt": None,
        MORE: None,
        "© Auenfurter Bote GmbH – Alle Rechte vorbehalten.": "copyright",
        "Zur Startseite": "navigation",
        "0%1%2%3%4%5%6%7%8%": "counter",
    }


TEASERS = [
    "Wohnen Warum die Mieten in Selkenau weiter steigen",
    "In Selkenau fehlen Wohnungen. Unsere Karte zeigt, wo es am teuersten ist.",
    "Verkehr Diese Linien fahren ab Montag öfter",
    "Die Bahn verdichtet ihren Takt. Was Pendler jetzt wissen müssen.",
]


@pytest.mark.parametrize(
    "heading",
    [
        "Das interessiert Boten-Leser heute besonders",
        "Read more",
        "Lire aussi",
        "Lea también",
        "Leggi anche",
        "Lees ook",
        "Leia também",
        "Czytaj także",
        "Читайте также",
        "Läs också",
        "İlgili haberler",
        "関連記事",
        "相关阅读",
        "관련기사",
        "اقرأ أيضا",
        "यह भी पढ़ें",
    ],
)
def test_teasers_under_a_heading_go_and_the_article_goes_on_after_them(heading: str) -> None:
    cleaned = clean_dump("\n\n".join(["Ein Titel über der Brücke", LONG, heading, *TEASERS, MORE]))
    assert cleaned.text == f"{LONG}\n{MORE}"
    assert {reasons(cleaned)[line] for line in (heading, *TEASERS)} == {"teaser"}


def test_subheading_after_a_block_of_teasers_stays() -> None:
    cleaned = clean_dump("\n".join([LONG, "Read more", *TEASERS, "Wie es weitergeht", MORE]))
    assert cleaned.text == "\n".join([LONG, "Wie es weitergeht", MORE])


def test_short_paragraphs_right_after_links_are_the_article() -> None:
    after = ["Der Rat tagt wieder im Mai.", "Dann geht es um die Pfeiler.", "Der Eintritt ist frei."]
    cleaned = clean_dump("\n".join([LONG, "Lire aussi", "Les ponts de la Selke en images", *after]))
    assert cleaned.text == "\n".join([LONG, *after])


def test_nothing_of_an_article_with_odd_shapes_is_lost() -> None:
    body = [
        LONG,
        "Herr Brandis, warum gerade jetzt?",
        "Weil die Brücke nicht wartet.",
        "Was kostet das die Bürger?",
        "Kommt darauf an.",
        "Was kostet das die Bürger?",
        "Das kommt auf das Land an.",
        "Drei Dinge sind zu klären:",
        "• die Pfeiler",
        "• die Fahrbahn",
        "„Wir haben keine Zeit“",
        "Die Stadt zählt auf ihrer Seite, wer die Pläne liest, und verwendet Cookies seit Mai.",
        "15. Mai 2024",
        "Der Kommentar im Boten: Alle Rechte vorbehalten habe sich nur das Land.",
        MORE,
        "Mehr dazu sagt der Bürgermeister nicht. Er schweigt. Das ändert sich im Mai. Dann wird gewählt.",
    ]
    assert clean_dump("\n".join(["Eine Brücke und ihre Stadt", *body])).text == "\n".join(body)


def test_results_below_the_last_paragraph_stay_and_tags_go() -> None:
    results = [
        "Auenfurt – Selkenau 3:1 (1:0)",
        "Nord – Sülz 0:0 (0:0)",
        "Aue – Brand 2:2 (1:2)",
        "Ilm – Ohl 1:4",
    ]
    cleaned = clean_dump("\n".join(["Selkenau verliert das Derby", LONG, *results, "Tags", "Fußball"]))
    assert cleaned.text == "\n".join([LONG, *results])


def test_readers_comments_are_cut_even_where_they_outweigh_the_article() -> None:
    comments = [
        "3 Comments",
        "Ann on May 5, 2024 at 10:12 am",
        LONG.replace("Dienstag", "Mittwoch"),
        "Reply",
        "Bo on May 6, 2024 at 11:40 am",
        LONG.replace("Dienstag", "Freitag"),
        "Reply",
    ]
    cleaned = clean_dump("\n".join(["A bridge is saved", MORE, *comments]))
    assert cleaned.text == MORE
    assert cleaned.lines[-2].reason is DropReason.COMMENTS


def test_count_of_comments_above_an_article_ends_nothing() -> None:
    other = MORE.replace("neun", "acht")
    cleaned = clean_dump("\n".join(["A bridge is saved", LONG, "3 Comments", MORE, other]))
    assert cleaned.text == "\n".join([LONG, MORE, other])


def test_sentence_about_cookies_stays_in_an_article_and_goes_below_it() -> None:
    told = "Google verwendet Cookies, um Nutzer zu zählen."
    cleaned = clean_dump("\n".join([told, LONG, "Anzeige", told.replace("Google", "Sülz"), MORE]))
    assert cleaned.text == "\n".join([told, LONG, told.replace("Google", "Sülz"), MORE])
    assert clean_dump(f"{LONG}\nDiese Seite verwendet Cookies.").text == LONG


def test_heading_that_also_opens_teasers_or_tags_takes_no_paragraphs_with_it() -> None:
    short = ["Der Rat tagt wieder im Mai.", "Dann geht es um die Pfeiler der Brücke."]
    for heading in ("Most popular", "Topics", "Read more"):
        assert clean_dump("\n".join([LONG, heading, *short, MORE])).text == "\n".join([LONG, *short, MORE])


def test_long_list_under_an_ambiguous_heading_is_no_block_of_teasers() -> None:
    wares = [f"Lampe Modell {name}" for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for _ in range(2)]
    cleaned = clean_dump("\n".join([LONG, "Don't miss", *wares, MORE]))
    assert cleaned.text == "\n".join([LONG, *wares, MORE])


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Die Brücke bleibt\n{LONG}", "Die Brücke bleibt"),
        (f"Bleibt die Brücke doch?\n{LONG}", "Bleibt die Brücke doch?"),
        (f"Politik\nDie Brücke bleibt nun doch\n{LONG}", "Die Brücke bleibt nun doch"),
        (f"Home Politik Die Brücke bleibt nun\nDie Brücke bleibt nun\n{LONG}", "Die Brücke bleibt nun"),
        (f"{LONG}\n{MORE}", None),
        (f"Der Rat hat entschieden.\n{LONG}", None),
        ("Nur eine Zeile", None),
    ],
)
def test_title_is_the_first_line_that_looks_like_one(text: str, title: str | None) -> None:
    cleaned = clean_dump(text)
    assert cleaned.title == title
    assert title is None or title not in cleaned.text.split("\n")


def test_title_of_the_caller_finds_its_line_and_loses_no_paragraph_above_it() -> None:
    cleaned = clean_dump(f"{LONG}\nDie Brücke bleibt nun\n{MORE}", title="Die Brücke bleibt nun")
    assert (cleaned.title, cleaned.text) == ("Die Brücke bleibt nun", f"{LONG}\n{MORE}")
    assert clean_dump(f"Die Brücke bleibt\n{LONG}", title="").title is None


def test_a_title_takes_no_line_that_differs_by_a_number() -> None:
    questions = [f"Was kostet die Brücke {number} Jahre nach dem Bau?" for number in (10, 20, 30)]
    cleaned = clean_dump("\n".join([*questions, LONG]))
    assert (cleaned.title, cleaned.text) == (questions[0], "\n".join([*questions[1:], LONG]))


def test_byline_date_and_lead_are_read() -> None:
    lead = "Ein Gutachten über die Pfeiler fehlt noch immer"
    signed = "Von Rike Ohlsen und Jan Brandis\nStand: 5. Mai 2024, 10:12 Uhr"
    cleaned = clean_dump(f"Die Brücke bleibt doch\n{lead}\n{signed}\n{LONG}")
    assert cleaned.authors == ("Rike Ohlsen", "Jan Brandis")
    assert (cleaned.published_at, cleaned.published_from) == (
        datetime(2024, 5, 5, 10, 12, tzinfo=UTC),
        "text",
    )
    assert cleaned.summary == lead
    assert cleaned.text == f"{lead}\n{LONG}"


def test_note_on_the_author_below_the_article_goes() -> None:
    note = "Rike Ohlsen is a writer from Auenfurt who has covered its bridges for twenty years."
    assert clean_dump(f"A bridge is saved\nBy Rike Ohlsen\n{LONG}\n{note}").text == LONG


@pytest.mark.parametrize(
    ("crumb", "published"),
    [
        (" date 2020-11 ", None),
        ("date 2020-11-12 ", datetime(2020, 11, 12, tzinfo=UTC)),
        ("date: 2020-11-12T08:30:00+02:00 ", datetime(2020, 11, 12, 6, 30, tzinfo=UTC)),
        ("date 2020-13-40 ", None),
    ],
)
def test_leading_crumb_dates_only_where_it_is_full(crumb: str, published: datetime | None) -> None:
    cleaned = clean_dump(crumb + LONG)
    assert (cleaned.text, cleaned.published_at) == (LONG, published)
    assert (cleaned.lines[0].block.text, cleaned.lines[0].reason) == (crumb.strip(), "date-line")


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("12.11.2020 | 10:15 Uhr", datetime(2020, 11, 12, 10, 15, tzinfo=UTC)),
        ("Publié le 12 novembre 2020 à 08:01", datetime(2020, 11, 12, 8, 1, tzinfo=UTC)),
        ("Nov 12, 2020 9:02 am EST", datetime(2020, 11, 12, 14, 2, tzinfo=UTC)),
        ("12 ноября 2020, 14:00", datetime(2020, 11, 12, 14, tzinfo=UTC)),
        ("2020年11月12日 20時01分", datetime(2020, 11, 12, 20, 1, tzinfo=UTC)),
        ("11/12/2020", None),  # November or December
        ("12/31/2020", datetime(2020, 12, 31, tzinfo=UTC)),
    ],
)
def test_date_lines_under_the_title(line: str, published: datetime | None) -> None:
    cleaned = clean_dump(f"Die Brücke bleibt nun doch\n{line}\n{LONG}")
    assert (cleaned.text, cleaned.published_at) == (LONG, published)


@pytest.mark.parametrize(
    ("end", "agency", "stays"),
    [
        ("ak/Reuters", "reuters", False),
        ("(dpa)", "dpa", False),
        (f"{MORE} (afp/er)", "afp", True),
        (f"{MORE} Quelle: dpa", "dpa", True),
        (f"{MORE} (sie)", None, True),
        ("Selke-Nachrichten", None, False),
    ],
)
def test_agency_is_read_from_the_signature(end: str, agency: str | None, stays: bool) -> None:
    cleaned = clean_dump(f"{LONG}\n{end}")
    assert cleaned.agency == agency
    assert cleaned.text == (f"{LONG}\n{end}" if stays else LONG)


def test_agency_is_read_from_the_dateline() -> None:
    assert clean_dump(f"AUENFURT (Reuters) - {LONG}").agency == "reuters"


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        ("Foto: Die Ratsfrau verwies am Mittwoch darauf, dass die Brücke gesperrt bleibt.", True),
        ("Photo: the mayor said that it was taken in secret.", True),
        ("Quelle: Das Bauamt teilte auf Anfrage mit, dass es keine anderen Zahlen gibt.", True),
        ("Фото: снимок сделан в среду, сообщила пресс-служба мэрии.", True),
        ("Foto: Rike Ohlsen / Bildhaus Nord", False),
        ("Foto: Rike Ohlsen für den Boten.", False),
        ("Photo: courtesy of the Harbour Museum", False),
        ("Quelle: Statistisches Amt der Stadt Auenfurt.", False),
    ],
)
def test_a_credit_goes_and_a_sentence_that_begins_like_one_stays(line: str, stays: bool) -> None:
    assert (line in clean_dump(f"{LONG}\n{line}\n{MORE}").text) is stays


def test_boilerplate_alone_leaves_no_text() -> None:
    assert clean_dump("Share\nTweet\nAlle Rechte vorbehalten.").text == ""
    assert clean_dump("").lines == ()


@pytest.mark.parametrize(
    "heading",
    [
        "2 responses to “A bridge is saved”",
        "One thought on “Is a bridge saved?”",
        "2 Gedanken zu „Die Brücke bleibt“",
        "2 réflexions sur « Un pont sauvé »",
        "2 comentarios en «Un puente salvado»",
        "2 commenti su “Un ponte salvato”",
    ],
)
def test_comments_below_a_heading_that_names_the_article_go_however_long(heading: str) -> None:
    cleaned = clean_dump("\n".join(["A bridge is saved", LONG, MORE, heading, *SAID]))
    assert cleaned.text == f"{LONG}\n{MORE}"
    assert {reasons(cleaned)[line] for line in (heading, *SAID)} == {"comments"}


def test_sentence_that_begins_like_a_heading_of_comments_ends_nothing() -> None:
    sentence = "One response to “more cars, more bridges” was a laugh in the hall, and then a vote."
    assert clean_dump("\n".join(["A bridge is saved", LONG, sentence, *SAID])).text == "\n".join(
        [LONG, sentence, *SAID]
    )


def test_crumb_before_a_later_line_goes_and_dates_nothing() -> None:
    cleaned = clean_dump(f"{LONG}\nupdated 2020-11-12 {MORE}")
    assert (cleaned.text, cleaned.published_at) == (f"{LONG}\n{MORE}", None)
    assert [line.reason for line in cleaned.lines] == [None, "date-line", None]


def test_line_that_no_rule_knows_is_judged_by_its_place() -> None:
    names = [f"• {name} Ohlsen" for name in ("Rike", "Jan", "Bo", "Ida", "Per", "Ute", "Kai", "Eva")]
    shown = clean_dump("\n".join(["Die Brücke bleibt nun", LONG, MORE, "Leitung", *names, "© 2024 Bote"]))
    assert shown.text == f"{LONG}\n{MORE}"
    asked = ["Fünf Dinge sind zu klären:", *(f"• {thing}" for thing in ("die Pfeiler", "die Fahrbahn"))]
    assert clean_dump("\n".join(["Die Brücke bleibt nun", LONG, *asked, MORE])).text == "\n".join(
        [LONG, *asked, MORE]
    )


@pytest.mark.parametrize(
    ("lines", "stays"),
    [
        (["News", "Sport", "Culture", "Weather", "Jobs"], False),
        (["500 g leeks", "300 g potatoes", "1 l stock", "cream"], True),
        (["• leeks", "• potatoes", "• stock", "• cream"], True),
    ],
)
def test_menu_alone_is_no_article_and_a_list_is(lines: list[str], stays: bool) -> None:
    cleaned = clean_dump("\n".join(lines), "")
    assert cleaned.text == ("\n".join(lines) if stays else "")
    assert stays or cleaned.lines[0].reason is DropReason.NO_ARTICLE


def test_list_that_never_settles_is_no_article() -> None:
    cleaned = clean_dump("\n".join(f"{1 + number % 28} May 2024" for number in range(2000)))
    assert cleaned.text == ""
    assert cleaned.lines[-1].reason is DropReason.NO_ARTICLE
