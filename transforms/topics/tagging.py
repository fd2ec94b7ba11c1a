"""TagTopics: the step that gives a document its topics."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import apache_beam as beam

from schemas import Document
from schemas.taxonomy import Taxonomy
from transforms.steps import Attempt, Work
from transforms.topics.matcher import TopicMatcher


def tag_topics(document: Document, matcher: TopicMatcher) -> Document:
    """Returns the document with its topics, in place of those it bore."""
    return replace(document, topics=matcher.tag(document.title, document.text, document.language))


def _make_tagger(taxonomy: Taxonomy) -> Work:
    matcher = TopicMatcher(taxonomy)

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
        return documents | Attempt("topics", partial(_make_tagger, self.taxonomy), Document, Document)
