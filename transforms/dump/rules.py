"""Rules: which lines of a dump are surely no part of its article, by their words, form and place."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.block import DropReason
from transforms.dump import attribution, dates
from transforms.dump.comments import is_comment_heading, is_titled_comment_heading
from transforms.dump.forms import by_form
from transforms.dump.head import Head, read_head
from transforms.dump.lines import Shape
from transforms.dump.phrases import Said

#: A longer paragraph is no teaser, and shows that an article is there. In characters.
TEASER_CHARS = 300
#: More lines are no box of teasers.
BLOCK_LINES = 40
#: A headline this much shorter, or a teaser this much longer, than those before it is the article's.
ALIKE = (0.6, 1.3)
#: Prose that has to stand above a heading such as "Leave a comment" for it to end the article. In characters.
ARTICLE_CHARS = 300
#: Of so many lines below an article, one at least dates or answers a comment if comments they are.
LINES_PER_COMMENT = 12
#: Below an article, lines of up to so many words that are no sentence are labels and links.
LABEL_WORDS = 12
#: So many lines with figures below the last paragraph are results, a ranking, ingredients: the article's.
FIGURES = 4
#: Shorter lines come again without being repetitions: "Yes.", speakers' names, table cells.
REPEATED_WORDS = 4
#: Paragraphs of so many words are not said twice, however far apart.
PARAGRAPH_WORDS = 20
#: Captions, between a heading's length and this, in words and sentences.
CAPTION_WORDS = (8, 60)
CAPTION_SENTENCES = 3
#: What suspects stand among; a button, a credit or an advertisement stands amid articles too.
SURROUNDINGS = frozenset(
    {
        DropReason.COMMENTS,
        DropReason.CONSENT,
        DropReason.COPYRIGHT,
        DropReason.NAVIGATION,
        DropReason.NEWSLETTER,
        DropReason.PAYWALL,
    }
)
#: Lines between a heading "About the author" and the note.
NOTE_LINES = 4


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules say of the lines of a document.

    Attributes:
        reasons: By line, why it is not the article's; None where no rule speaks against it.
        head: What stands above the article.
    """

    reasons: tuple[DropReason | None, ...]
    head: Head


def apply_rules(lines: Sequence[Shape], said: Sequence[Said], title: str | None) -> Findings:
    """Finds the lines that are surely no part of the article.

    Args:
        lines: The lines of a document.
        said: By line, what the phrases say of it.
        title: As for `clean_dump`.
    """
    trial = _Trial(lines, said)
    trial.drop_suspects()
    head = trial.read_head(title)
    trial.drop_blocks()
    trial.drop_after_end()
    trial.drop_captions()
    trial.drop_repeated(head)
    trial.drop_tail(head)
    trial.drop_suspects()
    return Findings(tuple(trial.reasons), head)


