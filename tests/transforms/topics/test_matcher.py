import pytest

from schemas import Document, Evidence, Topic
from schemas.taxonomy_reader import parse_taxonomy
from transforms.topics import TopicMatcher, tag_topics

HARBOUR = """\
version: "1"
scoring: {title: 2, lead: 1, repeat: 0.5}
sets:
  ship: {any: tanker*, de: "*schiff*", fr: bateau}
  leak: {de: leck, en: leaks}
  toy: {en: toy tanker}
  film: {en: film}
topics:
  spills:
    label: {en: Spills}
    definition: {en: Ships that leak.}
    signals: [{near: [ship, leak], within: 3, weight: 4}]
    threshold: 4
  ships:
    label: {en: Ships}
    definition: {en: Ships.}
    signals: [{any: ship, weight: 2}]
    require: [{any: [ship, film]}]
    negatives: [{any: film, weight: 2}]
    negative_cap: 2.5
    ignore: toy
    threshold: 2
"""


@pytest.fixture(scope="module")
def matcher() -> TopicMatcher:
    return TopicMatcher(parse_taxonomy({"harbour.yaml": HARBOUR}))


def ids(topics: tuple[Topic, ...]) -> list[str]:
    return [topic.id for topic in topics]


def test_evidence_points_at_whole_words_of_the_text(matcher: TopicMatcher) -> None:
    text = "İn İzmir: „Containerschiffe“\nund Tanker, so weiß man."
    (ships,) = matcher.tag("Ein Tankerunglück", text, "de")
    assert ships.evidence[0] == Evidence(-1, -1, "Tankerunglück")
    assert [e.quote for e in ships.evidence[1:]] == ["Containerschiffe", "Tanker"]
    assert all(text[e.start : e.end] == e.quote for e in ships.evidence[1:])


def test_score_adds_title_repeats_and_maps_them_to_one(matcher: TopicMatcher) -> None:
    (ships,) = matcher.tag("Tanker", "A tanker and a tanker.", "en")
    points = 2 * 2 + 2 / 2 + 2 / 4
    assert ships.score == round(points / (points + 2), 4)


def test_near_spans_both_words_and_not_title_and_text(matcher: TopicMatcher) -> None:
    ships, spills = matcher.tag(None, "It leaks, the tanker.", "en")
    assert [e.quote for e in ships.evidence] == ["tanker"]
    assert [e.quote for e in spills.evidence] == ["leaks, the tanker"]
    assert ids(matcher.tag("Tanker", "It leaks", "en")) == ["ships"]
    assert ids(matcher.tag(None, "It leaks and so will one tanker.", "en")) == ["ships"]


def test_near_over_sentences_is_quoted_by_its_terms(matcher: TopicMatcher) -> None:
    text = "Here lies a tanker. “It leaks!” The third tanker (old) leaks."
    (spills,) = [topic for topic in matcher.tag(None, text, "en") if topic.id == "spills"]
    assert [e.quote for e in spills.evidence] == ["tanker", "leaks", "tanker (old) leaks"]
    assert all(text[e.start : e.end] == e.quote for e in spills.evidence)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We saw the tanker\nleaks and all", True),
        ("We saw the tanker.\nLeaks followed", False),
        ("We saw the “tanker.” \nLeaks followed", False),
        ("The tanker\n\nLeaks followed", False),
    ],
)
def test_near_ends_with_the_paragraph_but_not_with_a_wrapped_line(
    matcher: TopicMatcher, text: str, found: bool
) -> None:
    assert ("spills" in ids(matcher.tag(None, text, "en"))) is found


def test_terms_of_other_languages_count_only_where_the_language_is_unknown(matcher: TopicMatcher) -> None:
    assert ids(matcher.tag(None, "Un bateau", "fr")) == ["ships"]
    assert ids(matcher.tag(None, "Un bateau", "en")) == []
    assert ids(matcher.tag(None, "Un bateau", "und")) == ["ships"]
    assert ids(matcher.tag(None, "Un bateau", "sw")) == ["ships"]


def test_ignored_phrases_count_for_nothing(matcher: TopicMatcher) -> None:
    assert ids(matcher.tag(None, "The toy tanker", "en")) == []
    assert ids(matcher.tag(None, "The toy tanker, the tanker", "en")) == ["ships"]


def test_negatives_take_points_away_up_to_their_cap(matcher: TopicMatcher) -> None:
    assert ids(matcher.tag(None, "A film of a tanker", "en")) == []
    (ships,) = matcher.tag("Tanker", "Tanker. A film, a film, a film, a film.", "en")
    assert ships.score == round((5 - 2.5) / (5 - 2.5 + 2), 4)


