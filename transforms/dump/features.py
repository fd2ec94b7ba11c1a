"""Line features: what a line of extracted text looks like, where it stands, and what stands around it.

No feature knows a language or a site. They are lengths, marks and shares of kinds of words, seen against the
whole document: its runs of paragraphs, the vocabulary they share, and what the rules said of its lines.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.block import DropReason
from transforms.dump import dates
from transforms.dump.comments import is_comment_heading, is_comment_part
from transforms.dump.lines import MEASURED_CHARS, Shape, shape_of
from transforms.dump.words import FUNCTION_WORDS, cues_in, words_of

Column = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Words from which a paragraph is surely one.
PARAGRAPH_WORDS = 15
#: Distances in lines are not told apart beyond this.
FAR = 60.0
#: Lines on either side that an average around a line takes in.
AROUND = 4
#: Features that are averaged over the lines around.
AVERAGED = ("words", "closed", "function", "cues", "own_words", "dropped")
#: Expected above an article; any other line that a rule dropped marks that it is interrupted or over.
_HEAD = frozenset({DropReason.TITLE, DropReason.BYLINE, DropReason.DATE_LINE})


@dataclass(frozen=True, slots=True)
class Look:
    """What the features take from a line alone; of a very long one, from its beginning.

    Attributes:
        shape: Its measures.
        numbers: Features that need no other line, in the order of `LOOKS`.
        cues: What its words that speak of the site say it may be.
        content: Its words that may tell what it is about, in lower case.
        comment_heading: Whether it is a heading over readers' comments.
        comment_part: Whether it says who wrote a comment, or is a button under one.
        dated: Whether it is such a part, or a date by itself.
    """

    shape: Shape
    numbers: tuple[float, ...]
    cues: tuple[DropReason, ...]
    content: frozenset[str]
    comment_heading: bool
    comment_part: bool
    dated: bool


#: Names of `Look.numbers`.
LOOKS = (
    *("words", "sentence_words", "closed", "bullet", "upper", "title_case", "quotes", "separators"),
    *("function", "cues"),
)


def look_of(shape: Shape) -> Look:
    """Looks at a line."""
    text = shape.text[:MEASURED_CHARS]
    lowered = text.casefold()
    words = words_of(lowered)
    count, parts = max(1, len(words)), text.split()
    comment_part = is_comment_part(shape.text)
    cues = cues_in(lowered)
    return Look(
        shape,
        (
            shape.words,
            shape.words / shape.sentences,
            shape.closed,
            shape.bullet,
            sum(map(str.isupper, text)) / max(1, sum(map(str.isalpha, text))),
            sum(part[0].isupper() for part in parts) / max(1, len(parts)),
            sum(map(text.count, '"“”„«»「」')) / count,
            sum(map(text.count, "|/•·»›>→")),
            sum(map(FUNCTION_WORDS.__contains__, words)) / count,
            len(cues) / count,
        ),
        tuple(cues),
        frozenset(
            word for word in words if (len(word) > 3 or not word.isascii()) and word not in FUNCTION_WORDS
        ),
        is_comment_heading(shape.text),
        comment_part,
        comment_part or (not shape.prose and dates.date_words(shape.text) is not None),
    )


def line_features(looks: Sequence[Look], reasons: Sequence[DropReason | None]) -> NDArray[np.float32]:
    """Describes the lines of a document.

    Args:
        looks: Its lines.
        reasons: By line, what the rules said of it.

    Returns:
        (lines, features) The columns are named in `FEATURES`.
    """
    if not looks:
        return np.zeros((0, len(FEATURES)), np.float32)
    return np.stack([*_columns(_Document(looks, reasons)).values()], axis=1).astype(np.float32)


class _Document:
    """The lines of one document and what several groups of features need."""

    def __init__(self, looks: Sequence[Look], reasons: Sequence[DropReason | None]) -> None:
        self.looks = looks
        self.reasons = reasons
        self.count = len(looks)
        self.index = np.arange(self.count)
        self.numbers = np.array([look.numbers for look in looks], dtype=np.float64)
        self.words: Column = self.numbers[:, LOOKS.index("words")]
        self.dropped = np.array([reason is not None for reason in reasons])
        self.prose = np.array([look.shape.prose for look in looks])
        #: Paragraphs that no rule dropped.
        self.clean = self.prose & ~self.dropped
        long = np.flatnonzero(self.clean & (self.words >= PARAGRAPH_WORDS))
        if not len(long):
            long = np.flatnonzero(self.prose)
        #: Indexes of the paragraphs that are surely some, one at least.
        self.long = long if len(long) else np.array([int(self.words.argmax())])
        #: (lines + 1) Words of clean paragraphs above.
        self.above = np.concatenate([[0.0], np.cumsum(self.words * self.clean)])


def _columns(document: _Document) -> dict[str, Column]:
    columns = dict(zip(LOOKS, document.numbers.T, strict=True))
    columns |= {"dropped": document.dropped.astype(float)}
    columns |= _whole(document) | _place(document) | _comments(document)
    columns |= _vocabulary(document)
    columns["words+1"] = np.append(document.words[1:], -1.0)
    for name in AVERAGED:
        columns[f"{name}~"] = _average(columns[name], AROUND)
    columns["uneven"] = _unevenness(document.words)
    return columns


def _whole(document: _Document) -> dict[str, Column]:
    """What kind of document it is: the same for all its lines."""
    words, long = document.words, document.words[document.long]
    numbers = {
        "usual": float(np.median(long)),
        "paragraph_share": float(long.sum() / max(1.0, words.sum())),
        "clean_share": float(document.clean.mean()),
        "marks_share": float(_marks(document).mean()),
    }
    return {name: np.full(document.count, number) for name, number in numbers.items()}


def _marks(document: _Document) -> Flags:
    return np.array([reason is not None and reason not in _HEAD for reason in document.reasons], dtype=bool)


def _place(document: _Document) -> dict[str, Column]:
    """Where each line stands in the document and among its paragraphs."""
    index, words, above = document.index, document.words, document.above
    before = np.cumsum(words) - words
    marks = _marks(document)
    heads = np.array([reason is DropReason.COMMENTS for reason in document.reasons], dtype=bool)
    return {
        "position": (before + words / 2) / max(1.0, float(words.sum())),
        "to_usual": words / max(1.0, float(np.median(words[document.long]))),
        "marks_after": np.cumsum(marks[::-1])[::-1] - marks,
        "run": _runs(document.clean),
        "read_at_mark": _last(np.where(marks, above[:-1], np.nan)) / max(1.0, float(above[-1])),
        "read_at_comments": _last(np.where(heads, above[:-1], np.nan)) / max(1.0, float(above[-1])),
        "until_mark": _since(marks[::-1])[::-1],
        "prose+2": above[np.minimum(document.count, index + 3)] - above[index + 1],
    }


def _comments(document: _Document) -> dict[str, Column]:
    """How much speaks for it that readers' comments began above each line."""
    parts_left = sum(look.comment_part for look in document.looks)
    dated_left = sum(look.dated for look in document.looks)
    share = most_dated = most_parts = 0.0
    rows = np.zeros((document.count, 3))
    for index, look in enumerate(document.looks):
        rows[index] = share, most_dated, most_parts
        head = look.comment_heading or document.reasons[index] is DropReason.COMMENTS
        if (head or look.comment_part) and document.above[index] > 0:
            share = max(share, dated_left / (document.count - index)) if dated_left > 1 else share
            most_dated = max(most_dated, float(dated_left))
            most_parts = max(most_parts, float(parts_left))
        dated_left -= look.dated
        parts_left -= look.comment_part
    names = ("comment_share", "comment_dates", "comment_parts")
    return {name: rows[:, column] for column, name in enumerate(names)}


