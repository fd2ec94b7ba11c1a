"""Taxonomy: the topics that articles are tagged with, as rules that an analyst writes in YAML.

`topics.yaml`, beside this module, ships, and explains the language in its head. Here it is parsed into
frozen values; `transforms.topics` applies them.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from yaml.nodes import Node, SequenceNode

from schemas.taxonomy_file import TaxonomyError, TaxonomyFile, line_of

__all__ = [
    "ANY_LANGUAGE",
    "Clause",
    "Scoring",
    "Taxonomy",
    "TaxonomyError",
    "TermSet",
    "TopicRule",
    "merge",
    "parse_taxonomy",
    "shipped_taxonomy",
]

#: The language of terms that are searched in texts of every language: names, loan words.
ANY_LANGUAGE = "any"


@dataclass(frozen=True, slots=True)
class TermSet:
    """Words and phrases for one notion. `*` in a term stands for any letters within a word.

    Attributes:
        name: As the file calls it.
        terms: By language (ISO 639-1, or `any`), the terms as written.
    """

    name: str
    terms: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """What is to be found in a text.

    Attributes:
        groups: A group is found where a term of any of its sets is. One group: each find counts. Several:
            a find is a place in a paragraph where all of them occur, in any order, close together.
        within: The most words from the first to the last of several groups, 0 for one group.
        weight: Points for a find.
    """

    groups: tuple[tuple[TermSet, ...], ...]
    within: int = 0
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class TopicRule:
    """When a topic applies.

    Attributes:
        id: Kebab-case, as in `Topic.id`.
        labels: Names for people, by language.
        definition: What the topic covers, by language.
        maps: Codes in other vocabularies, as (`iptc`, `20000123`).
        broader: The id of a wider topic.
        signals: What speaks for the topic.
        require: What must be found at least once, all of it.
        negatives: What speaks against it.
        negative_cap: The most points that all negatives together take away.
        ignore: Phrases whose words count for nothing (`air strike` where `strike` is a term).
        threshold: Points from which the topic applies.
    """

    id: str
    labels: tuple[tuple[str, str], ...]
    definition: tuple[tuple[str, str], ...]
    signals: tuple[Clause, ...]
    threshold: float
    maps: tuple[tuple[str, str], ...] = ()
    broader: str | None = None
    require: tuple[Clause, ...] = ()
    negatives: tuple[Clause, ...] = ()
    negative_cap: float = 0.0
    ignore: tuple[TermSet, ...] = ()


@dataclass(frozen=True, slots=True)
class Scoring:
    """How finds become points; the same for all topics of a taxonomy.

    Attributes:
        title: Factor on the weight of a find in the title.
        lead: Factor for one in the lead.
        lead_chars: How many characters of the text are its lead.
        repeat: Each further find of a signal counts this share of the one before, 0 to 1.
    """

    title: float = 2.0
    lead: float = 1.5
    lead_chars: int = 500
    repeat: float = 0.5


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Topics, and the term sets that they share.

    Attributes:
        declared: The version as the file states it.
        version: `declared`, `+`, and a hash of the content.
    """

    declared: str
    version: str
    scoring: Scoring
    sets: tuple[TermSet, ...]
    topics: tuple[TopicRule, ...]


def parse_taxonomy(text: str, name: str, base: Taxonomy | None = None) -> Taxonomy:
    """Returns the taxonomy that a YAML text describes.

    Args:
        text: The content of the file.
        name: The name of the file, for messages.
        base: A taxonomy whose shared sets the file may name.

    Raises:
        TaxonomyError: The text is not YAML, or not in the language that `topics.yaml` explains.
    """
    return _Reader(name).read(text, base)


def merge(base: Taxonomy, extra: Taxonomy) -> Taxonomy:
    """Returns `base` with the topics and shared sets of `extra` added, in place of those of the same name.

    `base`'s scoring stays, and so do its topics' own terms.
    """
    sets = {s.name: s for s in base.sets} | {s.name: s for s in extra.sets}
    topics = {t.id: t for t in base.topics} | {t.id: t for t in extra.topics}
    return _sealed(f"{base.declared}.{extra.declared}", base.scoring, sets.values(), topics.values())


@cache
def shipped_taxonomy() -> Taxonomy:
    """Returns the taxonomy that ships with the program."""
    text = resources.files("schemas").joinpath("topics.yaml").read_text(encoding="utf-8")
    return parse_taxonomy(text, "topics.yaml")


def _sealed(
    declared: str, scoring: Scoring, sets: Iterable[TermSet], topics: Iterable[TopicRule]
) -> Taxonomy:
    taxonomy = Taxonomy(declared, "", scoring, tuple(sets), tuple(topics))
    digest = hashlib.sha256(repr(taxonomy).encode()).hexdigest()[:8]
    return replace(taxonomy, version=f"{declared}+{digest}")


