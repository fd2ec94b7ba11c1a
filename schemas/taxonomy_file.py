"""The file of a taxonomy: YAML nodes, each with its line, so that every mistake can be pointed at."""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn, TypeVar

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from schemas.taxonomy import Place

#: The longest file that is read; the longest that ships has 100,000 characters.
MAX_CHARACTERS = 1_000_000
#: The deepest nesting that is read; rules need 8. libyaml's composer recurses, and 100,000 levels crash it.
MAX_DEPTH = 32
#: Characters of a complaint that may quote the file.
_MAX_MESSAGE = 600
_QUOTE = "put terms that begin with * in quotes"
_T = TypeVar("_T")
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a taxonomy.

    Attributes:
        place: Where it is.
        topic: In the rules of which topic; empty outside topics.
        message: What is wrong and how to mend it, in one line.
        is_error: Whether the taxonomy must not be used so; else it is advice.
    """

    place: Place
    topic: str
    message: str
    is_error: bool = True

    def __str__(self) -> str:
        topic = f"topic {self.topic}: " if self.topic else ""
        advice = "" if self.is_error else "advice: "
        return (
            f"{self.place}: {topic}{advice}{textwrap.shorten(self.message, _MAX_MESSAGE, placeholder=' …')}"
        )


class TaxonomyError(ValueError):
    """A taxonomy that cannot be used. The message is one line: file, line, topic, and how to mend it.

    Attributes:
        problems: All mistakes that were found.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = f" (and {len(problems) - 1} more: see `newsbeam topics check`)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")


class _MistakeError(Exception):
    """The node at hand cannot be read; what `TaxonomyFile.attempt` called goes on without it."""


class TaxonomyFile:
    """Reads nodes rather than values, so that each complaint has its line and `no` stays a string.

    Attributes:
        name: Of the file that is being read, for messages.
        topic: The topic that is being read, for messages; empty outside topics.
        problems: What was found wrong so far.
    """

    def __init__(self) -> None:
        self.name = ""
        self.topic = ""
        self.problems: list[Problem] = []

    def compose(self, text: str) -> Node | None:
        """Returns the root node of a YAML text; None, and a problem more, where there is none to work with.

        It is not YAML, empty, too long, too deep, or has aliases, of which a few lines can stand for more
        than any memory holds; or it merges mappings by `<<`, which needs them.
        """
        return self.attempt(lambda: self._compose(text))

    def _compose(self, text: str) -> Node:
        if len(text) > MAX_CHARACTERS:
            self.fail(1, f"the file has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read")
        try:
            self._check(text)
            root = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = mark.line + 1 if mark else 1
            hint = f"; {_QUOTE}" if "alias" in str(error.context) else ""
            if "\t" in "".join(text.split("\n")[line - 1 : line]):
                hint = "; put spaces in place of the tab"
            self.fail(line, f"not YAML: {error.problem}{hint}")
        except yaml.YAMLError as error:
            self.fail(1, f"not YAML: {' '.join(str(error).split())}")
        if root is None:
            self.fail(1, "the file is empty; it needs `version:` and `topics:`")
        return root

    def _check(self, text: str) -> None:
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            line = event.start_mark.line + 1 if event.start_mark else 1
            if depth > MAX_DEPTH:
                self.fail(line, f"brackets or lines are nested more than {MAX_DEPTH} deep")
            if isinstance(event, ScalarEvent) and event.value == "<<" and event.implicit[0]:
                self.fail(line, "`<<` merges mappings in YAML, and that is not read; write the keys out")
            if isinstance(event, AliasEvent):
                self.fail(line, f"`*{event.anchor}` is an alias to YAML, and those are not read; {_QUOTE}")

    def mapping(
        self, node: Node, known: set[str] | None = None, needed: Iterable[str] = ()
    ) -> dict[str, Node]:
        """Returns the nodes of a mapping by key: all that are `needed`, none but `known` ones (None: any)."""
        return {key: value for key, (_, value) in self.entries(node, known, needed).items()}

    def entries(
        self, node: Node, known: set[str] | None = None, needed: Iterable[str] = ()
    ) -> dict[str, tuple[Node, Node]]:
        """Returns the same as `mapping`, each node behind that of its key."""
        if not isinstance(node, MappingNode):
            self.fail(line_of(node), "expected `key: value` lines here")
        found: dict[str, tuple[Node, Node]] = {}
        for key_node, value in node.value:
            key = self.string(key_node)
            if key in found:
                self.note(line_of(key_node), f"`{key}` is there twice; join or rename one")
            elif known is not None and key not in known:
                self.note(line_of(key_node), f"unknown key `{key}`; known here: {', '.join(sorted(known))}")
            else:
                found[key] = key_node, value
        if missing := sorted(set(needed) - found.keys()):
            self.fail(line_of(node), f"`{missing[0]}:` is missing; add it")
        return found

    def items(self, node: Node | None, read: Callable[[Node], _T]) -> tuple[_T, ...]:
        """Returns what `read` makes of each item; nothing for no node."""
        if node is None:
            return ()
        if not isinstance(node, SequenceNode):
            self.fail(line_of(node), "expected a list here: lines that begin with `- `")
        found = (self.attempt(partial(read, item)) for item in node.value)
        return tuple(item for item in found if item is not None)

    def strings(self, node: Node) -> tuple[tuple[str, str], ...]:
        """Returns a mapping of texts as pairs, at least one."""
        found = tuple((key, self.string(value)) for key, value in self.mapping(node).items())
        return found or self.fail(line_of(node), "it is empty; add a `key: text` line")

    def string(self, node: Node) -> str:
        """Returns a text that is not blank, without spaces around it."""
        if not isinstance(node, ScalarNode) or not node.value.strip():
            self.fail(line_of(node), "expected a text here")
        return str(node.value).strip()

    def number(self, node: Node, over: float = -1.0) -> float:
        """Returns a number above `over` and below a million."""
        value = self.string(node)
        try:
            number = float(value)
        except ValueError:
            self.fail(line_of(node), f"expected a number, not `{value}`")
        if not over < number < 1e6:
            self.fail(line_of(node), f"`{value}` is out of range; give a number above {max(over, 0):g}")
        return number

    def whole_number(self, node: Node) -> int:
        """Returns a whole number, 1 or more."""
        number = self.number(node, over=0)
        if number != int(number):
            self.fail(line_of(node), f"expected a whole number, not `{self.string(node)}`")
        return int(number)

    def place(self, node: Node) -> Place:
        """Returns where a node begins."""
        return Place(self.name, line_of(node))

    def attempt(self, read: Callable[[], _T]) -> _T | None:
        """Returns what `read` returns; None where it failed, which is noted."""
        try:
            return read()
        except _MistakeError:
            return None

    def note(self, line: int, problem: str) -> None:
        """Keeps a problem at a line of the current file, to go on and find the next."""
        self.problems.append(Problem(Place(self.name, line), self.topic, problem))

    def fail(self, line: int, problem: str) -> NoReturn:
        """Notes a problem and gives up the node at hand, up to the nearest `attempt`."""
        self.note(line, problem)
        raise _MistakeError from None


def line_of(node: Node) -> int:
    """Returns the line that a node begins on, from 1."""
    return int(node.start_mark.line) + 1
