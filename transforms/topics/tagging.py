"""TagTopics: the step that gives a document its topics."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from threading import Lock
from typing import Any

import apache_beam as beam

from schemas import Document
from schemas.taxonomy import Taxonomy
from transforms.steps import Attempt, Work
from transforms.topics.matcher import TopicMatcher

_one_at_a_time = Lock()


def tag_topics(document: Document, matcher: TopicMatcher) -> Document:
    """Returns the document with its topics, in place of those it bore."""
    return replace(document, topics=matcher.tag(document.title, document.text, document.language))


@lru_cache(maxsize=1)
def _matcher(pickled: bytes) -> TopicMatcher:
    return TopicMatcher(pickle.loads(pickled))


def _make_tagger(pickled: bytes) -> Work:
    with _one_at_a_time:
        matcher = _matcher(pickled)  # built once for all threads and runs of a process: it never changes

    def tag(document: Document) -> Iterator[Document]:
        yield tag_topics(document, matcher)

    return tag


@dataclass
class TagTopics(beam.PTransform[Any, Any]):
    """Documents to documents with topics; rejections pass.

    Attributes:
        taxonomy: The topics to look for.
    """

    taxonomy: Taxonomy

    def expand(self, documents: Any) -> Any:
        """Returns a PCollection of documents and rejections."""
        pickled = pickle.dumps(self.taxonomy)  # once: Beam does it several times, at 0.2 s each
        return documents | Attempt("topics", partial(_make_tagger, pickled), Document, Document)
