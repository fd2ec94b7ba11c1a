"""clean_dump: an extracted text to its article, what is known of it, and why each other line went."""

from dataclasses import dataclass
from datetime import datetime

from transforms.dump import attribution, dates
from transforms.dump.head import Head
from transforms.dump.judge import judge
from transforms.dump.lines import split_lines
from transforms.dump.reasons import Boilerplate


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the input and what became of it.

    Attributes:
        text: The line, trimmed. A leading crumb (` date 2020-11 `) is a line of its own.
        reason: Why it is not in the text; None if it is.
    """

    text: str
    reason: Boilerplate | None


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
        lines: The lines of the input, in order, each with its fate; white space apart, nothing is missing.
    """

    title: str | None
    summary: str | None
    text: str
    authors: tuple[str, ...]
    agency: str | None
    published_at: datetime | None
    published_from: str | None
    lines: tuple[Line, ...]


def clean_dump(text: str, title: str | None = None) -> DumpText:
    """Cleans an extracted text of what is not its article.

    Args:
        text: As found in a dump; any line break parts lines.
        title: The headline where known from elsewhere: its line is found by it. The empty string says that
            the text bears none. None: it is looked for.

    Returns:
        The article. Its text is made of lines of the input, unchanged and in order. Where nothing but
        boilerplate is found the text is empty. Cleaning the text again, with the title found or the empty
        string for `title`, changes nothing as a rule; it may where what was dropped stood between two lines
        that together look like boilerplate.
    """
    text = text.lstrip()
    end = dates.crumb_end(text)
    crumb = text[:end].strip()
    lines = split_lines(text[end:])
    verdict = judge(lines, title)
    fates = tuple(map(Line, lines, verdict.reasons))
    head = verdict.head
    lead = head.lead if head.lead is not None and fates[head.lead].reason is None else None
    published_at = _published_at(crumb, lines, head)
    return DumpText(
        title=title or (lines[head.title] if head.title is not None else None),
        summary=lines[lead] if lead is not None else None,
        text="\n".join(line.text for line in fates if line.reason is None),
        authors=head.authors,
        agency=_agency(fates),
        published_at=published_at,
        published_from="text" if published_at else None,
        lines=(Line(crumb, Boilerplate.DATE_LINE), *fates) if crumb else fates,
    )


def _published_at(crumb: str, lines: list[str], head: Head) -> datetime | None:
    dated = (crumb, *(lines[index] for index in head.date_lines))
    return next((moment for text in dated if (moment := dates.moment_of(text))), None)


def _agency(lines: tuple[Line, ...]) -> str | None:
    """Returns the agency of the signature at the end, else of a source or dateline at the start."""
    kept = [line.text for line in lines if line.reason is None]
    signatures = [line.text for line in reversed(lines) if line.reason is Boilerplate.CREDIT]
    for text in (*kept[-1:], *signatures, *kept[:3]):
        if agency := attribution.agency_in(text):
            return agency
    return next((agency for text in kept[:3] if (agency := attribution.agency_of_dateline(text))), None)
