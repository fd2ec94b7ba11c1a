import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to

from schemas import Document
from transforms.language import DetectLanguage, Detector, detect, detect_language, opinions, with_language
from transforms.language.sample import pieces

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
#: langdetect does not know these, or not apart from their neighbours.
MORE = {
    "is": "Bæjarstjórn samþykkti á þriðjudag að gera við gömlu brúna. Verkið hefst í vor og tekur tvö ár.",
    "zu": "Umkhandlu wedolobha uvumile ngoLwesibili ukuthi kulungiswe ibhuloho elidala. Umsebenzi uzoqala.",
    "xh": "Ibhunga lesixeko livumile ngoLwesibini ukuba kulungiswe ibhulorho endala. Umsebenzi uza kuqala.",
    "ga": "Cheadaigh an chomhairle Dé Máirt deisiú an tseandroichid. Cuirfear tús leis an obair san earrach.",
    "no": "Kommunestyret vedtok tysdag at den gamle brua skal setjast i stand. Arbeidet tek til i vår.",
    "kk": "Қалалық кеңес сейсенбі күні ескі көпірді жөндеу жоспарын бекітті. Жұмыс көктемде басталады.",
}  # fmt: skip
BOTH = pytest.mark.parametrize("detector", Detector)


@BOTH
@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_languages(language: str, text: str, detector: Detector) -> None:
    found, confidence = detect_language(text, detector=detector)
    assert found == language
    assert 0.9 < confidence <= 1


@pytest.mark.parametrize(("language", "text"), MORE.items())
def test_languages_that_langdetect_lacks(language: str, text: str) -> None:
    assert detect_language(text)[0] == language
    assert detect_language(text, declared=("en",))[0] == language


@BOTH
def test_traditional_chinese_is_chinese(detector: Detector) -> None:
    text = "市議會星期二批准了舊橋的維修計劃。工程將於明年春天開始，預計持續兩年。"
    assert detect_language(text, detector=detector)[0] == "zh"


@BOTH
@pytest.mark.parametrize("text", ["", "12.05.2024 – 17:30", "§§§ !!! 123 456 789 000 111 222", "Foto: x"])
def test_too_little_to_tell(text: str, detector: Detector) -> None:
    assert detect_language(text, detector=detector) == ("und", 0.0)


@BOTH
@pytest.mark.parametrize(
    "junk", ["a\n" * 5000, "a" * 5000, "ha " * 5000, "12345 " * 2000, "xyz" * 3000, "– • –" * 900]
)
def test_the_same_over_and_over_is_no_language(junk: str, detector: Detector) -> None:
    assert detect_language(junk, detector=detector) == ("und", 0.0)
    assert detect_language(junk, declared=("de",), detector=detector) == ("und", 0.0)


@pytest.mark.parametrize(
    "text", ["Brand in Wien", "Metro extra", "Mario Rossi, Anna Bianchi", "Kane 12, Son 45, Maddison 80"]
)
def test_a_few_words_give_a_low_figure(text: str) -> None:
    assert detect_language(text)[1] < 0.7


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("Mehr dazu.", ("de",), "de"),
        ("Brann i Oslo", ("no",), "no"),
        ("Parler closes", ("nl",), "nl"),
        ("Sjómenn róa", ("is",), "is"),
        ("橋の工事", ("ja",), "ja"),
        ("首相辞任表明", ("ja",), "ja"),
        ("Grad gradi novu školu", ("hr",), "hr"),
        ("Grad gradi novu školu", ("sr",), "sr"),
        ("Grad gradi novu školu", ("bs",), "bs"),
        ("Пожар в Москве", ("en",), "ru"),
        ("Пожар в Москве", ("qqq",), "ru"),
        ("Mehr dazu.", (), "und"),
        (TEXTS["de"], ("en",), "de"),
        (TEXTS["fr"], ("de",), "fr"),
        ("Brann i Oslo", ("en", "no"), "no"),
        ("Nova škola v centru", ("sk", "en"), "sk"),
        (TEXTS["zh"], ("en",), "zh"),
        (TEXTS["de"], ("en", "fr"), "de"),
        (TEXTS["zh"], ("ru",), "zh"),
        (TEXTS["zh"], ("ja",), "zh"),
        (TEXTS["ja"], ("zh",), "ja"),
        ((TEXTS["de"] + "\n") * 6 + (TEXTS["en"] + "\n") * 4, ("en",), "de"),
    ],
)
def test_what_is_declared_decides_for_short_texts_alone(
    text: str, declared: tuple[str, ...], expected: str
) -> None:
    assert detect_language(text, declared=declared)[0] == expected


@BOTH
def test_title_helps_a_short_text(detector: Detector) -> None:
    assert detect_language("Mehr dazu.", detector=detector)[0] == "und"
    title = "Die alte Brücke wird im Frühjahr für zwei Jahre gesperrt"
    assert detect_language("Mehr dazu.", title, detector=detector)[0] == "de"
    assert detect_language(TEXTS["fr"] * 4, title, detector=detector)[0] == "fr"


