"""Shape: what a block's text looks like, without regard to what its words mean in any language."""

import re
from collections import Counter
from collections.abc import Sequence

from schemas.block import Block
from transforms.writing import DENSE, SENTENCE_END

_DENSE = re.compile(f"[{DENSE}]")
_SENTENCE_BREAK = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_WORD = re.compile(r"\w+")

#: Characters of a script without spaces that count as a word.
_DENSE_CHARACTERS = 2
#: The end of a text in which its last sentence may close, with quotes and brackets.
_TAIL = 8
#: What comes later in a long paragraph does not make it a title.
_HEAD = 300
#: Longer texts are split into sentences to tell what was said before; shorter sentences are no evidence.
_WHOLE, _SENTENCE = 80, 20
#: Shorter texts come again without being repetitions.
_REPEATABLE = 12

SHAPE_FEATURES = (
    "characters",
    "units",
    "units_per_sentence",
    "end",
    "link_share",
    "links",
    "emphasis_share",
    "after_break",
    "said_twice",
    "said_before",
    "in_title",
    "of_title",
)


def shape_rows(blocks: Sequence[Block], title: str) -> list[tuple[float, ...]]:
    """Returns a row of `SHAPE_FEATURES` for each of a page's blocks.

    Shares are from 0 to 1. A unit is a word, in scripts without spaces as many characters as make one.
    `end` is 1 for the end of a sentence, 2 for a colon. `in_title` is the share of a block's words that the
    title has, `of_title` the share of the title's words that the block has.
    """
    sentences = [_sentences(block.text) for block in blocks]
    counts = Counter(sentence for own in sentences for sentence in own)
    heard: set[str] = set()
    title_words = _words(title)
    rows = []
    for block, own in zip(blocks, sentences, strict=True):
        twice = before = 0.0
        if own:
            size = sum(map(len, own))
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
    size = len(text)
    dense = 0 if text.isascii() else len(_DENSE.findall(text))
    units = text.count(" ") + 1 + dense / _DENSE_CHARACTERS
    stops = text.count(". ") + text.count("? ") + text.count("! ") + text.count("。")
    end = 1 if SENTENCE_END.search(text[-_TAIL:]) else 2 if text[-1] in ":：" else 0
    links, emphasis = block.link_chars / size, block.emphasis_chars / size
    return size, units, units / (1 + stops), end, links, block.links, emphasis, block.after_break


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _shared(text: str, title: frozenset[str]) -> tuple[float, float]:
    words = _words(text[:_HEAD])
    shared = len(words & title)
    return shared / (len(words) or 1), shared / (len(title) or 1)
