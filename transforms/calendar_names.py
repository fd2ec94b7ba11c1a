"""Calendar names: what months and days of the week are called in many languages."""

from functools import cache

from babel.dates import get_day_names, get_month_names

#: Babel's locales (CLDR).
LOCALES = (
    *("de", "en", "fr", "es", "it", "nl", "pt", "pl", "ru", "uk", "cs", "sv", "da", "nb", "is", "fi"),
    *("tr", "hu", "ro", "el", "ja", "zh", "ko", "ar", "he", "hi", "id", "vi", "af", "zu"),
    *("bg", "sk", "sl", "sr", "sr_Latn", "lv", "et", "ca", "gl", "bn", "ur", "ms", "sw"),
)  # not Croatian: its `listopad` is October, that of Poles and Czechs November
#: Not in CLDR, but in use.
_FURTHER_MONTHS = {"sept": 9, "mrz": 3, "jänner": 1, "feber": 2}


@cache
def months() -> dict[str, int]:
    """Returns month names, in lower case and without dots → number; 0 where it depends on the language."""
    found = dict(_FURTHER_MONTHS)
    for locale in LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    word = name.casefold().rstrip(".")
                    found[word] = number if found.get(word, number) == number else 0
    return found


@cache
def weekdays() -> frozenset[str]:
    """Returns names of days of the week of all locales, in lower case and without dots."""
    names = (
        get_day_names(width, "format", locale) for locale in LOCALES for width in ("wide", "abbreviated")
    )
    return frozenset(name.casefold().rstrip(".") for days in names for name in days.values())
