"""Topics: which subjects of a taxonomy an article has, and the words that show it."""

from transforms.topics.matcher import TopicMatcher
from transforms.topics.tagging import TagTopics, tag_topics

__all__ = ["TagTopics", "TopicMatcher", "tag_topics"]
