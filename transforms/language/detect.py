"""Detect: the language of a text from what the detectors say, what its source declares, and the script."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any

import apache_beam as beam

from schemas import Document
from transforms.language.codes import UNKNOWN, script_of
from transforms.language.opinions import (
    SURE,
    Opinion,
    by_langdetect,
    by_py3langid,
    langdetect_languages,
    load_langdetect,
    load_py3langid,
)
from transforms.language.sample import PIECE_CHARACTERS, PIECES, evidence, pieces
from transforms.steps import Attempt

#: A text with less evidence joins its title; with less than the second even so, no guess unless a language is
#: declared; with less than the third not even then, where hardly a word is left.
SHORT, MINIMUM, MINIMUM_DECLARED = 200, 12, 6
#: A language that is less probable than this is not named.
LEAST = 0.2
#: What a language has of langdetect that it knows and does not name, and one that it does not know.
_UNNAMED, _UNKNOWN_TO_IT = 0.2, 0.3
#: Languages that langdetect does not know and takes for another. It takes Malay for Indonesian too, which has
#: far more news: that weighs as it should.
_TOLD_AS = {"bs": "hr", "sr": "hr"}
#: How much more probable a language is for being declared, and its share where a detector does not name it.
#: At twice the first, sites that declare English in every language begin to be believed.
_DECLARED, _UNDETECTED = 10.0, 0.02
#: Evidence at which langdetect, always sure of itself, is right every second time.
_HALF = 8
#: Share of kana among kana and ideographs from which a text is Japanese; shop signs in Chinese have fewer.
_KANA_SHARE = 0.1
#: A text of fewer ideographs and no kana is a Japanese headline as often as this.
HEADLINE_CHARACTERS, _HEADLINE = 20, 0.2
_KANA, _HANGUL = re.compile("[\u3041-\u3096\u30a1-\u30fa]"), re.compile("[\uac00-\ud7af]")
_HAN = re.compile("[\u3400-\u9fff]")


class Detector(StrEnum):
    """What detects the language of a text."""

    COMBINED = "combined"  # py3langid, and langdetect where it is unsure
    LANGDETECT = "langdetect"


def with_language(document: Document, detector: Detector = Detector.COMBINED) -> Document:
    """Returns `document` with `language` and `language_confidence`."""
    language, confidence = detect_language(
        document.text, document.title, document.declared_languages, detector
    )
    return replace(document, language=language, language_confidence=confidence)


def detect_language(
    text: str,
    title: str | None = None,
    declared: tuple[str, ...] = (),
    detector: Detector = Detector.COMBINED,
) -> tuple[str, float]:
    """Returns the language of most of `text` and the confidence in it.

    Args:
        text: Of any length; a sample is looked at, see `transforms.language.sample`.
        title: Further evidence where the text is short.
        declared: By page and source, as `language_code` returns them. Weak evidence: many a site declares
            what its software came with. It counts where the detectors are unsure, and never against a script.
        detector: Whose opinion counts.

    Returns:
        ISO 639-1 (639-3 where there is none), or `und` and 0 where there is too little to tell, or the same
        over and over; confidence from 0 to 1, about the share of such answers that are right, or less. Of
        langdetect alone it is no such share: a language that it does not know it takes for another, surely.
    """
    sample = pieces(text)
    told = evidence(sample, SHORT)
    if told < MINIMUM:  # a table or a list that goes on and on behind the article
        sample = [text[: PIECES * PIECE_CHARACTERS]]
        told = evidence(sample, SHORT)
    if title and told < SHORT:
        sample = ["\n".join((title[:PIECE_CHARACTERS], *sample))]
        told = evidence(sample, SHORT)
    if told < (MINIMUM_DECLARED if declared else MINIMUM):
        return UNKNOWN, 0.0
    if detector is Detector.LANGDETECT:
        opinion, sure = _by_langdetect(sample, told)
    else:
        opinion, sure = _combined(sample)
    if declared and sure < SURE:
        opinion = _with_declared(opinion, declared)
    language = max(opinion, key=lambda name: (opinion[name], name), default=UNKNOWN)
    if language == UNKNOWN or opinion[language] < LEAST:
        return UNKNOWN, 0.0
    return language, round(opinion[language], 3)


def _combined(sample: list[str]) -> tuple[Opinion, float]:
    """Returns what both detectors say, and how sure they are of each piece.

    The pieces may well be in two languages: where each is clear by itself langdetect is not asked. Where
    every other piece is clear and in the same language, the rest are not looked at. langdetect, which takes
    more than ten times as long, settles doubts by every other piece.
    """
    ideographs = _ideographs(sample)
    told: list[tuple[str, Opinion]] = []
    for part in (sample[::2], sample[1::2]):
        told += [(piece, _by_script(by_py3langid(piece), ideographs)) for piece in part]
        opinion, sure = _mean(told)
        if min(sure, _best(opinion)) >= SURE:
            break
    if sure >= SURE:
        return opinion, sure
    second = _of_langdetect(sample[::2])
    if not second:
        return opinion, sure
    known = langdetect_languages()
    weighed: Opinion = {}
    for name, share in opinion.items():
        told_as = _TOLD_AS.get(name, name)
        weighed[name] = share * (second.get(told_as, 0.0) + _UNNAMED if told_as in known else _UNKNOWN_TO_IT)
    opinion = _normalised(weighed)
    return opinion, _best(opinion)


def _mean(told: list[tuple[str, Opinion]]) -> tuple[Opinion, float]:
    """Returns the mean of what was said of each piece, the clearer ones first, and how sure that was.

    Half of a text in another language halves it.
    """
    whole: Opinion = {}
    clear = [len(piece) * _best(opinion) for piece, opinion in told]
    total = sum(clear)
    for weight, (_, opinion) in zip(clear, told, strict=True):
        for name, share in opinion.items():
            whole[name] = whole.get(name, 0.0) + share * weight / total
    return whole, total / sum(len(piece) for piece, _ in told)


def _best(opinion: Opinion) -> float:
    return max(opinion.values(), default=0.0)


def _by_langdetect(sample: list[str], told: int) -> tuple[Opinion, float]:
    """Returns its opinion, with as much trust as the evidence earns, and how sure it is."""
    trust = told**2 / (told**2 + _HALF**2)
    opinion = {name: share * trust for name, share in _of_langdetect(sample).items()}
    return opinion, _best(opinion)


def _of_langdetect(sample: list[str]) -> Opinion:
    return _by_script(by_langdetect("\n".join(sample)), _ideographs(sample))


def _with_declared(opinion: Opinion, declared: tuple[str, ...]) -> Opinion:
    """Returns an opinion in which the declared languages weigh more, if the text can be in them."""
    best = max(opinion, key=lambda name: opinion[name], default=UNKNOWN)
    weighed = dict(opinion)
    for name in declared:
        share = opinion.get(name, 0.0)
        if best == UNKNOWN or share > _UNDETECTED or script_of(best) == script_of(name):
            weighed[name] = (share + _UNDETECTED) * _DECLARED
    return _normalised(weighed)


def _ideographs(sample: list[str]) -> tuple[int, int, int]:
    """Returns the numbers of ideographs, kana and hangul; three times 0 where there are no ideographs."""
    text = "".join(sample)
    han = len(_HAN.findall(text))
    return (han, len(_KANA.findall(text)), len(_HANGUL.findall(text))) if han else (0, 0, 0)


def _by_script(opinion: Opinion, ideographs: tuple[int, int, int]) -> Opinion:
    """Returns an opinion on a text in ideographs that heeds its kana and hangul: they tell it apart."""
    han, kana, hangul = ideographs
    if not han:
        return opinion
    chinese, japanese, korean = (opinion.get(name, 0.0) for name in ("zh", "ja", "ko"))
    if kana > _KANA_SHARE * (kana + han):
        chinese, japanese = 0.0, japanese + chinese
    elif not kana and not hangul:
        chinese, korean = chinese + korean, 0.0
        headline = _HEADLINE * chinese if han < HEADLINE_CHARACTERS else 0.0
        chinese, japanese = chinese - headline, japanese + headline
    return {**opinion, "zh": chinese, "ja": japanese, "ko": korean}


def _normalised(opinion: Opinion) -> Opinion:
    whole = sum(opinion.values())
    return {name: share / whole for name, share in opinion.items()} if whole else {}


def _make_work(detector: Detector) -> Callable[[Document], Iterator[Document]]:
    load_langdetect()
    if detector is Detector.COMBINED:
        load_py3langid()
    return partial(_detect, detector)


def _detect(detector: Detector, document: Document) -> Iterator[Document]:
    yield with_language(document, detector)


@dataclass
class DetectLanguage(beam.PTransform[Any, Any]):
    """Documents to documents with their language; see `detect_language`.

    Attributes:
        detector: Whose opinion counts.
    """

    detector: Detector = Detector.COMBINED

    def expand(self, documents: Any) -> Any:
        """Returns a PCollection of documents, and of the rejections that came in."""
        return documents | Attempt("language", partial(_make_work, self.detector), Document, Document)
