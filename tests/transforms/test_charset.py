import pytest

from schemas import Media
from transforms.charset import UndecodableError, decode, normalise

GERMAN = "Die Bürgermeisterin sprach am Dienstag über die Brücke. Größere Schäden gibt es nicht, sagte sie."
RUSSIAN = "Городской совет во вторник утвердил план ремонта моста. Работы начнутся весной."
JAPANESE = "市議会は火曜日、橋の改修計画を承認した。工事は来春に始まり、二年間続く見通しだ。"
KOREAN = "시의회는 화요일 다리 보수 계획을 승인했다. 공사는 내년 봄에 시작되어 2년 동안 이어질 전망이다."
CHINESE = "市议会星期二批准了桥梁维修计划。工程将于明年春天开始，预计持续两年。"
POLISH = (
    "Rada miejska przyjęła we wtorek plan remontu mostu. Prace rozpoczną się wiosną, powiedziała Źdźbłowska."
)

LEGACY = [
    ("windows-1252", GERMAN),
    ("windows-1251", RUSSIAN),
    ("koi8-r", RUSSIAN),
    ("shift_jis", JAPANESE),
    ("euc-jp", JAPANESE),
    ("iso-2022-jp", JAPANESE),
    ("euc-kr", KOREAN),
    ("gb18030", CHINESE),
    ("iso-8859-2", POLISH),
]


@pytest.mark.parametrize(("charset", "text"), LEGACY)
@pytest.mark.parametrize("media", list(Media))
def test_legacy_charsets_are_detected(charset: str, text: str, media: Media) -> None:
    assert decode(text.encode(charset), None, media) == text


@pytest.mark.parametrize(("charset", "text"), LEGACY)
def test_legacy_charsets_are_read_as_declared(charset: str, text: str) -> None:
    page = f'<html><head><meta charset="{charset}"></head><body><p>{text}</p></body></html>'
    assert decode(page.encode(charset), None, Media.HTML) == page
    assert decode(text.encode(charset), charset, Media.TEXT) == text


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_wins_over_the_header(codec: str) -> None:
    assert decode(GERMAN.encode(codec), "windows-1251", Media.TEXT) == GERMAN


def test_valid_utf8_wins_over_a_wrong_header() -> None:
    assert decode(RUSSIAN.encode(), "iso-8859-1", Media.HTML) == RUSSIAN


def test_iso_8859_1_means_windows_1252() -> None:
    assert decode("„Brücke“ – 5 €".encode("windows-1252"), "ISO-8859-1", Media.HTML) == "„Brücke“ – 5 €"


def test_gb2312_and_shift_jis_mean_their_supersets() -> None:
    assert decode("镕㐂".encode("gb18030"), "gb2312", Media.HTML) == "镕㐂"
    assert decode("①㈱".encode("cp932"), "Shift_JIS", Media.HTML) == "①㈱"


def test_bytes_settle_a_contradiction_between_header_and_page() -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>{RUSSIAN}</p>'
    assert decode(page.encode("windows-1251"), "iso-8859-1", Media.HTML) == page


def test_xml_declaration_counts_in_pages() -> None:
    page = f'<?xml version="1.0" encoding="iso-8859-2"?><html><body><p>{POLISH}</p></body></html>'
    assert decode(page.encode("iso-8859-2"), None, Media.HTML) == page


def test_a_page_may_hold_one_broken_byte_in_a_thousand_characters() -> None:
    sentence = "Größe der Brücke. "
    body = sentence.encode() * 100 + b"\xff\xfe" + sentence.encode() * 100
    assert decode(body, "utf-8", Media.HTML).count("\ufffd") == 2
    with pytest.raises(UndecodableError, match="broken"):
        decode(body + b"\xff" * 20, "utf-8", Media.HTML)


@pytest.mark.parametrize(
    "body",
    [
        "Grüße aus Köln, die Brücke ist schön".encode() + b"\xff und mehr",  # damaged UTF-8
        b"Ein Text mit \xff\xfe\x80 kaputten Bytes und \xc3\x28 mehr.",  # debris
        b"\xff\xfe\xfa no text at all, though a byte order mark begins it",
        b"plain text with one \xff byte",
        bytes(range(128, 256)),
        bytes(number * 7919 % 251 for number in range(2000)),
        b"some text\x00\x00\x01\x02\x03",
    ],
)
def test_damaged_and_binary_text_is_refused(body: bytes) -> None:
    with pytest.raises(UndecodableError):
        decode(body, None, Media.TEXT)


def test_single_control_characters_go() -> None:
    text = "The bridge is closed. " * 10
    assert decode(f"\0{text}\x1f".encode(), None, Media.TEXT) == text


def test_normalise_composes_and_drops_what_utf8_cannot_hold() -> None:
    assert normalise("Bru\u0308cke\x00 \ud83d\tund\n") == "Brücke \tund\n"
    normalise("\ud800x").encode()