def _vocabulary(document: _Document) -> dict[str, Column]:
    """How much of its content words each line shares with the title, the paragraphs and the lines around."""
    content = [look.content for look in document.looks]
    lines_with = Counter(word for words in content for word in words)
    paragraphs = Counter(word for index in document.long for word in content[index])
    own = np.zeros(document.count, dtype=int)
    own[document.long] = 1
    first = int(document.long[0])
    head = frozenset[str]().union(*content[: max(2, first)])
    same = Counter(look.shape.text for look in document.looks)
    rows = np.full((document.count, 4), -1.0)
    for index, words in enumerate(content):
        size = max(1, len(words))
        rows[index, 0] = sum(lines_with[word] > 1 for word in words) / size
        rows[index, 1] = sum(paragraphs[word] > own[index] for word in words) / size
        if index >= first:
            rows[index, 2] = len(words & head) / size
        rows[index, 3] = same[document.looks[index].shape.text]
    names = ("known_words", "own_words", "head_words", "same")
    return {name: rows[:, column] for column, name in enumerate(names)}


def _average(column: Column, reach: int) -> Column:
    """Returns (lines) the mean over a line and `reach` lines on either side."""
    index = np.arange(len(column))
    sums = np.concatenate([[0.0], np.cumsum(column)])
    low, high = np.maximum(0, index - reach), np.minimum(len(column), index + reach + 1)
    mean: Column = (sums[high] - sums[low]) / (high - low)
    return mean


def _unevenness(words: Column) -> Column:
    """Returns (lines) the spread of the lengths around a line over their mean."""
    mean = _average(words, 3)
    spread: Column = np.sqrt(np.maximum(0.0, _average(words * words, 3) - mean * mean)) / (1.0 + mean)
    return spread


def _since(flags: Flags) -> Column:
    """Returns (lines) how many lines above the last flag stands, `FAR` at most."""
    index = np.arange(len(flags), dtype=float)
    return np.minimum(FAR, index - _last(np.where(flags, index, np.nan), -FAR))


def _last(column: Column, missing: float = 0.0) -> Column:
    """Returns (lines) the last number above a line; `missing` where there is none."""
    above = np.concatenate([[missing], column[:-1]])
    at = np.maximum.accumulate(np.where(np.isnan(above), 0, np.arange(len(above))))
    last: Column = above[at]
    return last


def _runs(clean: Flags) -> Column:
    """Returns (lines) the length of the run in which a line stands, of paragraphs as a negative number."""
    starts = np.flatnonzero(np.concatenate([[True], clean[1:] != clean[:-1]]))
    lengths = np.diff(np.append(starts, len(clean)))
    return np.repeat(np.where(clean[starts], -lengths, lengths), lengths).astype(float)


#: Names of the columns of `line_features`.
FEATURES = tuple(_columns(_Document([look_of(shape_of("One line."))], [None])))
