"""clean_dump: an extracted text to the article, what is known of it, and why each other line went."""

from dataclasses import dataclass
from datetime import datetime

from transforms.dump import credits, dates
from transforms.dump.judge import Verdicts, judge
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
        title: The caller's, or the first line that reads like a headline; None where the text
            begins with a paragraph. Never part of `text`.
        summary: The lead, only where the page set it apart: the one line between headline and byline or date.
            It stays in `text`.
        text: The article's paragraphs, parted by line feeds.
        authors: Names of persons from bylines under the headline.
        agency: News agency credited by signature, dateline or source, in lower case.
        published_at: From a crumb or a date line under the headline, in UTC; None unless day, month and year are
            given without ambiguity (a crumb of year and month gives none). The day's first moment where no time
            with a zone is given.
        published_from: `text` where `published_at` is known.
        lines: The input's lines, in order, each with its fate.
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
    """Cleans an extracted text of what is not the article.

    Args:
        text: As found in a dump, lines parted by any line break.
        title: The headline where known from elsewhere; the empty string says that the text bears none.

    Returns:
        The article. Its text is made of lines of the input, unchanged and in order; with `title or ""` of the
        result given, cleaning it again keeps it.
    """
    text = text.lstrip()
    crumb, text = text[: dates.crumb_end(text)].strip(), text[dates.crumb_end(text) :]
    lines = split_lines(text)
    verdicts = judge(lines, title)
    kept = [line for line, reason in zip(lines, verdicts.reasons, strict=True) if reason is None]
    published_at = _published_at(crumb, lines, verdicts)
    found = lines[verdicts.title] if verdicts.title is not None else None
    fates = [Line(line, reason) for line, reason in zip(lines, verdicts.reasons, strict=True)]
    return DumpText(
        title=title or found,
        summary=lines[verdicts.lead] if verdicts.lead is not None and verdicts.reasons[verdicts.lead] is None else None,
        text="\n".join(kept),
        authors=verdicts.authors,
        agency=_agency(lines, verdicts),
        published_at=published_at,
        published_from="text" if published_at else None,
        lines=tuple([Line(crumb, Boilerplate.DATE_LINE), *fates] if crumb else fates),
    )


def _published_at(crumb: str, lines: list[str], verdicts: Verdicts) -> datetime | None:
    candidates = [crumb, *(lines[index] for index in verdicts.date_lines)]
    return next((moment for text in candidates if text and (moment := dates.moment_of(text))), None)


def _agency(lines: list[str], verdicts: Verdicts) -> str | None:
    """Returns the agency of the signature at the end, of the dateline at the start, or of a source named."""
    kept = [line for line, reason in zip(lines, verdicts.reasons, strict=True) if reason is None]
    signed = [line for line, reason in zip(lines, verdicts.reasons, strict=True) if reason is Boilerplate.CREDIT]
    for line in (*kept[-1:], *reversed(signed)):
        if agency := credits.agency_in(line):
            return agency
    for line in kept[:3]:
        if agency := credits.agency_of_dateline(line) or credits.agency_in(line):
            return agency
    return None
