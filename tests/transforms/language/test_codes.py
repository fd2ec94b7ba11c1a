import pytest

from transforms.language.codes import language_code, script_of


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("de", "de"), ("de-AT", "de"), (" DE_at ", "de"), ("ger", "de"), ("deu", "de"), ("German", "de"),
        ("iw", "he"), ("zh-Hant-TW", "zh"), ("zh-cn", "zh"), ("yue", "zh"), ("zu", "zu"), ("xh-ZA", "xh"),
        ("ga", "ga"), ("ga-IE", "ga"), ("nso", "nso"), ("gsw", "gsw"), ("hsb", "hsb"), ("fil", "tl"),
        ("ckb", "ku"), ("und", None), ("mul", None), ("zxx", None), ("x-default", None), ("qqq", None),
        ("", None), (None, None),
    ],
)  # fmt: skip
def test_tags_and_names_become_iso_639(declared: str | None, code: str | None) -> None:
    assert language_code(declared) == code


@pytest.mark.parametrize("form", ["no", "nb", "nn", "nb-NO", "nno", "Norwegian Bokmål"])
def test_norwegian_is_one_language(form: str) -> None:
    assert language_code(form) == "no"


@pytest.mark.parametrize(
    ("form", "code"), [("hr", "hr"), ("bs-Latn-BA", "bs"), ("sr-Cyrl", "sr"), ("sr-Latn", "sr"), ("sh", "sr")]
)
def test_croatian_bosnian_and_serbian_keep_their_codes(form: str, code: str) -> None:
    assert language_code(form) == code


def test_scripts() -> None:
    assert script_of("de") == script_of("zu") == "Latn"
    assert script_of("ru") != script_of("de")
    assert script_of("ja") == script_of("zh")  # both write ideographs
    assert script_of("qqq") == ""
