from pathlib import Path

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
