"""Inspect view: an inspection as lines of cells, in colour on a terminal, parted by tabs elsewhere."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from pipelines.inspect import Inspection
from schemas import Document, RawPage, Rejection
from transforms.topics.evidence import Contribution, Explanation, Span

#: What a line says first, and how it looks on a terminal.
_STYLES = {
    "kept": "green",
    "dropped": "dim",
    "|": "",
    "topic": "bold green",
    "for": "",
    "against": "red",
    "no topic": "yellow",
    "rejected": "bold red",
}

Cells = tuple[str, ...]


def print_inspection(inspection: Inspection) -> None:
    """Prints what became of a document on stdout."""
    if not sys.stdout.isatty():
        for cells in inspection_lines(inspection):
            print("\t".join(" ".join(cell.split()) for cell in cells))
        return
    console = Console()
    for name, *rest in inspection_lines(inspection):
        style = _STYLES.get(name, "cyan")
        console.print(Text.assemble((f"{name:>12}  ", "bold"), ("  ".join(filter(None, rest)), style)))


def inspection_lines(inspection: Inspection) -> Iterator[Cells]:
    """Yields lines of cells, each with its kind first.

    `kept`, `dropped`: reason, score, text. `|`: a paragraph of the article. `topic`, `no topic`: id, score,
    points, threshold, what is missing. `for`, `against`: topic, points, signal, places, quotes.
    """
    if inspection.page is not None:
        yield from _input_lines(inspection.page)
    for line in inspection.lines:
        yield ("dropped" if line.reason else "kept", line.reason or "", f"{line.score:.2f}", line.block.text)
    if isinstance(inspection.outcome, Rejection):
        yield (
            "rejected",
            inspection.outcome.stage,
            str(inspection.outcome.reason),
            inspection.outcome.detail,
        )
    else:
        yield from _document_lines(inspection.outcome)
    for explanation in inspection.topics:
        yield from _topic_lines(explanation)


def _input_lines(page: RawPage) -> Iterator[Cells]:
    yield ("source_uri", page.source_uri)
    yield ("via", page.via, str(page.media), f"{len(page.body)} bytes")
    if page.url:
        yield ("url", page.url)


def _document_lines(document: Document) -> Iterator[Cells]:
    yield ("title", document.title or "")
    for name in ("summary", "canonical_url", "published_at", "published_from", "agency"):
        if value := getattr(document, name):
            yield (name, str(value))
    for author in document.authors:
        yield ("author", author)
    yield ("language", document.language, f"{document.language_confidence:.4f}")
    yield (
        "text",
        f"from {document.text_from}",
        f"{len(document.text)} characters",
        f"{document.boilerplate_share:.0%} dropped",
    )
    for paragraph in document.text.split("\n"):
        yield ("|", paragraph)


def _topic_lines(explanation: Explanation) -> Iterator[Cells]:
    kind = "topic" if explanation.applies else "no topic"
    numbers = f"{explanation.points:.2f} points", f"of {explanation.threshold:g}"
    missing = (f"nothing of {', '.join(explanation.missing)}",) if explanation.missing else ()
    yield (kind, explanation.topic, f"{explanation.score:.4f}", *numbers, *missing)
    for part in explanation.signals:
        yield ("for", explanation.topic, *_part_cells(part, "+"))
    for part in explanation.negatives:
        yield ("against", explanation.topic, *_part_cells(part, "-"))
    if explanation.negatives:
        yield ("against", explanation.topic, f"-{explanation.taken:.2f}", "in all, at most the cap")


def _part_cells(part: Contribution, sign: str) -> Cells:
    places = " ".join(map(_place, part.spans))
    return f"{sign}{part.points:.2f}", part.clause, places, " … ".join(span.quote for span in part.spans)


def _place(span: Span) -> str:
    return f"{'title' if span.in_title else 'text'}:{span.start}-{span.end}"