@BOTH
def test_confidence_grows_with_the_text(detector: Detector) -> None:
    short, long = (
        detect_language(text, detector=detector)[1] for text in (TEXTS["de"][:22], TEXTS["de"] * 20)
    )
    assert short < long


@pytest.mark.parametrize("joint", ["\n", " "])
@pytest.mark.parametrize(("most", "less"), [("de", "en"), ("en", "de"), ("ru", "en"), ("fr", "ar")])
def test_most_of_a_mixed_text_decides(most: str, less: str, joint: str) -> None:
    text = joint.join([TEXTS[most]] * 13 + [TEXTS[less]] * 7)
    language, confidence = detect_language(text)
    assert language == most
    assert confidence < 0.9
    backwards = joint.join([TEXTS[less]] * 7 + [TEXTS[most]] * 13)
    assert detect_language(backwards)[0] == most


def test_boilerplate_before_a_text_does_not_hide_its_language() -> None:
    assert detect_language("Cookies. Accept all. " * 5 + TEXTS["de"] * 20)[0] == "de"


@BOTH
def test_a_long_list_behind_a_text_does_not_hide_its_language(detector: Detector) -> None:
    assert detect_language(TEXTS["de"] + "\n" + "Ort 1\n" * 5000, detector=detector)[0] == "de"


def test_a_table_of_names_behind_a_text_does_not_hide_its_language() -> None:
    table = "\n".join(f"{n} Kyle Rossi {n * 37 % 91} {n * 53 % 97} 0 {n % 4} Qvx {n}" for n in range(60))
    assert detect_language(f"{TEXTS['pl']} {TEXTS['pl']}\n{table}")[0] == "pl"


def test_kana_tell_a_list_of_japanese_places() -> None:
    places = "震度4　北浜市、南浜市、みどり町、上野原村、東港町、さくら市、大川町、西山村、つばき町、白石市"
    assert detect_language(places)[0] == "ja"


def test_langdetect_is_asked_where_the_first_is_unsure_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def by_langdetect(text: str) -> opinions.Opinion:
        asked.append(text)
        return {"hr": 1.0}

    monkeypatch.setattr(detect, "by_langdetect", by_langdetect)
    assert detect_language(TEXTS["de"])[0] == "de"
    assert not asked
    unsure = "Nová škola v centru"
    assert detect_language(unsure)[0] == "cs"
    assert asked == [unsure]


def test_no_piece_is_looked_at_twice_and_few_of_a_clear_text(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    second: list[str] = []

    def by_py3langid(text: str) -> opinions.Opinion:
        asked.append(text)
        return opinions.by_py3langid(text)

    def by_langdetect(text: str) -> opinions.Opinion:
        second.append(text)
        return opinions.by_langdetect(text)

    monkeypatch.setattr(detect, "by_py3langid", by_py3langid)
    monkeypatch.setattr(detect, "by_langdetect", by_langdetect)
    clear, mixed = (
        TEXTS["de"] * 20,
        "".join(TEXTS["de"][i : i + 9] + TEXTS["fr"][i : i + 9] for i in range(90)),
    )
    detect_language(clear)
    assert asked == pieces(clear)[::2]
    assert not second
    asked.clear()
    detect_language(mixed)
    assert sorted(asked) == sorted(pieces(mixed))
    assert second == ["\n".join(pieces(mixed)[::2])]


def test_langdetect_alone_does_not_ask_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "by_py3langid", lambda _: pytest.fail("py3langid was asked"))
    assert detect_language(TEXTS["de"], detector=Detector.LANGDETECT)[0] == "de"
    assert detect_language(MORE["zu"], detector=Detector.LANGDETECT)[0] != "zu"


def test_langdetect_alone_says_croatian_where_it_means_any_of_three() -> None:
    text = "Gradsko vijeće je u utorak odobrilo obnovu starog mosta. Radovi počinju u proljeće."
    assert detect_language(text, detector=Detector.LANGDETECT)[0] == "hr"


@BOTH
def test_results_do_not_depend_on_earlier_calls(detector: Detector) -> None:
    mixed = TEXTS["en"][:50] + TEXTS["fr"][:50]
    alone = detect_language(mixed, detector=detector)
    for text in TEXTS.values():
        detect_language(text, detector=detector)
    assert detect_language(mixed, detector=detector) == alone
    opinions.load_langdetect.cache_clear()
    opinions.load_py3langid.cache_clear()
    assert detect_language(mixed, detector=detector) == alone


def test_with_language() -> None:
    document = with_language(Document("a.txt", "text", TEXTS["fr"], "dump"))
    assert document.language == "fr"
    assert document.language_confidence == detect_language(TEXTS["fr"])[1]


@pytest.mark.parametrize(("detector", "expected"), [(Detector.COMBINED, "zu"), (Detector.LANGDETECT, "sw")])
def test_the_step_takes_the_detector(detector: Detector, expected: str) -> None:
    with TestPipeline() as pipeline:
        documents = pipeline | beam.Create([Document("a.txt", "text", MORE["zu"], "dump")])
        found = documents | DetectLanguage(detector) | beam.Map(lambda document: document.language)
        assert_that(found, equal_to([expected]))
