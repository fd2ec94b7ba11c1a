"""The shipped taxonomy on its own examples: what it must find, and what must not fool it."""

import pytest

from schemas.taxonomy import Example, TopicRule
from schemas.taxonomy_reader import shipped_taxonomy
from transforms.topics import TopicMatcher

LANGUAGES = {"de", "en", "es", "fr", "it", "nl", "pl", "pt"}
EXAMPLES = [
    pytest.param(topic.id, example, id=f"{topic.id}-{example.place.line}")
    for topic in shipped_taxonomy().topics
    for example in topic.examples
]


@pytest.fixture(scope="module")
def matcher() -> TopicMatcher:
    return TopicMatcher(shipped_taxonomy())


@pytest.mark.parametrize(("topic", "example"), EXAMPLES)
def test_examples_have_the_topic_and_counter_examples_have_not(
    matcher: TopicMatcher, topic: str, example: Example
) -> None:
    found = [tag.id for tag in matcher.tag(None, example.text, example.language)]
    assert (topic in found) == example.applies, example.text


@pytest.mark.parametrize("topic", shipped_taxonomy().topics, ids=lambda topic: topic.id)
def test_every_topic_is_complete(topic: TopicRule) -> None:
    assert dict(topic.labels).keys() >= {"en", "de"}
    assert dict(topic.definition).keys() >= {"en", "de"}
    assert topic.broader is not None
    assert {language for language, _ in topic.signals[0].groups[0][0].terms} >= LANGUAGES
    shown = [(example.language, example.applies) for example in topic.examples]
    assert (
        min(shown.count((language, applies)) for language in ("de", "en") for applies in (True, False)) >= 2
    )


def test_a_text_in_an_unknown_language_is_searched_for_the_terms_of_all(matcher: TopicMatcher) -> None:
    examples = [param.values for param in EXAMPLES if param.values[1].applies]
    missed = [
        text.text
        for topic, text in examples
        if topic not in [tag.id for tag in matcher.tag(None, text.text, "und")]
    ]
    assert len(missed) <= 0.02 * len(examples), missed
