"""Language: what a text is written in, by langdetect on a bounded sample."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import apache_beam as beam
from babel.core import Locale, get_global
from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from schemas import Document
from transforms.steps import Attempt

#: What `language` says where it is not known.
UNKNOWN = "und"
#: Characters of the sample, and the number of places in the text from which it is taken.
SAMPLE_CHARACTERS, SAMPLE_PLACES = 1200, 3
#: A text with less evidence (see `_evidence`) joins its title; with less than this even so, no guess.
SHORT, MINIMUM = 200, 12
#: With less evidence, or where langdetect is less sure, what the source declares decides; it does not below
#: this, where hardly a word is left.
DECIDED, SURE, MINIMUM_DECLARED = 60, 0.9, 6
#: Confidence in a language that was declared and not detected.
DECLARED_CONFIDENCE = 0.5
#: Evidence at which confidence is half of what langdetect, always sure of itself, says.
HALF_CONFIDENCE = 10

#: langdetect draws at random; each detector starts from this seed, so results do not depend on earlier calls.
_SEED = 0
#: langdetect's names that are no ISO 639-1.
_ISO = {"zh-cn": "zh", "zh-tw": "zh"}
#: Names of languages that langdetect knows by another.
_DETECTED_AS = {"nb": "no", "nn": "no", "fil": "tl"}
_NO_LANGUAGE = frozenset({UNKNOWN, "mul", "zxx", "root"})
#: Scripts that share the Han characters: a short text does not tell them apart.
_HAN = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Hani", "Kore": "Hani"}
_NO_LETTERS = re.compile(r"[\W\d_]+")
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")


def with_language(document: Document) -> Document:
    """Returns `document` with `language` and `language_confidence`."""
    language, confidence = detect_language(document.text, document.title, document.declared_language)
    return replace(document, language=language, language_confidence=confidence)


def detect_language(text: str, title: str | None = None, declared: str | None = None) -> tuple[str, float]:
    """Returns the language of `text` and the confidence in it.

    Args:
        text: Of any length; a sample of `SAMPLE_CHARACTERS` is looked at.
        title: Further evidence where the text is short.
        declared: As `language_code` returns it. Weak evidence: many a site declares what its software came
            with. It decides where the text is too short or the detector unsure, and never against a script.

    Returns:
        ISO 639-1, or `und` where there is too little to tell, or the same over and over; confidence from 0
        to 1, which grows with the evidence.
    """
    sample = _sample(text)
    if _evidence(sample) < MINIMUM:  # a table or a list that goes on and on behind the article
        sample = text[:SAMPLE_CHARACTERS]
    if title and _evidence(sample) < SHORT:
        sample = f"{title}\n{sample}"
    evidence = _evidence(sample)
    language, share = _guess(sample) if evidence >= MINIMUM else (UNKNOWN, 0.0)
    is_weak = evidence < DECIDED or share < SURE
    if declared and declared != language and is_weak and evidence >= MINIMUM_DECLARED:
        fits = language == UNKNOWN or _script(language) == _script(declared)
        language, share = (declared, DECLARED_CONFIDENCE) if fits else (language, share)
    return language, round(share * evidence / (evidence + HALF_CONFIDENCE), 4)


def language_code(declared: str | None) -> str | None:
    """Returns the ISO 639 code of a language tag (`de-AT`, `ger`) or an English name; None for what is none.

    639-1 where there is one; Norwegian is `no`, whichever of its two forms, as the detector says.
    """
    name = (declared or "").strip().lower().replace("_", "-")
    code = _names().get(name) or name.partition("-")[0]
    code = _DETECTED_AS.get(code, code)
    if code not in _known():
        code = str(get_global("language_aliases").get(code, "")).partition("_")[0]
    return code if code in _known() else None


@cache
def _names() -> dict[str, str]:
    return {name.lower(): code for code, name in Locale("en").languages.items() if "_" not in code}


@cache
def _known() -> frozenset[str]:
    return frozenset((*_names().values(), *_DETECTED_AS.values())) - _NO_LANGUAGE


def _script(language: str) -> str:
    """Returns the script that a language is mostly written in (CLDR, through Babel); empty if unknown."""
    script = [*str(get_global("likely_subtags").get(language, "")).split("_"), "", ""][1]
    return _HAN.get(script, script)


def _guess(sample: str) -> tuple[str, float]:
    """Returns what langdetect takes a text for, and how sure it is."""
    detector = load_profiles().create()
    # langdetect takes words in capitals for acronyms and passes them over.
    detector.append(sample.lower() if sample.isupper() else sample)
    try:
        best = detector.get_probabilities()
    except LangDetectException:  # no letter that any of its languages has
        return UNKNOWN, 0.0
    if not best:
        return UNKNOWN, 0.0
    name, share = str(best[0].lang), float(best[0].prob)
    if name in ("ja", "ko") and not _KANA_OR_HANGUL.search(sample):
        name = "zh"  # langdetect takes many a text in traditional characters for Korean
    return _ISO.get(name, name), share


@cache
def load_profiles() -> DetectorFactory:
    """Loads langdetect's profiles, once a process: call it in a worker's set-up, it takes some 0.5 s.

    In the order of their names, not in the order of the folder, which differs between machines.
    """
    factory = DetectorFactory()
    folder = files("langdetect") / "profiles"
    profiles = sorted((file for file in folder.iterdir() if "." not in file.name), key=lambda file: file.name)
    factory.load_json_profile([file.read_text(encoding="utf-8") for file in profiles])
    factory.set_seed(_SEED)
    return factory


def _sample(text: str) -> str:
    """Returns pieces from places evenly spread over `text`: its ends are where boilerplate was left over."""
    if len(text) <= SAMPLE_CHARACTERS:
        return text
    return "\n".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    size = SAMPLE_CHARACTERS // SAMPLE_PLACES
    for place in range(SAMPLE_PLACES):
        start = (len(text) - size) * (2 * place + 1) // (2 * SAMPLE_PLACES)
        piece = text[start : start + size]
        head, _, rest = piece.partition(" ")
        yield rest or head


def _evidence(text: str) -> int:
    """Different groups of three letters, about as many as letters in a text that does not repeat itself.

    Those around a character of a script without spaces (ideographs, kana, hangul) count threefold.
    """
    words = f" {_NO_LETTERS.sub(' ', text.lower())} "
    groups = {words[i : i + 3] for i in range(len(words) - 2) if words[i + 1] != " "}
    return sum(1 + 2 * ("\u3040" <= group[1] <= "\ud7af") for group in groups)


def _detect(document: Document) -> Iterator[Document]:
    yield with_language(document)


def _make_work() -> Callable[[Document], Iterator[Document]]:
    load_profiles()
    return _detect


@dataclass
class DetectLanguage(beam.PTransform[Any, Any]):
    """Documents to documents with their language; see `detect_language`."""

    def expand(self, documents: Any) -> Any:
        """Returns a PCollection of documents, and of the rejections that came in."""
        return documents | Attempt("language", _make_work, Document, Document)