def test_a_topic_without_what_it_requires_does_not_apply() -> None:
    strict = HARBOUR.replace("require: [{any: [ship, film]}]", "require: [{any: leak}]")
    matcher = TopicMatcher(parse_taxonomy({"harbour.yaml": strict}))
    assert ids(matcher.tag(None, "A tanker in the port", "en")) == []
    assert ids(matcher.tag(None, "A tanker in the port of Oslo leaks", "en")) == ["ships"]


def test_the_best_topic_comes_first_and_evidence_is_bounded(matcher: TopicMatcher) -> None:
    topics = matcher.tag(None, "tanker. Leaks. " * 50, "en")
    assert sorted(ids(topics)) == ["ships", "spills"]
    assert [t.score for t in topics] == sorted((t.score for t in topics), reverse=True)
    assert [len(t.evidence) for t in topics] == [20, 20]
    assert all(list(t.evidence) == sorted(t.evidence, key=lambda e: e.start) for t in topics)


def test_an_empty_text_has_no_topics(matcher: TopicMatcher) -> None:
    assert matcher.tag(None, "", "und") == ()


def test_a_document_gets_its_topics(matcher: TopicMatcher) -> None:
    document = Document("a.txt", "text", "Un bateau", "text", language="fr", topics=(Topic("old", 1, ()),))
    assert ids(tag_topics(document, matcher).topics) == ["ships"]


def test_all_of_takes_terms_anywhere_once_as_the_worst_placed_of_them() -> None:
    text = HARBOUR.replace("{near: [ship, leak], within: 3, weight: 4}", "{all_of: [ship, leak], weight: 4}")
    matcher = TopicMatcher(parse_taxonomy({"harbour.yaml": text}))
    article = "Tankers everywhere. One of them, they say, is old. It leaks."
    (spills,) = [topic for topic in matcher.tag("Tanker news", article, "en") if topic.id == "spills"]
    assert spills.score == 0.5
    assert [(e.start, e.quote) for e in spills.evidence] == [(-1, "Tanker"), (54, "leaks")]
    assert ids(matcher.tag("Tanker news", "It sank.", "en")) == ["ships"]


def test_scripts_without_spaces_are_searched_and_quoted_in_place() -> None:
    terms = "any: [tiktok, 制裁, เลือกตั้ง, TikTok禁令]"
    matcher = TopicMatcher(
        parse_taxonomy({"a": HARBOUR.replace('any: tanker*, de: "*schiff*", fr: bateau', terms)})
    )
    for text, quotes in (
        ("对俄制裁措施，TikTok公司", ["制裁", "TikTok"]),
        ("关于TikTok禁令的", ["TikTok禁令"]),
        ("การเลือกตั้งทั่วไป", ["เลือกตั้ง"]),
    ):
        (ships,) = matcher.tag(None, text, "zh")
        assert [e.quote for e in ships.evidence] == quotes
        assert all(text[e.start : e.end] == e.quote for e in ships.evidence)


def test_an_explanation_adds_up_to_the_tag(matcher: TopicMatcher) -> None:
    title, text = "Tanker", "A film of the tanker. It leaks at the pier, and so on."
    tags = {topic.id: topic for topic in matcher.tag(title, text, "en")}
    ships, spills = sorted(matcher.explain(title, text, "en"), key=lambda one: one.topic)
    assert ships.applies
    assert ships.score == tags["ships"].score
    assert ships.points == sum(part.points for part in ships.signals) - ships.taken
    assert [(part.clause, part.spans[0].in_title, part.spans[0].quote) for part in ships.signals] == [
        ("ship", True, "Tanker"),
        ("ship", False, "tanker"),
    ]
    assert [(part.points, part.spans[0].start) for part in ships.negatives] == [(2, 2)]
    assert spills.applies is ("spills" in tags)


def test_an_explanation_names_what_is_missing() -> None:
    strict = HARBOUR.replace("require: [{any: [ship, film]}]", "require: [{any: leak}]")
    matcher = TopicMatcher(parse_taxonomy({"harbour.yaml": strict}))
    (ships,) = matcher.explain(None, "A tanker in the port", "en")
    assert (ships.applies, ships.missing, ships.points) == (False, ("leak",), 2)


def test_no_topic_is_lost_where_the_lead_counts_less_than_the_rest() -> None:
    odd = HARBOUR.replace("lead: 1,", "lead: 0.1, lead_chars: 20,")
    matcher = TopicMatcher(parse_taxonomy({"harbour.yaml": odd}))
    assert ids(matcher.tag(None, "A tanker, and further down the page a second tanker", "en")) == ["ships"]
