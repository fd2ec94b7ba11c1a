"""Taxonomy: the topics that articles are tagged with, as rules that an analyst writes in YAML.

Frozen values alone; `schemas.taxonomy_reader` makes them of files, `transforms.topics` applies them.
docs/topics.md explains the language.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

#: The language of terms that are searched in texts of every language: names, loan words.
ANY_LANGUAGE = "any"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the files of a taxonomy.

    Attributes:
        file: Its name, as given.
        line: From 1.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


_NOWHERE = Place("", 0)


@dataclass(frozen=True, slots=True)
class TermSet:
    """Words and phrases for one notion. `*` in a term stands for any letters within a word.

    Attributes:
        name: As the file calls it.
        terms: By language (ISO 639-1, or `any`), the terms as written.
        places: Of each term, in the same order.
    """

    name: str
    terms: tuple[tuple[str, tuple[str, ...]], ...]
    places: tuple[tuple[Place, ...], ...] = field(default=(), compare=False, repr=False)
    place: Place = field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Clause:
    """What is to be found in a text.

    Attributes:
        groups: A group is found where a term of any of its sets is. One group: each find counts. Several:
            all of them have to be found.
        within: Several groups: a find is a place in a paragraph where all occur, in any order, with so many
            words at most from the first to the last. 0: they may stand anywhere, and count once.
        weight: Points for a find.
    """

    groups: tuple[tuple[TermSet, ...], ...]
    within: int = 0
    weight: float = 0.0
    place: Place = field(default=_NOWHERE, compare=False, repr=False)

    def __str__(self) -> str:
        names = ["|".join(terms.name for terms in group) for group in self.groups]
        if len(names) == 1:
            return names[0]
        return f"near({', '.join(names)})" if self.within else f"all_of({', '.join(names)})"


@dataclass(frozen=True, slots=True)
class Example:
    """A short text that shows what a topic is, or what it is not.

    Attributes:
        language: ISO 639-1.
        text: A sentence or some.
        applies: Whether the topic must be found in it, or must not.
    """

    language: str
    text: str
    applies: bool
    place: Place = field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TopicRule:
    """When a topic applies.

    Attributes:
        id: Kebab-case, as in `Topic.id`.
        labels: Names for people, by language.
        definition: What the topic covers, by language.
        maps: Codes in other vocabularies, as (`iptc`, `20000123`).
        broader: The id of a wider topic or of a theme.
        signals: What speaks for the topic.
        require: What must be found at least once, all of it.
        negatives: What speaks against it.
        negative_cap: The most points that all negatives together take away.
        ignore: Phrases whose words count for nothing (`air strike` where `strike` is a term).
        threshold: Points from which the topic applies.
        examples: Texts that it must apply to, and such that it must not.
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
    examples: tuple[Example, ...] = field(default=(), repr=False)
    place: Place = field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Theme:
    """A heading for topics, no topic itself.

    Attributes:
        id: Kebab-case; what `TopicRule.broader` names.
        labels: Names for people, by language.
    """

    id: str
    labels: tuple[tuple[str, str], ...]
    place: Place = field(default=_NOWHERE, compare=False, repr=False)


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
    """Topics, the themes above them, and the term sets that they share.

    Attributes:
        declared: The version as the file states it.
        version: `declared`, `+`, and a hash of all that decides on tags; examples do not.
    """

    declared: str
    version: str
    scoring: Scoring
    themes: tuple[Theme, ...]
    sets: tuple[TermSet, ...]
    topics: tuple[TopicRule, ...]


def sealed(
    declared: str,
    scoring: Scoring,
    themes: Iterable[Theme],
    sets: Iterable[TermSet],
    topics: Iterable[TopicRule],
) -> Taxonomy:
    """Returns the taxonomy with its version."""
    taxonomy = Taxonomy(declared, "", scoring, tuple(themes), tuple(sets), tuple(topics))
    digest = hashlib.sha256(repr(taxonomy).encode()).hexdigest()[:8]
    return replace(taxonomy, version=f"{declared}+{digest}")


def merge(base: Taxonomy, extra: Taxonomy) -> Taxonomy:
    """Returns `base` with the topics, themes and shared sets of `extra` in place of those of the same name.

    `base`'s scoring stays, and so do its topics' own terms.
    """
    themes = {t.id: t for t in base.themes} | {t.id: t for t in extra.themes}
    sets = {s.name: s for s in base.sets} | {s.name: s for s in extra.sets}
    topics = {t.id: t for t in base.topics} | {t.id: t for t in extra.topics}
    declared = f"{base.declared}.{extra.declared}"
    return sealed(declared, base.scoring, themes.values(), sets.values(), topics.values())
