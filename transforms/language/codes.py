"""Codes: one name for each language, and the script that it is mostly written in."""

from functools import cache

from babel.core import Locale, get_global

#: What `language` says where it is not known.
UNKNOWN = "und"
#: Languages with two names, and forms of a language that news leave untold. Norwegian is `no`, in both its
#: written forms: few sources tell which. Croatian, Bosnian and Serbian, the latter in both its scripts, keep
#: their own codes.
_SAME_AS = {
    "nb": "no", "nn": "no", "sh": "sr", "fil": "tl", "cmn": "zh", "yue": "zh", "wuu": "zh",
    "arz": "ar", "ary": "ar", "fuv": "ff", "gug": "gn", "uzs": "uz", "sdh": "ku", "ckb": "ku", "kmr": "ku",
    "ltg": "lv", "grc": "el", "hbo": "he",
}  # fmt: skip
_NO_LANGUAGE = frozenset({UNKNOWN, "mul", "zxx", "root"})
#: Scripts that share the Han characters: a short text does not tell them apart.
_HAN = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Hani", "Kore": "Hani"}


def language_code(declared: str | None) -> str | None:
    """Returns the ISO 639 code of a language tag (`de-AT`, `zh-cn`, `ger`) or an English name; None for none.

    639-1 where there is one, else 639-3.
    """
    name = (declared or "").strip().lower().replace("_", "-")
    tag = name.partition("-")[0]
    alias = str(get_global("language_aliases").get(tag, "")).partition("_")[0]
    for code in (tag, alias, _names().get(name, "")):
        if code in _known():
            return _SAME_AS.get(code, code)
    return None


@cache
def script_of(language: str) -> str:
    """Returns the script that a language is mostly written in (CLDR, through Babel); empty if unknown."""
    script = [*str(get_global("likely_subtags").get(language, "")).split("_"), "", ""][1]
    return _HAN.get(script, script)


@cache
def _names() -> dict[str, str]:
    return {name.lower(): code for code, name in Locale("en").languages.items() if "_" not in code}


@cache
def _known() -> frozenset[str]:
    return frozenset((*_names().values(), *_SAME_AS, *_SAME_AS.values())) - _NO_LANGUAGE
