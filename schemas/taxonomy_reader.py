"""parse_taxonomy: the YAML files of a taxonomy to frozen values, each mistake with file, line and topic."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, partial
from importlib import resources
from itertools import repeat
from typing import TypeVar

from yaml.nodes import Node, SequenceNode

from schemas.taxonomy import Clause, Example, Place, Scoring, Taxonomy, TermSet, Theme, TopicRule, sealed
from schemas.taxonomy_file import Problem, TaxonomyError, TaxonomyFile, line_of

__all__ = ["TaxonomyError", "parse_taxonomy", "shipped_taxonomy"]

_FILE_KEYS = {"version", "scoring", "themes", "sets", "topics"}
_RULE_KEYS = {
    "label", "definition", "maps", "broader", "sets", "signals", "require", "negatives", "negative_cap",
    "ignore", "threshold", "examples", "counter_examples",
}  # fmt: skip
_COMBINATIONS = {"any", "near", "all_of"}
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_STOP = re.compile(r"[,;:!?]")
_BLOCK_HEAD = re.compile(r"^[>|][-+0-9]*")
_T = TypeVar("_T", TermSet, Theme, TopicRule)


def parse_taxonomy(files: Mapping[str, str], base: Taxonomy | None = None) -> Taxonomy:
    """Returns the one taxonomy that YAML files describe together.

    Args:
        files: Their texts by name; read in the order of the names, which does not matter but for messages.
        base: A taxonomy whose shared sets the files may name.

    Raises:
        TaxonomyError: A file is not YAML, or not in the language that docs/topics.md explains.
    """
    return _Reader().read(files, base)


@cache
def shipped_taxonomy() -> Taxonomy:
    """Returns the taxonomy that ships with the program."""
    folder = resources.files("schemas").joinpath("topics")
    files = [file for file in folder.iterdir() if file.name.endswith(".yaml")]
    return parse_taxonomy({f"topics/{file.name}": file.read_text("utf-8") for file in files})


class _Reader(TaxonomyFile):
    """Makes a taxonomy of the nodes of its files."""

    def __init__(self) -> None:
        super().__init__()
        self._sets: dict[str, TermSet] = {}
        self._used: set[str] = set()
        self._source: list[str] = []

    def read(self, files: Mapping[str, str], base: Taxonomy | None) -> Taxonomy:
        tops = {}
        for name in sorted(files):
            self.name = name
            root = self.compose(files[name])
            if root is not None and (top := self.attempt(partial(self.mapping, root, _FILE_KEYS))):
                tops[name] = top
        self._refuse_if_wrong()
        version = self._only_one("version", tops)
        scoring_node = self._only_one("scoring", tops)
        scoring = self.attempt(lambda: self._scoring(scoring_node)) or Scoring()
        shared: dict[str, TermSet] = {}
        themes: dict[str, Theme] = {}
        for name, top in tops.items():
            self.name, self._source = name, files[name].split("\n")
            self._add(shared, self.attempt(partial(self._term_sets, top.get("sets"))) or {})
            self._add(themes, self.attempt(partial(self._themes, top.get("themes"))) or {})
        known = {s.name: s for s in base.sets} if base else {}
        topics: dict[str, TopicRule] = {}
        for name, top in tops.items():
            self.name, self._source, self._sets = name, files[name].split("\n"), known | shared
            if node := top.get("topics"):
                self._add(topics, self.attempt(partial(self._rules, node)) or {})
        for both in sorted(topics.keys() & themes.keys()):
            message = f"`{both}` is a theme too, in {themes[both].place}; rename one"
            self.problems.append(Problem(topics[both].place, both, message))
        self._refuse_if_wrong()
        if version is None or not topics:
            self.name = min(files, default="")
            self.note(1, f"`{'topics' if version else 'version'}:` is missing; add it")
            raise TaxonomyError(self.problems)
        return sealed(
            self.string(version),
            base.scoring if base else scoring,
            themes.values(),
            shared.values(),
            topics.values(),
        )

    def _refuse_if_wrong(self) -> None:
        if self.problems:
            raise TaxonomyError(self.problems)

    def _only_one(self, key: str, tops: Mapping[str, Mapping[str, Node]]) -> Node | None:
        found: Node | None = None
        first = ""
        for self.name, top in tops.items():
            if (node := top.get(key)) is None:
                continue
            if found is not None:
                self.note(line_of(node), f"`{key}:` is in {first} too; leave one of them out")
                continue
            read = partial(self.string, node) if key == "version" else partial(self.mapping, node)
            if self.attempt(read) is not None:
                found, first = node, self.name
        self.name = first
        return found

    def _add(self, to: dict[str, _T], more: Mapping[str, _T]) -> None:
        """Adds what one file holds to what the files before it hold, none of it twice."""
        for key, value in more.items():
            if key in to:
                self.note(value.place.line, f"`{key}` is in {to[key].place} too; join or rename one")
            else:
                to[key] = value

    def _rules(self, node: Node) -> dict[str, TopicRule]:
        rules = {}
        for key, (key_node, value) in self.entries(node).items():
            self.topic = key
            self._check_id(key, key_node)
            before = self._sets
            place = self.place(key_node)
            if rule := self.attempt(partial(self._rule, value, key, place)):
                rules[key] = rule
            self._sets, self.topic = before, ""
        return rules

    def _check_id(self, key: str, node: Node) -> None:
        if not _ID.fullmatch(key):
            self.note(line_of(node), f"`{key}` is no id; use small letters a–z, digits and single hyphens")

    def _rule(self, node: Node, topic: str, place: Place) -> TopicRule:
        before = len(self.problems)
        given = self.mapping(node, _RULE_KEYS, {"label", "definition", "signals", "threshold"})
        own = self._term_sets(given.get("sets"))
        self._sets, self._used = self._sets | own, set()
        negatives, cap = given.get("negatives"), given.get("negative_cap")
        if negatives is not None and cap is None:
            self.note(line_of(negatives), "`negatives` need a `negative_cap`: the most points they take away")
        if cap is not None and negatives is None:
            self.note(line_of(cap), "`negative_cap` is there without `negatives`; leave it out")
        weighted = partial(self._clause, weighted=True)
        rule = TopicRule(
            id=topic,
            labels=self.strings(given["label"]),
            definition=self.strings(given["definition"]),
            signals=self.items(given["signals"], weighted),
            threshold=self.number(given["threshold"], over=0),
            maps=self.strings(given["maps"]) if "maps" in given else (),
            broader=self.string(given["broader"]) if "broader" in given else None,
            require=self.items(given.get("require"), partial(self._clause, weighted=False)),
            negatives=self.items(negatives, weighted),
            negative_cap=self.number(cap, over=0) if cap is not None else 0.0,
            ignore=self._group(given["ignore"]) if "ignore" in given else (),
            examples=(
                *self._examples(given.get("examples"), applies=True),
                *self._examples(given.get("counter_examples"), applies=False),
            ),
            place=place,
        )
        if not given["signals"].value:
            self.note(line_of(given["signals"]), "`signals` is empty; name at least one set of terms")
        if len(self.problems) == before:  # else a clause that could not be read may use it
            for terms in own.values():
                if terms.name not in self._used:
                    self.note(terms.place.line, f"no clause uses the set `{terms.name}`; leave it out")
        return rule

    def _clause(self, node: Node, *, weighted: bool) -> Clause:
        extra = {"weight"} if weighted else set[str]()
        given = self.mapping(node, {"within"} | _COMBINATIONS | extra, extra)
        if len(kinds := _COMBINATIONS & given.keys()) != 1:
            self.fail(
                line_of(node),
                "give either `any:` (a set), `near:` (sets that occur close together) or `all_of:` "
                "(sets that all occur)",
            )
        (kind,) = kinds
        weight = self.number(given["weight"], over=0) if weighted else 0.0
        if kind != "near" and "within" in given:
            self.fail(line_of(node), "`within` belongs to `near`")
        if kind == "any":
            return Clause((self._group(given["any"]),), weight=weight, place=self.place(node))
        groups = self.items(given[kind], self._group)
        if len(given[kind].value) < 2 or (kind == "near" and "within" not in given):
            needs = ", and `within: N` words" if kind == "near" else ""
            self.fail(line_of(node), f"`{kind}` needs two sets or more{needs}")
        within = self.whole_number(given["within"]) if kind == "near" else 0
        return Clause(groups, within, weight, self.place(node))

    def _group(self, node: Node) -> tuple[TermSet, ...]:
        """Reads one name of a set, or a list of them."""
        if not isinstance(node, SequenceNode):
            return (self._named(node),)
        if not node.value:
            self.fail(line_of(node), "the list is empty; name at least one set of terms")
        return self.items(node, self._named)

    def _named(self, node: Node) -> TermSet:
        name = self.string(node)
        if name not in self._sets:
            known = ", ".join(sorted(self._sets)) or "none"
            self.fail(line_of(node), f"no set of terms is called `{name}`; there are: {known}")
        self._used.add(name)
        return self._sets[name]

    def _themes(self, node: Node | None) -> dict[str, Theme]:
        if node is None:
            return {}
        themes = {}
        for key, (key_node, value) in self.entries(node).items():
            self._check_id(key, key_node)
            themes[key] = Theme(key, self.strings(value), self.place(key_node))
        return themes

    def _term_sets(self, node: Node | None) -> dict[str, TermSet]:
        if node is None:
            return {}
        sets = {}
        for name, (key_node, by_language) in self.entries(node).items():
            before = len(self.problems)
            languages = self.attempt(partial(self.mapping, by_language)) or {}
            read = {lang: self.attempt(partial(self._terms, n)) or {} for lang, n in languages.items()}
            terms = tuple((lang, tuple(words)) for lang, words in read.items())
            places = tuple(tuple(words.values()) for words in read.values())
            sets[name] = TermSet(name, terms, places, self.place(key_node))
            if not terms and len(self.problems) == before:
                self.note(line_of(by_language), f"the set `{name}` has no terms")
        return sets

    def _terms(self, node: Node) -> dict[str, Place]:
        """Reads terms, each with its line: a YAML list, or one text with commas between them."""
        if isinstance(node, SequenceNode):
            found = [(self.string(item), line_of(item)) for item in node.value]
        else:
            terms = [" ".join(t.split()) for t in self.string(node).split(",") if t.strip()]
            found = list(zip(terms, self._lines_of(node), strict=False))
        if not found:
            self.fail(line_of(node), "there are no terms here; add some or leave the language out")
        places: dict[str, Place] = {}
        for term, line in found:
            if not (bare := term.strip("*")) or not (_is_letter(bare[0]) and _is_letter(bare[-1])):
                self.note(line, f"the term `{term}` must begin and end with a letter, a digit or `*`")
            elif _STOP.search(term):
                self.note(line, f"the term `{term}` reaches over punctuation; make it two terms")
            else:
                places.setdefault(unicodedata.normalize("NFC", term), Place(self.name, line))
        return places

    def _lines_of(self, node: Node) -> Iterator[int]:
        """Yields the line of each term of a text over several lines, and then the first line for ever."""
        line = line_of(node)
        source = "\n".join(self._source[line - 1 : node.end_mark.line + 1])[node.start_mark.column :]
        for piece in _BLOCK_HEAD.sub("", source).split(","):
            if piece.strip():
                yield line + piece[: len(piece) - len(piece.lstrip())].count("\n")
            line += piece.count("\n")
        yield from repeat(line_of(node))

    def _examples(self, node: Node | None, *, applies: bool) -> tuple[Example, ...]:
        if node is None:
            return ()

        def read(language: str, item: Node) -> Example:
            return Example(language, " ".join(self.string(item).split()), applies, self.place(item))

        by_language = self.mapping(node)
        found = [self.items(items, partial(read, language)) for language, items in by_language.items()]
        return tuple(example for examples in found for example in examples)

    def _scoring(self, node: Node | None) -> Scoring:
        if node is None:
            return Scoring()
        given = self.mapping(node, {"title", "lead", "lead_chars", "repeat"})
        chars = given.pop("lead_chars", None)
        numbers = {key: self.number(n) for key, n in given.items()}
        if numbers.get("repeat", 0) >= 1:
            self.fail(line_of(given["repeat"]), "`repeat` must be below 1, so that repeats count less")
        default = Scoring()
        return Scoring(
            title=numbers.get("title", default.title),
            lead=numbers.get("lead", default.lead),
            lead_chars=default.lead_chars if chars is None else self.whole_number(chars),
            repeat=numbers.get("repeat", default.repeat),
        )


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"
