"""Which lines of a dump are its article: rules for a line, then for its place among the others.

`judge` decides from the whole document; `clean_dump` only assembles what it returns. Another judge, a learned one
say, replaces it by returning the same verdicts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.dump import credits, dates
from transforms.dump.lines import Shape, key_of, shape_of
from transforms.dump.phrases import Said, shipped
from transforms.dump.reasons import Boilerplate

#: Lines at the start among which bylines and dates are looked for.
HEAD_LINES = 16
#: A longer paragraph is no teaser, and shows that an article is there.
TEASER_CHARS = 300
#: Prose that has to stand before a heading such as "Leave a comment" for it to end the article.
ARTICLE_CHARS = 300
#: Headlines have no more words.
TITLE_WORDS = 30
#: Shorter lines come again without being repetitions: "Yes.", speakers' names, table cells.
REPEATED_WORDS = 4

_COUNTER = re.compile(r"[-–\s]*(?:\d{1,3}\s?%[\s,]*){3,}|(?:\d{1,3}[\s/|]+){3,}\d{1,3}")
_COUNTED = re.compile(
    r" (?:image|bild|foto|photo|slide|imagen|imagem|immagine|afbeelding|zdjęcie|фото) # (?:of|von|de|di|van|z|из) # | # (?:of|von|de|di|van|из) # |"
    r" (?:# )+(?:views?|votes?|likes?|reads?|shares?|aufrufe|visualizações|visualizaciones|visualizzazioni|vues|weergaven|просмотров|görüntülenme|조회수) |"
    r" rating # votes? | (?:# )?(?:min|mins|minutes?|minuten|minuti|minutos|minuut|minut|dk|мин) (?:read|lesezeit|lecture|lettura|leitura|lectura|lezen|czytania|чтения|okuma) |"
    r" (?:lesezeit|lesedauer|reading time|read time|temps de lecture|tiempo de lectura|tempo di lettura|tempo de leitura|leestijd|czas czytania|время чтения|lästid|okuma süresi|조회) (?:# )?(?:min|mins|minuten|minutes|minuti|minutos|minuten|minut|минут|минуты|minuter|dk)? ?| # min "
)
_MARKUP = re.compile(r"<(?:img|script|iframe|div|style|a|p|span|noscript)\b[^<]*>?|\{\{.*|(?:window|document|var|function|googletag)[.( ].*[;{)]|\w+[a-z][A-Z]\w+:\s*(?:true|false|null)?|https?://\S+|@\w+")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class Verdicts:
    """What was decided of the lines of a document.

    Attributes:
        reasons: By line; None where the line is the article's.
        title: Index of the headline's line, None where none stands out.
        lead: Index of the line between the headline and the byline or date below it, None where there is none.
        authors: Names of persons from the bylines.
        date_lines: Indexes of the lines that date the article, the best first.
    """

    reasons: list[Boilerplate | None]
    title: int | None = None
    lead: int | None = None
    authors: tuple[str, ...] = ()
    date_lines: tuple[int, ...] = ()


def judge(lines: Sequence[str], title: str | None = None) -> Verdicts:
    """Decides of each line whether it belongs to the article.

    Args:
        lines: Trimmed lines, none of them empty.
        title: The headline, where known from elsewhere: its line is found by it. The empty string says that
            there is none to be looked for.
    """
    return _Judge([shape_of(line) for line in lines]).decide(title)


class _Judge:
    """One document on trial: each method is one rule over the lines that are left."""

    def __init__(self, lines: list[Shape]) -> None:
        phrases = shipped()
        self.lines = lines
        self.said: list[Said] = [phrases.say(line) for line in lines]
        self.reasons: list[Boilerplate | None] = [
            said.reason or _by_form(line) for line, said in zip(lines, self.said, strict=True)
        ]
        self.verdicts = Verdicts(self.reasons)

    def decide(self, title: str | None) -> Verdicts:
        """Applies the rules in order."""
        self._suspects()
        self._head(title)
        self._blocks()
        self._ends()
        self._captions()
        self._repeated()
        self._tail()
        return self.verdicts

    def _kept(self, index: int) -> bool:
        return self.reasons[index] is None

    def _prose(self, index: int) -> bool:
        return self.reasons[index] is None and self.lines[index].prose

    def _drop(self, index: int, reason: Boilerplate) -> None:
        if self.reasons[index] is None:
            self.reasons[index] = reason

    def _suspects(self) -> None:
        """Drops suspects in a run that touches the document's edge or other boilerplate."""
        start = 0
        while start < len(self.lines):
            end = start
            while end < len(self.lines) and not (self._kept(end) and self.said[end].suspect is None):
                end += 1
            run = range(start, end)
            if start == 0 or end == len(self.lines) or any(not self._kept(index) for index in run):
                for index in run:
                    if suspect := self.said[index].suspect:
                        self._drop(index, suspect)
            start = end + 1

    def _head(self, title: str | None) -> None:
        """Finds headline, lead, bylines and dates; drops labels before the first paragraph."""
        count = len(self.lines)
        first = next((index for index in range(count) if self._prose(index)), count)
        found = self._title(title, first)
        if found is not None:
            self.verdicts.title = found
            self.reasons[found] = Boilerplate.TITLE
            for index in range(found):
                self._drop(index, Boilerplate.DATE_LINE if dates.date_words(self.lines[index].text) is not None else Boilerplate.NAVIGATION)
        below = 0 if found is None else found + 1
        self._signed(below, first)
        for index in range(below, first if found is not None and first < count else below):
            line = self.lines[index]
            if self._kept(index) and line.words <= 3 and not line.bullet and not line.text.endswith((":", "：")):
                self._drop(index, Boilerplate.NAVIGATION)

    def _title(self, title: str | None, first: int) -> int | None:
        if title is not None:
            key = key_of(title)
            if not key.strip():
                return None
            near = range(min(len(self.lines), HEAD_LINES))
            return next((index for index in near if self.lines[index].key == key), None)
        if first in (0, len(self.lines)):
            return None if first == 0 or len(self.lines) == 1 else self._title_among(range(1))
        return self._title_among(range(first))

    def _title_among(self, indexes: range) -> int | None:
        """Returns the first line that reads like a headline, a long one rather than a label."""
        likely = [index for index in indexes if self._kept(index) and self._may_be_title(self.lines[index])]
        return next((index for index in likely if self.lines[index].words >= 4), likely[0] if likely else None)

    def _may_be_title(self, line: Shape) -> bool:
        return (
            1.5 <= line.words <= TITLE_WORDS
            and not line.text.endswith((".", "。", "।", ":"))
            and not line.bullet
            and dates.date_words(line.text) != 0
            and not dates.is_labelled(line.text)
            and credits.authors_in(line.text) is None
            and not credits.is_credit(line.text)
        )

    def _signed(self, below: int, first: int) -> None:
        """Drops bylines and date lines under the headline, and notes what they say."""
        authors: list[str] = []
        dated: list[int] = []
        marks: list[int] = []
        names: list[int] = []
        for index in range(below, min(len(self.lines), below + HEAD_LINES)):
            line = self.lines[index]
            if not self._kept(index):
                continue
            other = dates.date_words(line.text)
            if other is not None and (other == 0 or (not line.closed and other <= 8) or dates.is_labelled(line.text)) and not line.prose:
                self._drop(index, Boilerplate.DATE_LINE)
                dated.append(index)
                marks.append(index)
                authors += credits.authors_in(line.text) or ()
            elif dates.is_labelled(line.text) and line.words <= 4 and not line.closed:
                self._drop(index, Boilerplate.DATE_LINE)
                marks.append(index)
            elif credits.is_bare_byline(line.text):
                self._drop(index, Boilerplate.BYLINE)
                marks.append(index)
            elif not line.prose and (by := credits.authors_in(line.text)):
                self._drop(index, Boilerplate.BYLINE)
                marks.append(index)
                authors += by
            elif credits.is_name(line.text) and not line.closed:
                names.append(index)
        for index in names:  # a bare name is a byline only beside one or a date
            if any(abs(index - mark) <= 2 for mark in marks) and (index < first or any(abs(index - mark) == 1 for mark in marks)):
                self._drop(index, Boilerplate.BYLINE)
                marks.append(index)
                authors += credits.names_in(self.lines[index].text)
        self.verdicts.authors = tuple(dict.fromkeys(authors))
        self.verdicts.date_lines = tuple(sorted(dated, key=lambda index: not dates.is_labelled(self.lines[index].text)))
        if marks and below and min(marks) > below:
            between = [index for index in range(below, min(marks)) if self._kept(index) and self.lines[index].words > 3]
            if len(between) == 1:
                self.verdicts.lead = between[0]

    def _blocks(self) -> None:
        """Drops what follows a heading such as "Read more" until the article goes on."""
        for index, said in enumerate(self.said):
            if said.opens and self.reasons[index] is not None and not self.lines[index].prose:
                reason = self.reasons[index] or Boilerplate.TEASER
                for inner in range(index + 1, self._block_end(index + 1, reason)):
                    self._drop(inner, reason)

    def _block_end(self, start: int, reason: Boilerplate) -> int:
        """Returns where the block that begins at `start` is over.

        A block is made of headlines, each with one short paragraph at most. It is over at a long
        paragraph, or at the second of two paragraphs in a row: then the first was the article's too, unless cut off.
        """
        count = len(self.lines)
        if reason is Boilerplate.AUTHOR_NOTE:
            end = start
            while end < count and end < start + 4 and not self._prose(end):
                end += 1
            return end + 1 if end < count and self._prose(end) and len(self.lines[end].text) <= 2 * TEASER_CHARS else start
        index, last_title, pairs = start, start - 1, 0
        while index < count:
            line = self.lines[index]
            if not self._kept(index) or line.truncated:
                last_title = index if self._kept(index) and not line.prose else last_title
                index += 1
                continue
            if not line.prose:
                last_title = index
                index += 1
                continue
            teaser = len(line.text) <= TEASER_CHARS and last_title == index - 1 >= start
            in_a_row = index + 1 < count and self._prose(index + 1) and not self.lines[index + 1].truncated
            if not teaser or in_a_row:
                # a headline right above the article's next paragraph is its subheading, if pairs came before
                return last_title if pairs and last_title == index - 1 and self._kept(last_title) else index
            pairs += 1
            index += 1
        return count

    def _ends(self) -> None:
        """Drops all that follows a heading after which no article goes on, if that leaves an article."""
        lengths = [len(line.text) if self._prose(index) else 0 for index, line in enumerate(self.lines)]
        total, before = sum(lengths), 0
        for index, said in enumerate(self.said):
            if said.ends or said.opens:
                long_after = sum(length for length in lengths[index + 1 :] if length > TEASER_CHARS)
                comments = self.reasons[index] is Boilerplate.COMMENTS
                if before >= ARTICLE_CHARS and (comments or long_after == 0) and (comments or total - before <= before):
                    reason = self.reasons[index] or Boilerplate.NAVIGATION
                    for later in range(index + 1, len(self.lines)):
                        self._drop(later, reason)
                    return
            before += lengths[index]

    def _captions(self) -> None:
        """Drops credits, and the captions they stand under."""
        for index, line in enumerate(self.lines):
            if self.reasons[index] is not None or index == self.verdicts.lead:
                continue
            if credits.is_credit(line.text):
                self._drop(index, Boilerplate.CREDIT)
                self._caption_above(index)
            elif credits.is_caption(line.text, line.words, line.sentences):
                self._drop(index, Boilerplate.CAPTION)

    def _caption_above(self, credit: int) -> None:
        above = credit - 1
        twice = above >= 1 and self.lines[above].key.strip() != "" and self.lines[above].key == self.lines[above - 1].key
        line = self.lines[above] if above >= 0 else None
        if line is not None and not line.closed and not line.text.endswith(":") and (twice or 8 <= line.words <= LONG_CAPTION):
            self._drop(above, Boilerplate.CAPTION)
            if twice:
                self._drop(above - 1, Boilerplate.CAPTION)

    def _repeated(self) -> None:
        """Drops lines that were said before, word for word."""
        seen = {self.lines[self.verdicts.title].key} if self.verdicts.title is not None else set()
        for index, line in enumerate(self.lines):
            key = line.key or line.text
            if self._kept(index) and line.words >= REPEATED_WORDS:
                if key in seen:
                    self._drop(index, Boilerplate.REPEATED)
                seen.add(key)

    def _tail(self) -> None:
        """Drops labels and notes on the author below the last paragraph."""
        prose = [index for index in range(len(self.lines)) if self._prose(index)]
        if not prose:
            return
        names = tuple(f"{name} " for name in self.verdicts.authors)
        while len(prose) > 1 and names and self.lines[prose[-1]].text.startswith(names):
            self._drop(prose.pop(), Boilerplate.AUTHOR_NOTE)
        for index in range(prose[-1] + 1, len(self.lines)):
            line = self.lines[index]
            if self._kept(index) and not line.bullet and line.words <= 12:
                dated = dates.date_words(line.text)
                self._drop(index, Boilerplate.NAVIGATION if dated is None else Boilerplate.DATE_LINE)


#: A caption without a full stop is no longer than this, in words.
LONG_CAPTION = 60


def _by_form(line: Shape) -> Boilerplate | None:
    """Boilerplate by what a line is made of, in any language."""
    if len(line.text) > 1000:
        return None
    if _COUNTER.fullmatch(line.text) or _COUNTED.fullmatch(line.key):
        return Boilerplate.COUNTER
    if _MARKUP.fullmatch(line.text):
        return Boilerplate.MARKUP
    if line.words == 0 or (len(line.text) <= 2 and not _LETTER.search(line.text)):
        return Boilerplate.NAVIGATION
    return None
