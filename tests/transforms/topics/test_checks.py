from pathlib import Path

import pytest

from schemas.taxonomy_reader import parse_taxonomy
from transforms.topics import TopicMatcher
from transforms.topics.checks import check_taxonomy
from transforms.topics.forms import missing_forms

BROKEN = """\
version: "1"
themes: {sea: {en: Sea}}
sets:
  ship:
    en: ship*, a*, steamship*, ships
    de: schiff*
topics:
  fleet:
    label: {en: Fleets}
    definition: {en: Fleets.}
    maps: {iptc: medtop12}
    broader: shipping
    sets: {port: {en: port}}
    signals: [{near: [ship, port], within: 9, weight: 1}]
    threshold: 3
    examples:
      en: ["The ship left port."]
  harbour:
    label: {en: Harbours}
    definition: {en: Harbours.}
    broader: quay
    sets: {port: {en: port, de: hafen}}
    signals: [{any: port, weight: 1}]
    require: [{any: ship}]
    threshold: 20
  quay:
    label: {en: Quays}
    definition: {en: Quays.}
    broader: harbour
    signals: [{any: ship, weight: 5}]
    threshold: 4
    examples:
      en: ["The old tug sank."]
    counter_examples:
      en: ["A ship in a bottle."]
"""


def test_each_kind_of_mistake_gets_one_line() -> None:
    problems = check_taxonomy(parse_taxonomy({"broken.yaml": BROKEN}))
    assert [str(problem).removeprefix("broken.yaml:") for problem in problems] == [
        "5: `a*` is too short: it finds all sorts of words",
        "5: advice: `ships` adds nothing to `ship*` in the set `ship`: leave it out",
        "8: topic fleet: `broader: shipping` is no topic and no theme",
        "8: topic fleet: `medtop12` is no IPTC code: those have eight digits",
        "8: topic fleet: advice: it has no terms in de, so it is never found there",
        (
            "17: topic fleet: the example has not the topic: 1.5 points of 3, for “ship left port” in "
            "“The ship left port.”"
        ),
        "18: topic harbour: `broader` goes round in a circle: harbour → quay → harbour",
        (
            "18: topic harbour: the threshold of 20 is out of reach: title, lead and repeats together bring "
            "less than 4.0 points"
        ),
        "26: topic quay: `broader` goes round in a circle: quay → harbour → quay",
        "33: topic quay: the example has not the topic: nothing of it is found in “The old tug sank.”",
        (
            "35: topic quay: the counter-example has the topic: 13.1 points of 4, for “A”, “ship”, “a” in "
            "“A ship in a bottle.”"
        ),
    ]


def test_a_topic_whose_requirement_has_no_terms_in_a_language_is_not_found_there() -> None:
    fixed = BROKEN.replace("threshold: 20", "threshold: 2").replace("    de: schiff*\n", "")
    problems = check_taxonomy(parse_taxonomy({"a": fixed}))
    assert "topic harbour: advice: it has no terms in de" in " ".join(map(str, problems))


def test_a_topic_that_nothing_can_satisfy_is_told_so() -> None:
    apart = BROKEN.replace("port: {en: port, de: hafen}", "port: {fr: port}")
    told = [str(p) for p in check_taxonomy(parse_taxonomy({"a": apart})) if p.topic == "harbour"]
    assert any("no language has terms for a signal and all that it requires" in line for line in told)


@pytest.mark.parametrize(
    ("code", "hint"),
    [("german", "write `de`"), ("DE", "write `de`"), ("de-AT", "write `de`"), ("xq", "see ISO 639-1")],
)
def test_a_language_that_no_text_will_have_is_a_mistake(code: str, hint: str) -> None:
    for old, new, line in (
        ("    de: schiff*", f"    {code}: schiff*", 6),
        ("de: hafen", f"{code}: hafen", 22),
        ('en: ["The ship left', f'{code}: ["The ship left', 17),
        ("{en: Harbours}", f"{{{code}: Harbours}}", 18),
        ("{en: Sea}", f"{{{code}: Sea}}", 2),
    ):
        problems = check_taxonomy(parse_taxonomy({"a": BROKEN.replace(old, new)}))
        (told,) = [problem for problem in problems if "is no code of a language" in problem.message]
        assert (told.place.line, told.is_error) == (line, True)
        assert f"`{code}`" in told.message
        assert hint in told.message


def test_a_shared_set_without_use_is_told() -> None:
    more = BROKEN.replace("sets:\n  ship:", "sets:\n  tug: {en: tug}\n  ship:", 1)
    told = [str(p) for p in check_taxonomy(parse_taxonomy({"a": more})) if "shared set" in p.message]
    assert told == ["a:4: advice: no topic uses the shared set `tug`: leave it out"]


def test_only_what_finds_nothing_more_is_shadowed() -> None:
    terms = 'en: "ferry, ferr*, *boat, boat, tug boat, harbour * ship, harbour old ship, ferry ship"'
    taxonomy = parse_taxonomy({"a": BROKEN.replace("en: ship*, a*, steamship*, ships", terms)})
    told = [p.message.split("`")[1] for p in check_taxonomy(taxonomy) if "adds nothing" in p.message]
    assert told == ["boat", "ferry", "harbour old ship"]


def test_forms_that_no_term_finds_are_named() -> None:
    text = BROKEN.replace("port: {en: port}", "port: {en: harbour, de: hafen}")
    text = text.replace("port: {en: port, de: hafen}", 'port: {en: "port", de: "urteil, urteile*"}')
    told = [str(problem) for problem in missing_forms(parse_taxonomy({"a": text}))]
    assert any(line.startswith("a:13: topic fleet: advice: `harbour` in the set `port`") for line in told)
    assert any("`hafen`" in line and "häfen" in line for line in told)
    (urteil,) = [line for line in told if "`urteil`" in line]
    assert "urteils" in urteil
    assert "urteile" not in urteil.split("does not find")[1].replace("urteiles", "").split(", ")


def test_the_worked_example_of_the_documentation_is_as_it_says() -> None:
    page = (Path(__file__).parents[3] / "docs" / "topics.md").read_text(encoding="utf-8")
    taxonomy = parse_taxonomy({"example": page.split("```yaml\n")[1].split("```")[0]})
    assert check_taxonomy(taxonomy) == []
    (topic,) = taxonomy.topics
    (english, *_) = [example for example in topic.examples if example.language == "en" and example.applies]
    (why,) = TopicMatcher(taxonomy).explain(None, english.text, "en")
    assert sorted(part.points for part in why.signals) == [2, 2, 4]
    assert why.score == 0.6667
