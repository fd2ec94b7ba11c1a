"""Taxonomy: the topics that articles are tagged with, as rules that an analyst writes in YAML.

`topics.yaml`, beside this module, ships, and explains the language in its head. Here it is parsed into
frozen values; `transforms.topics` applies them.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import NoReturn, TypeVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

#: The language of terms that are searched in texts of every language: names, loan words.
ANY_LANGUAGE = "any"

_T = TypeVar("_T")
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TaxonomyError(ValueError):
    """A taxonomy file that cannot be used. The message is one line: file, line, topic, and how to mend it."""


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
            a find is a place where all of them occur, in any order, close together.
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


class _Reader:
    """Reads YAML nodes rather than values, so that each complaint has its line and `no` stays a string."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._topic = ""
        self._sets: dict[str, TermSet] = {}

    def read(self, text: str, base: Taxonomy | None) -> Taxonomy:
        try:
            root = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            hint = "; put terms that begin with * in quotes" if "alias" in str(error.problem) else ""
            self._fail(mark.line + 1 if mark else 1, f"not YAML: {error.problem}{hint}")
        except yaml.YAMLError as error:
            self._fail(1, f"not YAML: {' '.join(str(error).split())}")
        if root is None:
            self._fail(1, "the file is empty; it needs `version:` and `topics:`")
        top = self._mapping(root, {"version", "scoring", "sets", "topics"}, {"version", "topics"})
        shared = self._term_sets(top.get("sets"))
        self._sets = {s.name: s for s in base.sets} if base else {}
        self._sets |= shared
        topics = [self._rule(node, key) for key, node in self._mapping(top["topics"]).items()]
        scoring = self._scoring(top.get("scoring")) if base is None else base.scoring
        return _sealed(self._string(top["version"]), scoring, shared.values(), topics)

    def _rule(self, node: Node, topic: str) -> TopicRule:
        self._topic = topic
        keys = {"label", "definition", "maps", "broader", "sets", "signals"}
        keys |= {"require", "negatives", "negative_cap", "ignore", "threshold"}
        given = self._mapping(node, keys, {"label", "definition", "signals", "threshold"})
        shared, self._sets = self._sets, self._sets | self._term_sets(given.get("sets"))
        if isinstance(negatives := given.get("negatives"), Node) and "negative_cap" not in given:
            self._fail(_line(negatives), "`negatives` need a `negative_cap`: the most points they take away")
        rule = TopicRule(
            id=topic,
            labels=self._strings(given["label"]),
            definition=self._strings(given["definition"]),
            signals=self._list(given["signals"], lambda n: self._clause(n, weighted=True)),
            threshold=self._number(given["threshold"], over=0),
            maps=self._strings(given["maps"]) if "maps" in given else (),
            broader=self._string(given["broader"]) if "broader" in given else None,
            require=self._list(given.get("require"), lambda n: self._clause(n, weighted=False)),
            negatives=self._list(negatives, lambda n: self._clause(n, weighted=True)),
            negative_cap=self._number(given["negative_cap"], over=0) if "negative_cap" in given else 0.0,
            ignore=self._group(given["ignore"]) if "ignore" in given else (),
        )
        if not rule.signals:
            self._fail(_line(given["signals"]), "`signals` is empty; name at least one set of terms")
        self._sets, self._topic = shared, ""
        return rule

    def _clause(self, node: Node, *, weighted: bool) -> Clause:
        extra = {"weight"} if weighted else set[str]()
        given = self._mapping(node, {"any", "near", "within"} | extra, extra)
        if ("any" in given) == ("near" in given):
            self._fail(_line(node), "give either `any:` (a set) or `near:` (sets that occur close together)")
        weight = self._number(given["weight"], over=0) if weighted else 0.0
        if "any" in given:
            if "within" in given:
                self._fail(_line(node), "`within` belongs to `near`")
            return Clause((self._group(given["any"]),), weight=weight)
        groups = self._list(given["near"], self._group)
        if len(groups) < 2 or "within" not in given:
            self._fail(_line(node), "`near` needs two sets or more, and `within: N` words")
        return Clause(groups, int(self._number(given["within"], over=0)), weight)

    def _group(self, node: Node) -> tuple[TermSet, ...]:
        """Reads one name of a set, or a list of them."""
        if isinstance(node, SequenceNode):
            return self._list(node, self._named)
        return (self._named(node),)

    def _named(self, node: Node) -> TermSet:
        name = self._string(node)
        if name not in self._sets:
            known = ", ".join(sorted(self._sets)) or "none"
            self._fail(_line(node), f"no set of terms is called `{name}`; there are: {known}")
        return self._sets[name]

    def _term_sets(self, node: Node | None) -> dict[str, TermSet]:
        if node is None:
            return {}
        sets = {}
        for name, by_language in self._mapping(node).items():
            terms = tuple((lang, self._terms(n)) for lang, n in self._mapping(by_language).items())
            if not any(words for _, words in terms):
                self._fail(_line(by_language), f"the set `{name}` has no terms")
            sets[name] = TermSet(name, terms)
        return sets

    def _terms(self, node: Node) -> tuple[str, ...]:
        """Reads terms: a YAML list, or one text with commas between them."""
        if isinstance(node, SequenceNode):
            terms = self._list(node, self._string)
        else:
            terms = tuple(" ".join(t.split()) for t in self._string(node).split(",") if t.strip())
        for term in terms:
            bare = term.strip("*")
            if not (bare and bare[0].isalnum() and bare[-1].isalnum()):
                self._fail(_line(node), f"the term `{term}` must begin and end with a letter, a digit or `*`")
        return tuple(dict.fromkeys(terms))

    def _scoring(self, node: Node | None) -> Scoring:
        if node is None:
            return Scoring()
        given = self._mapping(node, {"title", "lead", "lead_chars", "repeat"})
        numbers = {key: self._number(n) for key, n in given.items()}
        if numbers.get("repeat", 0) >= 1:
            self._fail(_line(given["repeat"]), "`repeat` must be below 1, so that repeats count less")
        default = Scoring()
        return Scoring(
            title=numbers.get("title", default.title),
            lead=numbers.get("lead", default.lead),
            lead_chars=int(numbers.get("lead_chars", default.lead_chars)),
            repeat=numbers.get("repeat", default.repeat),
        )

    def _mapping(
        self, node: Node, known: set[str] | None = None, needed: Iterable[str] = ()
    ) -> dict[str, Node]:
        if not isinstance(node, MappingNode):
            self._fail(_line(node), "expected `key: value` lines here")
        found: dict[str, Node] = {}
        for key_node, value in node.value:
            key = self._string(key_node)
            if key in found:
                self._fail(_line(key_node), f"`{key}` is there twice; join or rename one")
            if known is not None and key not in known:
                self._fail(_line(key_node), f"unknown key `{key}`; known here: {', '.join(sorted(known))}")
            found[key] = value
        if missing := sorted(set(needed) - found.keys()):
            self._fail(_line(node), f"`{missing[0]}:` is missing; add it")
        return found

    def _list(self, node: Node | None, read: Callable[[Node], _T]) -> tuple[_T, ...]:
        if node is None:
            return ()
        if not isinstance(node, SequenceNode):
            self._fail(_line(node), "expected a list here: lines that begin with `- `")
        return tuple(read(item) for item in node.value)

    def _strings(self, node: Node) -> tuple[tuple[str, str], ...]:
        return tuple((key, self._string(value)) for key, value in self._mapping(node).items())

    def _string(self, node: Node) -> str:
        if not isinstance(node, ScalarNode) or not node.value.strip():
            self._fail(_line(node), "expected a text here")
        return str(node.value).strip()

    def _number(self, node: Node, over: float = -1.0) -> float:
        value = self._string(node)
        try:
            number = float(value)
        except ValueError:
            self._fail(_line(node), f"expected a number, not `{value}`")
        if not over < number < 1e6:
            self._fail(_line(node), f"`{value}` is out of range; give a number above {max(over, 0):g}")
        return number

    def _fail(self, line: int, problem: str) -> NoReturn:
        topic = f"topic {self._topic}: " if self._topic else ""
        raise TaxonomyError(f"{self._name}:{line}: {topic}{problem}") from None


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
