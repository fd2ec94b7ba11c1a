"""The head of a dump: headline, lead, byline and date above the first paragraph."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.block import DropReason
from transforms.dump import attribution, dates
from transforms.dump.lines import Shape, key_of

#: Lines, from the headline on, among which bylines and dates are looked for.
HEAD_LINES = 16
#: They stand above this paragraph at the latest: below the lead, a summary, a caption.
HEAD_PARAGRAPHS = 3
#: Headlines have no more words.
TITLE_WORDS = 30
TITLE_CHARS = 300
#: A headline that ends like a sentence (a question) has no more words.
QUESTION_WORDS = 20
#: Fewer words are a label (section, kicker) if a longer line is there to be the headline.
LABEL_WORDS = 3
#: Words of a date line besides the date: the author's name, the site's.
DATE_LINE_WORDS = 6

_NUMBER = re.compile(r"\d+")
_FULL_STOPS = (".", "。", "।", "…")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above an article.

    Attributes:
        title: Index of the headline's line, None where none stands out.
        lead: Index of the one line between headline and byline or date, None where there is none.
        authors: Names of persons from the bylines.
        date_lines: Indexes of the lines that date the article, the best first.
        drops: Index of a line that is no text of the article → why.
    """

    title: int | None
    lead: int | None
    authors: tuple[str, ...]
    date_lines: tuple[int, ...]
    drops: dict[int, DropReason]


def read_head(lines: Sequence[Shape], kept: Sequence[bool], title: str | None) -> Head:
    """Reads the head of a document.

    Args:
        lines: All its lines.
        kept: Which of them are not known to be boilerplate.
        title: As for `clean_dump`.
    """
    count = len(lines)
    first = next((index for index in range(count) if kept[index] and lines[index].prose), count)
    found = _find_title(lines, kept, title, first)
    below = 0 if found is None else found + 1
    drops: dict[int, DropReason] = {}
    if found is not None:
        for index in range(min(found, first)):
            dated = dates.date_words(lines[index].text) is not None
            drops[index] = DropReason.DATE_LINE if dated else DropReason.NAVIGATION
        drops[found] = DropReason.TITLE
    near = range(below, min(count, below + HEAD_LINES))
    paragraphs = (index for index in near if kept[index] and lines[index].prose)
    head = range(below, next(islice(paragraphs, HEAD_PARAGRAPHS - 1, None), near.stop))
    authors, dated_by = _read_signed(lines, kept, head, first, drops)
    marks = [index for index in drops if index >= below]
    lead = None
    if found is not None and marks:
        between = [i for i in range(below, min(marks)) if kept[i] and lines[i].words > LABEL_WORDS]
        lead = between[0] if len(between) == 1 else None
    for index in range(below, first if found is not None and first < count else below):
        line = lines[index]
        if line.words <= LABEL_WORDS and not line.bullet and not line.text.endswith((":", "：")):
            drops.setdefault(index, DropReason.NAVIGATION)
    return Head(found, lead, authors, dated_by, drops)


def _find_title(lines: Sequence[Shape], kept: Sequence[bool], title: str | None, first: int) -> int | None:
    """Returns the headline's index: the line that says `title`, else the likeliest one above `first`."""
    if title is not None:
        key, numbers = key_of(title), _NUMBER.findall(title)
        near = range(min(len(lines), HEAD_LINES) if key.strip() else 0)
        said = (index for index in near if lines[index].key == key)
        return next((index for index in said if _NUMBER.findall(lines[index].text) == numbers), None)
    if len(lines) <= 1:
        return None
    # without any paragraph, a list say, the first line alone may be it
    end = 1 if first == len(lines) else min(first + _is_question(lines[first]), HEAD_LINES)
    likely = [index for index in range(end) if kept[index] and _may_be_title(lines[index])]
    if not likely:
        return None
    found = next((index for index in likely if lines[index].words > LABEL_WORDS), None)
    if found is None:
        return max(likely, key=lambda index: (lines[index].words, -index))
    trail = lines[found].text  # a breadcrumb ends with the headline
    ends = (index for index in likely if index > found and trail.endswith(lines[index].text))
    return next((index for index in ends if lines[index].words > LABEL_WORDS), found)


def _is_question(line: Shape) -> bool:
    """Whether a line that ends like a sentence may be a headline all the same: a question, an exclamation."""
    stopped = line.text.rstrip("\"'”’»“„‘›‹").endswith(_FULL_STOPS)
    return line.words <= QUESTION_WORDS and line.sentences <= 2 and not stopped


def _may_be_title(line: Shape) -> bool:
    return (
        1.5 <= line.words <= TITLE_WORDS
        and len(line.text) <= TITLE_CHARS
        and not line.bullet
        and not line.text.endswith((*_FULL_STOPS[:3], ":"))
        and dates.date_words(line.text) != 0
        and not dates.is_labelled(line.text)
        and not attribution.authors_in(line.text)
        and not attribution.is_credit(line.text)
        and not attribution.is_caption(line.text)
    )


def _read_signed(
    lines: Sequence[Shape], kept: Sequence[bool], head: range, first: int, drops: dict[int, DropReason]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Adds bylines and date lines to `drops`; returns authors and the indexes of date lines."""
    authors: list[str] = []
    dated: list[int] = []
    names: list[int] = []
    for index in head:
        line = lines[index]
        if not kept[index]:
            continue
        if _is_date_line(line):
            drops[index] = DropReason.DATE_LINE
            dated.append(index)
            authors += attribution.authors_in(line.text)
        elif attribution.is_bare_byline(line.text):
            drops[index] = DropReason.BYLINE
        elif not line.prose and (by := attribution.authors_in(line.text)):
            drops[index] = DropReason.BYLINE
            authors += by
        elif not line.closed and (attribution.is_name(line.text) or attribution.opens_byline(line.text)):
            names.append(index)
    for index in names:  # a bare name is a byline only beside one or beside a date
        marks = [mark for mark in drops if mark in head]
        if any(abs(index - mark) <= (2 if index < first else 1) for mark in marks):
            drops[index] = DropReason.BYLINE
            authors += attribution.authors_in(lines[index].text) or attribution.names_in(lines[index].text)
    best = sorted(dated, key=lambda index: not dates.is_labelled(lines[index].text))
    return tuple(dict.fromkeys(authors)), tuple(best)


def _is_date_line(line: Shape) -> bool:
    """Whether a line is no more than a date, perhaps with the name of an author or a site."""
    labelled = dates.is_labelled(line.text)
    other = dates.date_words(line.text)
    if other is None:
        return labelled and line.words <= DATE_LINE_WORDS and not line.closed
    if other <= 1 or (labelled and other <= 2 * DATE_LINE_WORDS):
        return True
    named = dates.day_of(line.text) is not None or bool(attribution.names_in(line.text))
    return named and other <= DATE_LINE_WORDS and not line.closed and not line.bullet
