"""Offsets of evidence, for letters that change their number when folded and scripts of all kinds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.taxonomy_reader import parse_taxonomy
from transforms.topics import TopicMatcher

SCRIPTS = """\
version: "1"
topics:
  mixed:
    label: {en: Mixed}
    definition: {en: Terms of many scripts.}
    sets:
      place: {any: "izmir, straße*, *fluss*, 制裁, เลือกตั้ง, محكمة, café, बिल्ली, ﬁrma"}
      thing: {any: "ban, 禁令"}
    signals:
      - {any: place, weight: 3}
      - {near: [place, thing], within: 5, weight: 2}
      - {all_of: [place, thing], weight: 1}
    threshold: 0.1
"""
MATCHER = TopicMatcher(parse_taxonomy({"scripts.yaml": SCRIPTS}))
#: Terms in other spellings, and what stands between: marks, ligatures, emoji, letters beyond the BMP,
#: characters of no width, those that turn the direction, a half of a surrogate pair.
PIECES = [
    *(
        "İzmir",
        "IZMIR",
        "ızmır",
        "Straße",
        "STRASSEN",
        "Zufluss",
        "制裁",
        "เลือกตั้ง",
        "محكمة",
        "CAFÉ",
        "बिल्ली",
        "ﬁrma",
    ),
    *(
        "ban",
        "禁令",
        "İ",
        "ß",
        "ﬃ",
        "e\u0301",
        "👩‍👩‍👧",
        "🇩🇪",
        "𠀀",
        "𝔄",
        "\u00ad",
        "\u200f",
        "\ufeff",
        "\ud83d",
    ),
    *(" ", " ", "\n", ". ", "! ", "\t", "x"),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=25).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.none() | TEXTS, st.sampled_from(["de", "zh", "und"]))
def test_quotes_are_what_stands_at_their_offsets(text: str, title: str | None, language: str) -> None:
    for topic in MATCHER.tag(title, text, language):
        for one in topic.evidence:
            if one.start == -1:
                assert title is not None
                assert one.end == -1
                assert one.quote in title
            else:
                assert text[one.start : one.end] == one.quote != ""
    for why in MATCHER.explain(title, text, language):
        for span in (span for part in why.signals for span in part.spans):
            assert ((title or "") if span.in_title else text)[span.start : span.end] == span.quote != ""


@settings(max_examples=200, deadline=None)
@given(
    TEXTS, st.sampled_from(["İzmir", "Straßen", "STRASSE", "Nebenflüsse Zufluss", "制裁", "محكمة", "ﬁrma"])
)
def test_a_term_is_quoted_where_it_stands_whatever_is_before_it(before: str, term: str) -> None:
    (topic,) = MATCHER.tag(None, f"{before}\n{term}\n", "de")
    word = term.split()[-1]
    last = max((one for one in topic.evidence if one.quote == word), key=lambda one: one.start)
    assert last.start == len(before) + 1 + len(term) - len(word)
