import pickle

import pytest

from schemas.taxonomy import Taxonomy, merge
from schemas.taxonomy_reader import TaxonomyError, parse_taxonomy

FERRIES = """\
version: "3"
scoring: {title: 4}
sets:
  ship: {any: ferry, de: "*fähre*, schiff*"}
topics:
  ferries:
    label: {en: Ferries}
    definition: {en: Ferries and their timetables.}
    maps: {iptc: "20000001"}
    broader: transport
    sets:
      late: {no: [forsinket, "no"]}
    signals:
      - {any: ship, weight: 1.5}
      - {near: [ship, [late, ship]], within: 6, weight: 2}
    require: [{any: ship}]
    negatives: [{any: late, weight: 1}]
    negative_cap: 2
    ignore: late
    threshold: 3
"""


def ferries(old: str = "", new: str = "", base: Taxonomy | None = None) -> Taxonomy:
    assert old in FERRIES
    return parse_taxonomy({"ferries.yaml": FERRIES.replace(old, new, 1)}, base)


def test_every_part_of_a_rule_is_read() -> None:
    taxonomy = ferries()
    (rule,) = taxonomy.topics
    ship, late = rule.signals[0].groups[0][0], rule.ignore[0]
    assert ship.terms == (("any", ("ferry",)), ("de", ("*fähre*", "schiff*")))
    assert late.terms == (("no", ("forsinket", "no")),)
    assert (rule.id, rule.broader, rule.maps) == ("ferries", "transport", (("iptc", "20000001"),))
    assert rule.signals[1].groups == ((ship,), (late, ship))
    assert (rule.signals[1].within, rule.signals[1].weight, rule.threshold) == (6, 2.0, 3.0)
    assert (rule.require[0].groups, rule.negatives[0].groups, rule.negative_cap) == (
        ((ship,),),
        ((late,),),
        2.0,
    )
    assert (taxonomy.scoring.title, taxonomy.scoring.lead) == (4.0, 1.5)
    assert taxonomy.sets == (ship,)


def test_version_follows_the_content_and_not_the_comments() -> None:
    assert ferries().version.startswith("3+")
    assert ferries().version == ferries("scoring", "# a remark\nscoring").version
    assert ferries().version != ferries("ferry", "ferries").version


def test_a_taxonomy_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(ferries())) == ferries()


def test_merge_replaces_and_adds_topics() -> None:
    other = ferries("  ferries:\n", "  boats:\n")
    stricter = ferries("threshold: 3", "threshold: 9")
    both = merge(ferries(), other)
    assert [topic.id for topic in both.topics] == ["ferries", "boats"]
    assert [topic.threshold for topic in merge(both, stricter).topics] == [9.0, 3.0]
    assert len({ferries().version, both.version, merge(both, stricter).version}) == 3


def test_a_file_on_top_may_name_the_shared_sets_below() -> None:
    without = '  ship: {any: ferry, de: "*fähre*, schiff*"}\n'
    with pytest.raises(TaxonomyError, match="no set of terms is called `ship`"):
        ferries(without, "  other: {en: x}\n")
    assert ferries(without, "  other: {en: x}\n", base=ferries()).topics == ferries().topics


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("any: ship, weight", "any: shop, weight", "14: topic ferries: no set of terms is called `shop`"),
        (
            "threshold: 3",
            "threshold: 3\n    treshold: 3",
            "21: topic ferries: unknown key `treshold`; known here: broader",
        ),
        ("    threshold: 3\n", "", "7: topic ferries: `threshold:` is missing; add it"),
        ("threshold: 3", "threshold: high", "20: topic ferries: expected a number, not `high`"),
        ("threshold: 3", "threshold: 0", "20: topic ferries: `0` is out of range; give a number above 0"),
        ("    negative_cap: 2\n", "", "17: topic ferries: `negatives` need a `negative_cap`"),
        (", within: 6", "", "15: topic ferries: `near` needs two sets or more, and `within: N` words"),
        ("any: ship, weight", "weight", "14: topic ferries: give either `any:`"),
        (
            "any: ship, weight",
            "any: ship, within: 3, weight",
            "14: topic ferries: `within` belongs to `near`",
        ),
        ("any: ferry,", "any: ferry!,", "4: the term `ferry!` must begin and end with"),
        ("any: ferry,", "any: ferry, any: boat,", "4: `any` is there twice"),
        ("any: ferry,", "any: *ferry,", "4: `*ferry` is an alias to YAML, and those are not read; put terms"),
        ("any: ferry,", "any: *ähre,", "; put terms that begin with * in quotes"),
        (
            "any: ferry,",
            "<<: *ship, any: ferry,",
            "4: `<<` merges mappings in YAML, and that is not read; write",
        ),
        ("any: ferry,", "<<: {en: ship}, any: ferry,", "4: `<<` merges mappings in YAML"),
        ("label: {en: Ferries}", "label: {en: Ferries, en: Boats}", "7: topic ferries: `en` is there twice"),
        ("    threshold: 3\n", "    threshold: 3\n  ferries: {}\n", "21: `ferries` is there twice"),
        ("threshold: 3", "threshold: " + "9a " * 500, "20: topic ferries: expected a number, not `9a 9a"),
        ("scoring: {title: 4}", "scoring: {repeat: 1}", "2: `repeat` must be below 1"),
        ("scoring: {title: 4}", "scoring: [4]", "2: expected `key: value` lines here"),
        ("scoring: {title: 4}", "scoring: {lead_chars: 1.5}", "2: expected a whole number, not `1.5`"),
        ("within: 6", "within: 2.5", "15: topic ferries: expected a whole number, not `2.5`"),
        ("any: ferry,", 'any: ["ferry, boat"],', "4: the term `ferry, boat` reaches over punctuation"),
        ("any: ferry,", 'any: ", ,",', "4: there are no terms here; add some or leave the language out"),
        ("any: ferry,", 'any: "",', "4: expected a text here"),
        ("any: ship, weight: 1.5", "any: [], weight: 1.5", "14: topic ferries: the list is empty"),
        ("any: ship, weight: 1.5", "any: ship", "14: topic ferries: `weight:` is missing; add it"),
        ("label: {en: Ferries}", "label: {}", "7: topic ferries: it is empty; add a `key: text` line"),
        (
            "    negatives: [{any: late, weight: 1}]\n",
            "",
            "17: topic ferries: `negative_cap` is there without",
        ),
        (
            '      late: {no: [forsinket, "no"]}\n',
            '      late: {no: [forsinket, "no"]}\n      slow: {en: slow}\n',
            "13: topic ferries: no clause uses the set `slow`",
        ),
        ("  ferries:\n", "  Ferries & boats:\n", "6: topic Ferries & boats: `Ferries & boats` is no id"),
        ("topics:\n", "themes: {ferries: {en: F}}\ntopics:\n", "7: topic ferries: `ferries` is a theme too"),
        ("  ship:", "\tship:", "4: not YAML: found character that cannot start any token; put spaces in"),
        ("  ferries:\n", "  ferries: [\n", "not YAML"),
        (FERRIES, "", "1: the file is empty"),
        (FERRIES, "- a list", "1: expected `key: value` lines here"),
    ],
)
def test_each_mistake_gets_one_line_with_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(TaxonomyError) as caught:
        ferries(old, new)
    assert str(caught.value).startswith("ferries.yaml:")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "more: see" not in str(caught.value)
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 100_000_000, "1: the file has 100,000,000 characters; at most 1,000,000 are read"),
        ("[" * 900_000, "1: brackets or lines are nested more than 32 deep"),
        ("{a: " * 200_000, "1: brackets or lines are nested more than 32 deep"),
        (
            "\n".join(["a0: &a0 [lol]", *(f"a{i + 1}: &a{i + 1} [{f'*a{i},' * 9}]" for i in range(40))]),
            "2: `*a0`",
        ),
        ("a: &a [*a]", "1: `*a` is an alias"),
    ],
    ids=["long", "deep list", "deep mapping", "alias bomb", "endless alias"],
)
def test_a_file_that_would_take_all_memory_is_refused(text: str, message: str) -> None:
    with pytest.raises(TaxonomyError) as caught:
        parse_taxonomy({"huge.yaml": text})
    assert str(caught.value).startswith(f"huge.yaml:{message}")


