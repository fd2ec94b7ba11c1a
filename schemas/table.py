"""The tables of a dataset, for readers and for later runs: Arrow schemas, and how a record becomes a row."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from schemas.document import Document, Topic
from schemas.identity import article_id, content_hash
from schemas.rejection import Rejection
from schemas.run import Run

#: Raised when a column is added, dropped or changes its type.
SCHEMA_VERSION = "1"

Row = dict[str, Any]

_TIME = pa.timestamp("us", tz="UTC")
_TEXT = pa.string()


def _list(type_: pa.DataType) -> pa.ListType:
    return pa.list_(pa.field("element", type_))  # the name that Parquet gives it, so that schemas stay equal


_EVIDENCE = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("quote", _TEXT)])
_TOPIC = pa.struct([("id", _TEXT), ("score", pa.float32()), ("evidence", _list(_EVIDENCE))])

_CJK = r"\u3040-\u30ff\u3400-\u9fff"  # kana and Han, which write no spaces between words
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['’-][^\W{_CJK}]+)*")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the dataset.

    Attributes:
        name: Folder below the dataset's root.
        schema: Columns inside the files, one and the same for every file.
        partitions: Hive partition columns, strings, in the order of the folders; not inside the files.
        order: Columns that rows of a file are sorted by, nulls last.
        identity: Columns that say which rows belong together; they decide which file of a partition a row
            goes to.
    """

    name: str
    schema: pa.Schema
    partitions: tuple[str, ...]
    order: tuple[str, ...]
    identity: tuple[str, ...]


ARTICLES = Table(
    name="articles",
    schema=pa.schema(
        [
            ("article_id", _TEXT),
            ("url", _TEXT),
            ("canonical_url", _TEXT),
            ("domain", _TEXT),
            ("source_id", _TEXT),
            ("source_uri", _TEXT),
            ("via", _TEXT),
            ("title", _TEXT),
            ("summary", _TEXT),
            ("authors", _list(_TEXT)),
            ("published_at", _TIME),
            ("published_from", _TEXT),
            ("fetched_at", _TIME),
            ("language_confidence", pa.float32()),
            ("text", _TEXT),
            ("text_from", _TEXT),
            ("word_count", pa.int32()),
            ("boilerplate_share", pa.float32()),
            ("topics", _list(_TOPIC)),
            ("topic_ids", _list(_TEXT)),
            ("content_hash", _TEXT),
            ("cluster_id", _TEXT),
            ("agency", _TEXT),
            ("run_id", _TEXT),
            ("pipeline_version", _TEXT),
            ("taxonomy_version", _TEXT),
        ],
        metadata={"schema_version": SCHEMA_VERSION},
    ),
    partitions=("fetched_date", "language"),
    order=("published_at", "article_id", "content_hash"),
    identity=("article_id",),
)

REJECTS = Table(
    name="rejects",
    schema=pa.schema(
        [
            ("source_uri", _TEXT),
            ("url", _TEXT),
            ("stage", _TEXT),
            ("reason", _TEXT),
            ("detail", _TEXT),
            ("payload", pa.binary()),
            ("fetched_at", _TIME),
            ("run_id", _TEXT),
        ],
        metadata={"schema_version": SCHEMA_VERSION},
    ),
    partitions=("fetched_date",),
    order=("source_uri", "url", "stage", "reason", "detail", "payload"),
    identity=("source_uri", "url"),
)

#: The program's own: pages of each site as hashes, by which later runs know its templates.
SITE_PAGES = Table(
    name="_state/site_pages",
    schema=pa.schema(
        [
            ("domain", _TEXT),
            ("key", pa.int64()),
            ("blocks", _list(pa.int64())),
        ],
        metadata={"schema_version": SCHEMA_VERSION},
    ),
    partitions=("run_date",),
    order=("domain", "key"),
    identity=("domain", "key"),
)

#: The program's own: what is known of each feed, by which later runs ask for what is new alone.
FEED_STATES = Table(
    name="_state/feeds",
    schema=pa.schema(
        [
            ("url", _TEXT),
            ("polled_at", _TIME),
            ("due_at", _TIME),
            ("moved_to", _TEXT),
            ("etag", _TEXT),
            ("last_modified", _TEXT),
            ("trusts_304", pa.bool_()),
            ("body_hash", _TEXT),
            ("read_at", _TIME),
            ("entries", _list(pa.int64())),
            ("with_pages", pa.bool_()),
            ("changed_at", _TIME),
            ("gap", pa.float64()),
            ("declared_interval", pa.float64()),
            ("failures", pa.int32()),
            ("missing", pa.int32()),
            ("off", _TEXT),
        ],
        metadata={"schema_version": SCHEMA_VERSION},
    ),
    partitions=("run_date",),
    order=("url", "polled_at"),
    identity=("url",),
)

#: The program's own: by what later runs know that an article came before; see `transforms.held`.
HELD = Table(
    name="_state/held",
    schema=pa.schema(
        [
            ("key", pa.binary(16)),
            ("version", pa.binary(16)),
            ("of_page", pa.bool_()),
        ],
        metadata={"schema_version": SCHEMA_VERSION},
    ),
    partitions=("run_date",),
    order=("key", "version"),
    identity=("key", "version"),
)

#: All that a run writes and replaces.
TABLES = (ARTICLES, REJECTS, SITE_PAGES, FEED_STATES, HELD)


def article_row(document: Document, run: Run) -> Row:
    """Returns the row of `ARTICLES`, partition columns included, and `whole_hash`, which is no column."""
    fetched_at = document.fetched_at or run.started_on
    identity = article_id(document)
    return {
        "article_id": identity,
        "url": document.url,
        "canonical_url": document.canonical_url,
        "domain": document.domain,
        "source_id": document.source_id,
        "source_uri": document.source_uri,
        "via": document.via,
        "title": document.title,
        "summary": document.summary,
        "authors": list(document.authors),
        "published_at": document.published_at,
        "published_from": document.published_from,
        "fetched_at": fetched_at,
        "language_confidence": document.language_confidence,
        "text": document.text,
        "text_from": document.text_from,
        "word_count": word_count(document.text),
        "boilerplate_share": document.boilerplate_share,
        "topics": topic_values(document.topics),
        "topic_ids": [topic.id for topic in document.topics],
        "content_hash": content_hash(document.text),
        "whole_hash": document.whole_hash,
        "cluster_id": identity,
        "agency": document.agency,
        "run_id": run.run_id,
        "pipeline_version": run.pipeline_version,
        "taxonomy_version": run.taxonomy_version,
        "fetched_date": fetched_at.date().isoformat(),
        "language": document.language,
    }


def topic_values(topics: Iterable[Topic]) -> list[dict[str, Any]]:
    """Returns topics as a value of the column `topics`."""
    return [
        {
            "id": topic.id,
            "score": topic.score,
            "evidence": [{"start": e.start, "end": e.end, "quote": e.quote} for e in topic.evidence],
        }
        for topic in topics
    ]


def reject_row(rejection: Rejection, run: Run) -> Row:
    """Returns the row of `REJECTS`, partition column included."""
    fetched_at = rejection.fetched_at or run.started_on
    return {
        "source_uri": rejection.source_uri,
        "url": rejection.url,
        "stage": rejection.stage,
        "reason": str(rejection.reason),
        "detail": rejection.detail,
        "payload": rejection.payload,
        "fetched_at": fetched_at,
        "run_id": run.run_id,
        "fetched_date": fetched_at.date().isoformat(),
    }


def word_count(text: str) -> int:
    """Returns the number of words; of kana and Han every character counts as one."""
    return sum(1 for _ in _WORD.finditer(text))
