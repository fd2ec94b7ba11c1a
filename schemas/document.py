"""Document: an article on its way, enriched step by step with `dataclasses.replace`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that speaks for a topic.

    Attributes:
        start: Offset into `Document.text` in characters; −1 for a match in the title.
        end: Exclusive; −1 for a match in the title.
        quote: The matched words.
    """

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic tag, its score from 0 to 1, and what it rests on."""

    id: str
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """An article. Names and meanings are those of the columns of `articles`; see `schemas.table`.

    Attributes:
        fetched_at: In UTC; None until the run's date fills the gap.
        text: Without boilerplate, paragraphs parted by a line feed.
        boilerplate_share: Characters dropped over characters of text in the input, 0 to 1.
        declared_languages: ISO 639 codes of what its page and its source declare, hints; no column.
        language: ISO 639-1 (639-3 where there is none) or `und`.
        whole_hash: Content hash of the text as it was before templates of its site went, None where none did;
            no column.
    """

    source_uri: str
    via: str
    text: str
    text_from: str
    boilerplate_share: float = 0.0
    url: str | None = None
    canonical_url: str | None = None
    domain: str | None = None
    source_id: str | None = None
    title: str | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    published_at: datetime | None = None
    published_from: str | None = None
    fetched_at: datetime | None = None
    declared_languages: tuple[str, ...] = ()
    language: str = "und"
    language_confidence: float = 0.0
    topics: tuple[Topic, ...] = ()
    whole_hash: str | None = None
