"""Block text: the shape of a block's words, without regard to what they mean in any language."""

import re
from collections import Counter

from schemas.block import Block

_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SENTENCE_END = re.compile(r"[.!?…։۔؟।。！？][”\"»«')\]）」』’“]*$")
_SENTENCE_BREAK = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d+\s*[月월]\s*\d+\s*[日일]"
)
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_QUOTES = re.compile('["“„«「]')
_BULLETS = "-–•*·►»>›|+#→▶"

#: Characters that are looked at: what comes later in a long paragraph changes no judgement.
_HEAD = 300
_HEAD_WORDS = 40
_SHORT_WORD = 4
#: Characters of a script without spaces that count as a word.
_DENSE_CHARACTERS = 2
#: Longer texts are split into sentences to tell what was said before; shorter sentences are no evidence.
_WHOLE, _SENTENCE = 80, 20
#: Shorter texts come again without being repetitions.
_REPEATABLE = 12
#: A text with a date is a date line up to this length.
_DATE_LINE = 120

TEXT_FEATURES = (
    "characters",
    "units",
    "units_per_sentence",
    "end",
    "commas",
    "digits",
    "capitalised",
    "short_words",
    "word_length",
    "quotes",
    "starts_lower",
    "bullet",
    "ellipsis",
    "bar",
    "address",
    "date",
    "link_share",
    "links",
    "emphasis_share",
    "after_break",
    "said_twice",
    "said_before",
    "in_title",
    "of_title",
)


def words_of(text: str) -> frozenset[str]:
    """Returns the words of `text` in lower case."""
    return frozenset(_WORD.findall(text.lower()))


def text_rows(blocks: tuple[Block, ...], title: str) -> list[tuple[float, ...]]:
    """Returns a row of `TEXT_FEATURES` for each of a page's blocks.

    Shares are from 0 to 1. A unit is a word, in scripts without spaces as many characters as make one.
    """
    sentences = [_sentences(block.text) for block in blocks]
    counts = Counter(sentence for own in sentences for sentence in own)
    heard: set[str] = set()
    title_words = words_of(title)
    rows = []
    for block, own in zip(blocks, sentences, strict=True):
        size = sum(map(len, own)) or 1
        twice = sum([len(s) for s in own if counts[s] > 1]) / size
        before = sum([len(s) for s in own if s in heard]) / size
        heard |= own
        rows.append((*_shape(block), twice, before, *_shared(block.text, title_words)))
    return rows


def _sentences(text: str) -> frozenset[str]:
    if len(text) < _REPEATABLE:
        return frozenset()
    if len(text) < _WHOLE:
        return frozenset((text,))
    return frozenset(s for s in _SENTENCE_BREAK.split(text) if len(s) > _SENTENCE)


def _shape(block: Block) -> tuple[float, ...]:
    text = block.text
    size, head = len(text), text[:_HEAD]
    words = head.split(None, _HEAD_WORDS)[:_HEAD_WORDS]
    dense = 0 if text.isascii() else len(_DENSE.findall(text))
    spaces = text.count(" ")
    units = spaces + 1 + dense / _DENSE_CHARACTERS
    stops = text.count(". ") + text.count("? ") + text.count("! ") + text.count("。")
    last = text[-1]
    capitalised = short = 0
    for word in words:
        capitalised += word[0].isupper()
        short += len(word) < _SHORT_WORD
    return (
        size,
        units,
        units / (1 + stops),
        1 if _SENTENCE_END.search(text[-8:]) else 2 if last in ":：" else 0,
        (text.count(",") + text.count("、") + text.count("،")) / units,
        len(_DIGIT.findall(head)) / len(head),
        capitalised / len(words),
        short / len(words),
        (size - dense) / (spaces + 1),
        _QUOTES.search(head) is not None,
        text[0].islower(),
        text[0] in _BULLETS,
        last == "…" or text.endswith("..."),
        "|" in head,
        "http" in head or "www." in head or "@" in head,
        size < _DATE_LINE and _DATE.search(text) is not None,
        block.link_chars / size,
        block.links,
        block.emphasis_chars / size,
        block.after_break,
    )


def _shared(text: str, title: frozenset[str]) -> tuple[float, float]:
    words = words_of(text[:_HEAD])
    shared = len(words & title)
    return shared / (len(words) or 1), shared / (len(title) or 1)
