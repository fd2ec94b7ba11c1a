"""Phrases: what news sites say around their articles, found in a line by one automaton."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from ahocorasick_rs import AhoCorasick

from schemas.block import DropReason
from transforms.dump.lines import Shape, key_of

#: How many words a `*` stands for.
WILDCARD_WORDS = 6
#: Lines of more words say something themselves, whatever phrase they hold.
MAX_START_WORDS = 35
MAX_INSIDE_WORDS = 70
MAX_INSIDE_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class Said:
    """What the phrases say of a line.

    Attributes:
        reason: DropReason by its words alone.
        suspect: DropReason if it stands at the article's edge or beside other boilerplate.
        opens: Heading of a block of teasers or of a note; the article may go on after it.
        inline: Such a heading stands inside articles as often as after them.
        ends: Heading after which nothing of the article follows.
    """

    reason: DropReason | None = None
    suspect: DropReason | None = None
    opens: bool = False
    inline: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class _Phrase:
    reason: DropReason
    kind: str
    needle: str  # the part before `*`
    rest: str | None  # the part after it; None where there is no `*`
    words: int


class Phrases:
    """The phrases of a file, ready to be looked up.

    Attributes:
        phrases: The phrases, in the order of the file.
    """

    def __init__(self, table: dict[str, dict[str, dict[str, list[str]]]]) -> None:
        """Builds the automaton from reason → kind → language → phrases."""
        self.phrases = [
            _parse(DropReason(reason), kind, phrase)
            for reason, kinds in table.items()
            for kind, languages in kinds.items()
            for phrases in languages.values()
            for phrase in phrases
        ]
        self._automaton = AhoCorasick([phrase.needle for phrase in self.phrases])

    def say(self, line: Shape) -> Said:
        """Returns what the phrases say of `line`."""
        found: dict[str, DropReason] = {}
        if line.key.strip():
            for index, start, end in self._automaton.find_matches_as_indexes(line.key, overlapping=True):
                phrase = self.phrases[index]
                if phrase.kind not in found and _stands(phrase, line, start, end):
                    found[phrase.kind] = phrase.reason
        reason = next(
            (
                found[kind]
                for kind in ("whole", "opens", "ends", "start", "finish", "inside")
                if kind in found
            ),
            None,
        )
        return Said(
            reason,
            found.get("near"),
            "opens" in found,
            "opens" in found and "start" in found,
            "ends" in found,
        )


def _parse(reason: DropReason, kind: str, phrase: str) -> _Phrase:
    head, star, tail = phrase.partition("*")
    needle, rest = key_of(head), key_of(tail) if star else None
    words = len(needle.split())
    # Chinese and Japanese do not part words by spaces.
    return _Phrase(reason, kind, needle.strip() if _cjk(needle) else needle, rest, words)


def _cjk(text: str) -> bool:
    return any("\u3040" <= letter <= "\u9fff" for letter in text)


def _stands(phrase: _Phrase, line: Shape, start: int, end: int) -> bool:
    """Whether the phrase, found at `start:end` of the key, stands there as its kind demands."""
    begins, finishes = start <= 1, end >= len(line.key) - 1
    match phrase.kind:
        case "whole" | "opens" | "ends":
            if not begins:
                return False
            if phrase.rest is None:
                return finishes
            extra = len(line.key[end:].split()) - len(phrase.rest.split())
            return (
                not line.prose
                and extra <= WILDCARD_WORDS
                and line.key[end - 1 :].endswith(phrase.rest.rstrip() + " ")
            )
        case "start":
            return (
                begins
                and line.words <= MAX_START_WORDS
                and (not line.closed or phrase.words > 2 or _colon_after(line, phrase))
            )
        case "finish":
            return finishes and not line.closed and line.words <= MAX_START_WORDS
        case "near":
            return line.words <= 2 * MAX_INSIDE_WORDS and line.sentences <= 2 * MAX_INSIDE_SENTENCES
        case _:
            return line.words <= MAX_INSIDE_WORDS and line.sentences <= MAX_INSIDE_SENTENCES


def _colon_after(line: Shape, phrase: _Phrase) -> bool:
    head, colon, _ = line.text.replace("：", ":").partition(":")
    return bool(colon) and len(key_of(head).split()) <= phrase.words


@cache
def shipped() -> Phrases:
    """Returns the phrases that ship, read once a process."""
    return Phrases(
        yaml.safe_load(files("transforms.dump").joinpath("phrases.yaml").read_text(encoding="utf-8"))
    )
