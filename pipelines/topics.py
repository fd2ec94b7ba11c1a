"""The command `newsbeam topics`: checks and lists taxonomies."""

import argparse
from collections.abc import Iterator, Sequence

from pipelines.taxonomies import UnreadableError, load_taxonomy
from pipelines.usage import Parser, UsageError
from schemas.taxonomy import Taxonomy, TopicRule
from schemas.taxonomy_file import Problem, TaxonomyError
from schemas.taxonomy_reader import shipped_taxonomy
from transforms.topics.checks import check_taxonomy

_HELP = "a YAML file or a folder of them; +FILE: on top of the taxonomy that ships (default: that one alone)"


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser of what stands behind `newsbeam topics`."""
    parser = Parser(prog="newsbeam topics", description="Checks and lists taxonomies.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="find mistakes, run the examples", allow_abbrev=False)
    check.add_argument("--forms", action="store_true", help="name forms of words that terms do not find")
    for command in (check, commands.add_parser("list", help="name the topics", allow_abbrev=False)):
        command.add_argument("file", nargs="?", metavar="FILE|FOLDER", help=_HELP)
    return parser


def topics(arguments: Sequence[str]) -> int:
    """Runs `newsbeam topics` and returns its exit status: 0, or 1 where the taxonomy has mistakes.

    Raises:
        UsageError: The call is wrong.
    """
    parsed = make_parser().parse_args(list(arguments))
    try:
        taxonomy = load_taxonomy(parsed.file)
    except UnreadableError as error:
        raise UsageError(str(error)) from None
    except TaxonomyError as error:
        _print_problems(error.problems)
        return 1
    if parsed.command == "list":
        for line in list_lines(taxonomy):
            print(line)
        return 0
    problems = _own(check_taxonomy(taxonomy), parsed.file)
    if parsed.forms:
        problems += _own(_forms(taxonomy), parsed.file)
    _print_problems(problems)
    errors = sum(problem.is_error for problem in problems)
    examples = sum(len(topic.examples) for topic in taxonomy.topics)
    print(
        f"version {taxonomy.version}: {len(taxonomy.topics)} topics, {examples} examples, "
        f"{errors} mistakes, {len(problems) - errors} pieces of advice"
    )
    return 1 if errors else 0


def list_lines(taxonomy: Taxonomy) -> Iterator[str]:
    """Yields the topics below their themes, one `id<TAB>label<TAB>definition` a line."""
    children: dict[str | None, list[TopicRule]] = {}
    named = {theme.id for theme in taxonomy.themes} | {topic.id for topic in taxonomy.topics}
    for topic in taxonomy.topics:
        children.setdefault(topic.broader if topic.broader in named else None, []).append(topic)

    def below(above: str | None, depth: int) -> Iterator[str]:
        for topic in sorted(children.get(above, ()), key=lambda topic: topic.id):
            yield f"{'  ' * depth}{topic.id}\t{_text(topic.labels)}\t{_text(topic.definition)}"
            yield from below(topic.id, depth + 1)

    for theme in sorted(taxonomy.themes, key=lambda theme: theme.id):
        if theme.id in children:
            yield f"{theme.id}\t{_text(theme.labels)}\t"
            yield from below(theme.id, 1)
    yield from below(None, 0)


def _text(by_language: tuple[tuple[str, str], ...]) -> str:
    texts = dict(by_language)
    return texts.get("en") or next(iter(texts.values()), "")


def _own(problems: list[Problem], name: str | None) -> list[Problem]:
    """Returns the problems of the files that were named, not of those they add to."""
    if name is None or not name.startswith("+"):
        return problems
    shipped = shipped_taxonomy()
    places = [topic.place for topic in shipped.topics] + [terms.place for terms in shipped.sets]
    files = {place.file for place in places}
    return [problem for problem in problems if problem.place.file not in files]


def _forms(taxonomy: Taxonomy) -> list[Problem]:
    try:
        from transforms.topics.forms import missing_forms
    except ImportError:
        raise UsageError("--forms needs simplemma: pip install '.[forms]'") from None
    return list(missing_forms(taxonomy))


def _print_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        print(problem)