class _Trial:
    """One document and what is decided of it so far; each `drop_` method is one rule."""

    def __init__(self, lines: Sequence[Shape], said: Sequence[Said]) -> None:
        self.lines = lines
        self.said = said
        self.reasons: list[DropReason | None] = [
            said.reason or by_form(line) for line, said in zip(lines, self.said, strict=True)
        ]

    def _kept(self, index: int) -> bool:
        return self.reasons[index] is None

    def _prose(self, index: int) -> bool:
        return self.reasons[index] is None and self.lines[index].prose

    def _drop(self, index: int, reason: DropReason) -> None:
        if self.reasons[index] is None:
            self.reasons[index] = reason

    def drop_suspects(self) -> None:
        """Drops suspects beside other boilerplate of their kind, at the end, or above a headline."""
        start, count = 0, len(self.lines)
        while start < count:
            end = start
            while end < count and not (self._kept(end) and self.said[end].suspect is None):
                end += 1
            run = range(start, end)
            above = start == 0 and end < count and not self.lines[end].prose
            if above or end == count or any(self.reasons[index] in SURROUNDINGS for index in run):
                for index in run:
                    if suspect := self.said[index].suspect:
                        self._drop(index, suspect)
            start = end + 1

    def read_head(self, title: str | None) -> Head:
        """Drops what is no text above the first paragraph."""
        head = read_head(self.lines, [reason is None for reason in self.reasons], title)
        for index, reason in head.drops.items():
            self._drop(index, reason)
        if head.title is not None:
            self.reasons[head.title] = DropReason.TITLE
        return head

    def drop_blocks(self) -> None:
        """Drops what follows a heading such as "Read more" until the article goes on."""
        end = 0
        for index, said in enumerate(self.said):
            reason = self.reasons[index]
            if said.opens and reason is not None and index >= end and not self.lines[index].prose:
                noted = reason is DropReason.AUTHOR_NOTE
                end = self._note_end(index + 1) if noted else self._block_end(index + 1)
                for inner in range(index + 1, end if end - index <= BLOCK_LINES else index):
                    self._drop(inner, reason)

    def _note_end(self, start: int) -> int:
        """Returns where the note below "About the author" is over: after its one paragraph."""
        near = range(start, min(len(self.lines), start + NOTE_LINES))
        note = next((index for index in near if self._prose(index)), None)
        return note + 1 if note is not None and len(self.lines[note].text) <= 2 * TEASER_CHARS else start

    def _block_end(self, start: int) -> int:
        """Returns where the block of teasers that begins at `start` is over.

        It is made of headlines, each with one short paragraph at most. It is over at a long paragraph, or at
        the first of two paragraphs in a row, unless they are cut off as teasers are.
        """
        count = len(self.lines)
        headline, pairs = start - 1, list[tuple[int, int]]()
        for index in range(start, count):
            line = self.lines[index]
            if not self._kept(index) or (line.prose and line.truncated):
                continue
            if not line.prose:
                headline = index
                continue
            teaser = len(line.text) <= TEASER_CHARS and start <= headline == index - 1
            in_a_row = index + 1 < count and self._prose(index + 1) and not self.lines[index + 1].truncated
            if not teaser or in_a_row:
                if not pairs or headline != index - 1:
                    return index
                # the last headline with its teaser, or the article's next subheading with its paragraph
                return index + 1 if teaser and self._is_alike(headline, index, pairs) else headline
            pairs.append((headline, index))
        return count

    def _is_alike(self, headline: int, teaser: int, pairs: list[tuple[int, int]]) -> bool:
        """Whether a headline and a paragraph have about the lengths of the pairs before them."""
        shortest = min(len(self.lines[above].text) for above, _ in pairs)
        longest = max(len(self.lines[below].text) for _, below in pairs)
        above, below = len(self.lines[headline].text), len(self.lines[teaser].text)
        return above >= ALIKE[0] * shortest and below <= ALIKE[1] * longest

    def drop_after_end(self) -> None:
        """Drops all that follows a heading after which no article goes on, if that leaves an article."""
        before = box_end = 0
        total = sum(len(line.text) for index, line in enumerate(self.lines) if self._prose(index))
        is_mark = [self._is_comment_mark(index) for index in range(len(self.lines))]
        marks = sum(is_mark)
        longest = self._longest_after()
        for index, said in enumerate(self.said):
            marks -= is_mark[index]
            before += len(self.lines[index].text) if self._prose(index) else 0
            text, reason = self.lines[index].text, self.reasons[index]
            titled = is_titled_comment_heading(text)
            over = reason is DropReason.COMMENTS and is_comment_heading(text)
            heads = said.ends or (said.opens and not said.inline)
            if before < ARTICLE_CHARS or not (heads or over or titled):
                continue
            after, rest = total - before, len(self.lines) - index - 1
            if titled:
                ends = True
            elif reason is DropReason.COMMENTS:
                few = heads and after <= before // 2
                ends = few or marks >= max(2, rest // LINES_PER_COMMENT)
            elif longest[index] > TEASER_CHARS or after > before or index < box_end:
                ends = False
            elif reason is not DropReason.TEASER:
                ends = after == 0 or not self._prose(index + 1)  # "Topics" may head a paragraph
            else:
                # headlines and then paragraphs in a row are a box of links inside the article
                box_end = self._block_end(index + 1)
                ends = box_end == len(self.lines)
            if ends:
                for later in range(index, len(self.lines)):
                    self._drop(later, DropReason.COMMENTS if titled else reason or DropReason.NAVIGATION)
                return

    def _longest_after(self) -> list[int]:
        """Returns by line the length of the longest paragraph below it."""
        longest = [0] * (len(self.lines) + 1)
        for index in range(len(self.lines) - 1, 0, -1):
            longest[index - 1] = max(longest[index], len(self.lines[index].text) if self._prose(index) else 0)
        return longest

    def _is_comment_mark(self, index: int) -> bool:
        """Whether a line is of those that stand at readers' comments: a date, "Reply", "12 votes"."""
        if self.reasons[index] in (DropReason.COMMENTS, DropReason.COUNTER):
            return True
        line = self.lines[index]
        return self._kept(index) and not line.prose and dates.date_words(line.text) is not None

    def drop_captions(self) -> None:
        """Drops credits, and the captions they belong to."""
        for index, line in enumerate(self.lines):
            if not self._kept(index):
                continue
            if attribution.is_credit(line.text):
                self._drop(index, DropReason.CREDIT)
                self._drop_caption_above(index)
            elif (
                line.words <= CAPTION_WORDS[1]
                and line.sentences <= CAPTION_SENTENCES
                and attribution.is_caption(line.text)
            ):
                self._drop(index, DropReason.CAPTION)

    def _drop_caption_above(self, credit: int) -> None:
        """Drops the line above a credit if it can be no sentence or heading; printed twice, both of it."""
        if credit == 0:
            return
        line = self.lines[credit - 1]
        twice = credit >= 2 and line.text == self.lines[credit - 2].text
        long = CAPTION_WORDS[0] <= line.words <= CAPTION_WORDS[1]
        if not line.closed and not line.text.endswith(":") and (twice or long):
            self._drop(credit - 1, DropReason.CAPTION)
            if twice:
                self._drop(credit - 2, DropReason.CAPTION)

    def drop_repeated(self, head: Head) -> None:
        """Drops lines just said and paragraphs said before, word for word.

        An interview asks the same question twice, a table has the same cell twice: those stay.
        """
        title = self.lines[head.title].text if head.title is not None else None
        seen: set[str] = set()
        last = ""
        for index, line in enumerate(self.lines):
            if not self._kept(index):
                continue
            again = line.text in seen or (line.text == last and line.words >= REPEATED_WORDS)
            if again or line.text == title:
                self._drop(index, DropReason.REPEATED)
                continue
            last = line.text
            if line.closed and line.words >= PARAGRAPH_WORDS and not line.text.endswith(("?", "？")):
                seen.add(line.text)

    def drop_tail(self, head: Head) -> None:
        """Drops labels and notes on the author below the last paragraph."""
        count = len(self.lines)
        prose = [index for index in range(count) if self._prose(index)]
        if not prose:
            return
        names = tuple(f"{name} " for name in head.authors)
        while len(prose) > 1 and names and self.lines[prose[-1]].text.startswith(names):
            self._drop(prose.pop(), DropReason.AUTHOR_NOTE)
        end = prose[-1] + 1
        figures = [index for index in range(end, count) if self._is_figure(index)]
        if len(figures) >= FIGURES and 4 * len(figures) >= sum(map(self._kept, range(end, figures[-1]))):
            end = figures[-1] + 1
        for index in range(end, count):
            line = self.lines[index]
            introduces = index == end and line.text.endswith((":", "："))
            sentence = line.closed and line.words > 2
            if line.words <= LABEL_WORDS and not (line.bullet or introduces or sentence):
                dated = dates.date_words(line.text) is not None
                self._drop(index, DropReason.DATE_LINE if dated else DropReason.NAVIGATION)

    def _is_figure(self, index: int) -> bool:
        line = self.lines[index]
        return (
            self._kept(index) and line.words > 2 and "#" in line.key and dates.date_words(line.text) is None
        )
