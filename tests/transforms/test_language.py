import pytest

from schemas import Document
from transforms.language import (
    SAMPLE_CHARACTERS,
    detect_language,
    language_code,
    load_profiles,
    with_language,
)

TEXTS = {
    "de": "Der Stadtrat hat am Dienstag die Sanierung der alten Brücke beschlossen. Sie beginnt im Frühjahr.",
    "en": "The council approved the repair of the old bridge on Tuesday. Work begins in spring.",
    "fr": "Le conseil municipal a approuvé mardi la réparation du vieux pont, qui commence au printemps.",
    "pl": "Rada miejska przyjęła we wtorek plan remontu starego mostu. Prace rozpoczną się wiosną.",
    "ru": "Городской совет во вторник утвердил план ремонта старого моста. Работы начнутся весной.",
    "ar": "وافق مجلس المدينة يوم الثلاثاء على خطة لإصلاح الجسر القديم. ستبدأ الأعمال في الربيع.",
    "he": "מועצת העיר אישרה ביום שלישי את תוכנית השיפוץ של הגשר הישן.",
    "hi": "नगर परिषद ने मंगलवार को पुराने पुल की मरम्मत की योजना को मंजूरी दी।",
    "ja": "市議会は火曜日、古い橋の改修計画を承認した。工事は来春に始まり、二年間続く見通しだ。",
    "ko": "시의회는 화요일 낡은 다리의 보수 계획을 승인했다.",
    "zh": "市议会星期二批准了旧桥的维修计划。工程将于明年春天开始，预计持续两年，市长在会后表示。",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_languages(language: str, text: str) -> None:
    found, confidence = detect_language(text)
    assert found == language
    assert 0.7 < confidence <= 1


def test_traditional_chinese_is_chinese() -> None:
    assert (
        detect_language("市議會星期二批准了舊橋的維修計劃。工程將於明年春天開始，預計持續兩年。")[0] == "zh"
    )


@pytest.mark.parametrize("text", ["", "12.05.2024 – 17:30", "§§§ !!! 123 456 789 000 111 222", "Foto: x"])
def test_too_little_to_tell(text: str) -> None:
    assert detect_language(text) == ("und", 0.0)


@pytest.mark.parametrize(
    "junk", ["a\n" * 5000, "a" * 5000, "ha " * 5000, "12345 " * 2000, "xyz" * 3000, "– • –" * 900]
)
def test_the_same_over_and_over_is_no_language(junk: str) -> None:
    assert detect_language(junk) == ("und", 0.0)
    assert detect_language(junk, declared="de") == ("und", 0.0)


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("Mehr dazu.", "de", "de"),
        ("Brann i Oslo", "no", "no"),
        ("Parler closes", "nl", "nl"),
        ("Sjómenn róa", "is", "is"),
        ("橋の工事", "ja", "ja"),
        ("Пожар в Москве", "en", "ru"),
        ("Mehr dazu.", None, "und"),
        (TEXTS["de"], "en", "de"),
        (TEXTS["fr"], "de", "fr"),
        (TEXTS["zh"], "en", "zh"),
    ],
)
def test_what_is_declared_decides_for_short_texts_alone(text: str, declared: str, expected: str) -> None:
    assert detect_language(text, declared=declared)[0] == expected


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("de", "de"), ("de-AT", "de"), (" DE_at ", "de"), ("ger", "de"), ("deu", "de"), ("German", "de"),
        ("iw", "he"), ("zh-Hant-TW", "zh"), ("nb-NO", "no"), ("zu", "zu"), ("gsw", "gsw"),
        ("und", None), ("mul", None), ("x-default", None), ("qqq", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_language_code(declared: str | None, code: str | None) -> None:
    assert language_code(declared) == code


def test_title_helps_a_short_text() -> None:
    assert detect_language("Mehr dazu.")[0] == "und"
    assert (
        detect_language("Mehr dazu.", "Die alte Brücke wird im Frühjahr für zwei Jahre gesperrt")[0] == "de"
    )


def test_confidence_grows_with_the_text() -> None:
    short, long = detect_language(TEXTS["de"][:40])[1], detect_language(TEXTS["de"] * 20)[1]
    assert short < long


def test_capitals_are_read_too() -> None:
    assert detect_language(TEXTS["de"].upper())[0] == "de"


def test_most_of_a_long_text_decides() -> None:
    assert detect_language("Cookies. Accept all. " * 5 + TEXTS["de"] * (SAMPLE_CHARACTERS // 50))[0] == "de"


def test_a_long_list_behind_a_text_does_not_hide_its_language() -> None:
    assert detect_language(TEXTS["de"] + "\n" + "Ort 1\n" * 5000)[0] == "de"


def test_results_do_not_depend_on_earlier_calls() -> None:
    mixed = TEXTS["en"][:50] + TEXTS["fr"][:50]
    alone = detect_language(mixed)
    for text in TEXTS.values():
        detect_language(text)
    assert detect_language(mixed) == alone
    load_profiles.cache_clear()
    assert detect_language(mixed) == alone


def test_with_language() -> None:
    document = with_language(Document("a.txt", "text", TEXTS["fr"], "dump"))
    assert document.language == "fr"
    assert document.language_confidence == detect_language(TEXTS["fr"])[1]