BOATS = """\
topics:
  boats:
    label: {en: Boats}
    definition: {en: Boats.}
    sets:
      tug:
        en: >-
          tug, tugs,
          tow boat*
    signals: [{all_of: [ship, tug], weight: 2}]
    threshold: 1
    examples: {en: ["A ferry met a tug."]}
    counter_examples: {en: ["A ferry."]}
"""


def test_several_files_are_one_taxonomy() -> None:
    both = parse_taxonomy({"b.yaml": BOATS, "a.yaml": FERRIES})
    assert [topic.id for topic in both.topics] == ["ferries", "boats"]
    assert both.version == parse_taxonomy({"a.yaml": FERRIES, "b.yaml": BOATS}).version
    boats = both.topics[1]
    assert str(boats.signals[0]) == "all_of(ship, tug)"
    assert [(e.applies, e.text, e.place.line) for e in boats.examples] == [
        (True, "A ferry met a tug.", 12),
        (False, "A ferry.", 13),
    ]
    tug = boats.signals[0].groups[1][0]
    assert dict(zip(tug.terms[0][1], map(str, tug.places[0]), strict=True)) == {
        "tug": "b.yaml:8",
        "tugs": "b.yaml:8",
        "tow boat*": "b.yaml:9",
    }


def test_examples_do_not_change_the_version() -> None:
    other = BOATS.replace("A ferry met a tug.", "The ferry met the tug.")
    assert (
        parse_taxonomy({"a": FERRIES, "b": BOATS}).version
        == parse_taxonomy({"a": FERRIES, "b": other}).version
    )


def test_every_mistake_of_all_files_is_told() -> None:
    wrong = BOATS.replace("tug]", "tag]").replace("threshold: 1", "threshold: none")
    with pytest.raises(TaxonomyError) as caught:
        parse_taxonomy({"a.yaml": FERRIES.replace("weight: 2}", "weigth: 2}"), "b.yaml": wrong})
    assert [str(problem).partition("; ")[0] for problem in caught.value.problems] == [
        "a.yaml:15: topic ferries: unknown key `weigth`",
        "a.yaml:15: topic ferries: `weight:` is missing",
        "b.yaml:10: topic boats: no set of terms is called `tag`",
        "b.yaml:11: topic boats: expected a number, not `none`",
    ]
    assert "see `newsbeam topics check`" in str(caught.value)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a": FERRIES, "b": FERRIES}, "b:1: `version:` is in a too; leave one of them out"),
        (
            {"a": FERRIES, "b": BOATS.replace("boats:", "ferries:")},
            "b:2: `ferries` is in a:6 too; join or rename one",
        ),
        ({"b": BOATS.replace("ship", "tug")}, "b:1: `version:` is missing; add it"),
        ({"a": 'version: "1"'}, "a:1: `topics:` is missing; add it"),
    ],
)
def test_files_that_do_not_go_together_are_refused(files: dict[str, str], message: str) -> None:
    with pytest.raises(TaxonomyError) as caught:
        parse_taxonomy(files)
    assert message in str(caught.value)