class _Reader(TaxonomyFile):
    """Makes a taxonomy of the nodes of a file."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._sets: dict[str, TermSet] = {}

    def read(self, text: str, base: Taxonomy | None) -> Taxonomy:
        root = self.compose(text)
        top = self.mapping(root, {"version", "scoring", "sets", "topics"}, {"version", "topics"})
        shared = self._term_sets(top.get("sets"))
        self._sets = {s.name: s for s in base.sets} if base else {}
        self._sets |= shared
        topics = [self._rule(node, key) for key, node in self.mapping(top["topics"]).items()]
        scoring = self._scoring(top.get("scoring")) if base is None else base.scoring
        return _sealed(self.string(top["version"]), scoring, shared.values(), topics)

    def _rule(self, node: Node, topic: str) -> TopicRule:
        self.topic = topic
        keys = {"label", "definition", "maps", "broader", "sets", "signals"}
        keys |= {"require", "negatives", "negative_cap", "ignore", "threshold"}
        given = self.mapping(node, keys, {"label", "definition", "signals", "threshold"})
        shared, self._sets = self._sets, self._sets | self._term_sets(given.get("sets"))
        if isinstance(negatives := given.get("negatives"), Node) and "negative_cap" not in given:
            self.fail(line_of(negatives), "`negatives` need a `negative_cap`: the most points they take away")
        rule = TopicRule(
            id=topic,
            labels=self.strings(given["label"]),
            definition=self.strings(given["definition"]),
            signals=self.items(given["signals"], lambda n: self._clause(n, weighted=True)),
            threshold=self.number(given["threshold"], over=0),
            maps=self.strings(given["maps"]) if "maps" in given else (),
            broader=self.string(given["broader"]) if "broader" in given else None,
            require=self.items(given.get("require"), lambda n: self._clause(n, weighted=False)),
            negatives=self.items(negatives, lambda n: self._clause(n, weighted=True)),
            negative_cap=self.number(given["negative_cap"], over=0) if "negative_cap" in given else 0.0,
            ignore=self._group(given["ignore"]) if "ignore" in given else (),
        )
        if not rule.signals:
            self.fail(line_of(given["signals"]), "`signals` is empty; name at least one set of terms")
        self._sets, self.topic = shared, ""
        return rule

    def _clause(self, node: Node, *, weighted: bool) -> Clause:
        extra = {"weight"} if weighted else set[str]()
        given = self.mapping(node, {"any", "near", "within"} | extra, extra)
        if ("any" in given) == ("near" in given):
            self.fail(line_of(node), "give either `any:` (a set) or `near:` (sets that occur close together)")
        weight = self.number(given["weight"], over=0) if weighted else 0.0
        if "any" in given:
            if "within" in given:
                self.fail(line_of(node), "`within` belongs to `near`")
            return Clause((self._group(given["any"]),), weight=weight)
        groups = self.items(given["near"], self._group)
        if len(groups) < 2 or "within" not in given:
            self.fail(line_of(node), "`near` needs two sets or more, and `within: N` words")
        return Clause(groups, int(self.number(given["within"], over=0)), weight)

    def _group(self, node: Node) -> tuple[TermSet, ...]:
        """Reads one name of a set, or a list of them."""
        if isinstance(node, SequenceNode):
            return self.items(node, self._named)
        return (self._named(node),)

    def _named(self, node: Node) -> TermSet:
        name = self.string(node)
        if name not in self._sets:
            known = ", ".join(sorted(self._sets)) or "none"
            self.fail(line_of(node), f"no set of terms is called `{name}`; there are: {known}")
        return self._sets[name]

    def _term_sets(self, node: Node | None) -> dict[str, TermSet]:
        if node is None:
            return {}
        sets = {}
        for name, by_language in self.mapping(node).items():
            terms = tuple((lang, self._terms(n)) for lang, n in self.mapping(by_language).items())
            if not any(words for _, words in terms):
                self.fail(line_of(by_language), f"the set `{name}` has no terms")
            sets[name] = TermSet(name, terms)
        return sets

    def _terms(self, node: Node) -> tuple[str, ...]:
        """Reads terms: a YAML list, or one text with commas between them."""
        if isinstance(node, SequenceNode):
            terms = self.items(node, self.string)
        else:
            terms = tuple(" ".join(t.split()) for t in self.string(node).split(",") if t.strip())
        for term in terms:
            bare = term.strip("*")
            if not (bare and bare[0].isalnum() and bare[-1].isalnum()):
                self.fail(
                    line_of(node), f"the term `{term}` must begin and end with a letter, a digit or `*`"
                )
        return tuple(dict.fromkeys(terms))

    def _scoring(self, node: Node | None) -> Scoring:
        if node is None:
            return Scoring()
        given = self.mapping(node, {"title", "lead", "lead_chars", "repeat"})
        numbers = {key: self.number(n) for key, n in given.items()}
        if numbers.get("repeat", 0) >= 1:
            self.fail(line_of(given["repeat"]), "`repeat` must be below 1, so that repeats count less")
        default = Scoring()
        return Scoring(
            title=numbers.get("title", default.title),
            lead=numbers.get("lead", default.lead),
            lead_chars=int(numbers.get("lead_chars", default.lead_chars)),
            repeat=numbers.get("repeat", default.repeat),
        )
