"""clean_dump: an extracted text to its article, what is known of it, and why each other line went."""

from dataclasses import dataclass
from datetime import datetime

from schemas.block import Block, DropReason, Judged
from transforms.dump import attribution
from transforms.dump.dates import moment_of, split_crumb
from transforms.dump.features import FEATURES
from transforms.dump.judge import MODEL, judge
from transforms.dump.lines import split_lines
from transforms.trees import shipped_trees


@dataclass(frozen=True, slots=True)
class DumpText:
    """An article from a text dump.

    Attributes:
        title: The caller's, or the first line that reads like a headline; None where the text begins with a
            paragraph. Never part of `text`.
        summary: The lead, only where the page set it apart: the one line between the headline and the
            byline or date. It stays in `text`.
        text: The article's paragraphs, parted by line feeds.
        authors: Names of persons from bylines under the headline.
        agency: News agency credited by signature, dateline or source, in lower case.
        published_at: From a crumb or a date line under the headline, in UTC; None unless day, month and
            year are given and cannot be mistaken: a crumb of year and month, or 03/04/2020, gives none.
            The first moment of the day in UTC unless a time with its zone is given.
        published_from: `text` where `published_at` is known.
        lines: The lines of the input, in order, each with its fate; white space apart, nothing is missing. A
            crumb (`date 2020-11 `) before a line is a line of its own.
    """

    title: str | None
    summary: str | None
    text: str
    authors: tuple[str, ...]
    agency: str | None
    published_at: datetime | None
    published_from: str | None
    lines: tuple[Judged, ...]


def clean_dump(text: str, title: str | None = None) -> DumpText:
    """Cleans an extracted text of what is not its article.

    Args:
        text: As found in a dump; any line break parts lines.
        title: The headline where known from elsewhere: its line is found by it. The empty string says that
            the text bears none. None: it is looked for.

    Returns:
        The article. Its text is made of lines of the input, unchanged and in order. Where nothing but
        boilerplate is found the text is empty. Cleaning the text again, with the title found or the empty
        string for `title`, changes nothing.
    """
    parted = [split_crumb(line) for line in split_lines(text)]
    lines = [line for _, line in parted if line]
    verdict = judge(lines, title, shipped_trees(MODEL, FEATURES))
    fates = iter(verdict.lines)
    judged: list[Judged] = []
    for crumb, line in parted:
        judged += [Judged(Block(crumb.strip(), "line"), 0.0, DropReason.DATE_LINE)] if crumb else []
        judged += [next(fates)] if line else []
    head, kept = verdict.head, [line.block.text for line in verdict.lines if line.reason is None]
    lead = head.lead if head.lead is not None and verdict.lines[head.lead].reason is None else None
    dated = (*(crumb for crumb, _ in parted[:1]), *(lines[index] for index in head.date_lines))
    published_at = next((moment for part in dated if (moment := moment_of(part))), None)
    return DumpText(
        title=verdict.title,
        summary=lines[lead] if lead is not None else None,
        text="\n".join(kept),
        authors=head.authors,
        agency=_agency(kept, verdict.lines),
        published_at=published_at,
        published_from="text" if published_at else None,
        lines=tuple(judged),
    )


def _agency(kept: list[str], lines: tuple[Judged, ...]) -> str | None:
    """Returns the agency of the signature at the end, else of a source or dateline at the start."""
    signatures = [line.block.text for line in reversed(lines) if line.reason is DropReason.CREDIT]
    for text in (*kept[-1:], *signatures, *kept[:3]):
        if agency := attribution.agency_in(text):
            return agency
    return next((agency for text in kept[:3] if (agency := attribution.agency_of_dateline(text))), None)
