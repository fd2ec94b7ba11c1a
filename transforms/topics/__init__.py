"""Topics: which subjects of a taxonomy an article has, and the words that show it."""

from dataclasses import replace

from schemas import Document
from transforms.topics.matcher import TopicMatcher

__all__ = ["TopicMatcher", "tag_topics"]


def tag_topics(document: Document, matcher: TopicMatcher) -> Document:
    """Returns the document with its topics, in place of those it bore."""
    return replace(document, topics=matcher.tag(document.title, document.text, document.language))
