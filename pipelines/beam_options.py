"""Beam's own options: told from this program's, and checked before anything runs."""

import argparse
import difflib
from collections.abc import Mapping, Sequence

from apache_beam.options.pipeline_options import PipelineOptions, _BeamArgumentParser
from apache_beam.runners.runner import create_runner

from pipelines.dataflow import complaint, is_dataflow
from pipelines.usage import Parser, UsageError, one_line

#: Named, because Beam's default is a switch that may try to download another runner.
LOCAL_RUNNER = "FnApiRunner"


class _BeamParser(Parser, _BeamArgumentParser):
    pass


def make_beam_parser() -> argparse.ArgumentParser:
    """Returns a parser of Beam's own options."""
    parser = _BeamParser(prog="newsbeam ingest", add_help=False, allow_abbrev=False)
    for options in PipelineOptions.__subclasses__():
        if options.__module__.startswith("apache_beam.") and "_add_argparse_args" in vars(options):
            options._add_argparse_args(parser)
    return parser


def part_arguments(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns this program's arguments and Beam's.

    Raises:
        UsageError: A value that Beam cannot read.
    """
    tokens = [_Token(argument) for argument in arguments]
    _, ours = make_beam_parser().parse_known_args(list(tokens))
    left = {id(token) for token in ours}  # the parser gives back what it does not know as it was
    return list(map(str, ours)), [str(token) for token in tokens if id(token) not in left]


class _Token(str):
    """A word of the command line, told from others with the same letters."""

    __slots__ = ()


def unknown_option(given: str, parser: argparse.ArgumentParser) -> str:
    """Returns the complaint about an option that there is not."""
    actions = (*parser._actions, *make_beam_parser()._actions)
    names = [name for action in actions for name in action.option_strings]
    close = difflib.get_close_matches(given.split("=")[0], names, n=1, cutoff=0.75)
    hint = f"did you mean {close[0]}?" if close else f"see `{parser.prog} --help`"
    return f"unknown option {given}: {hint}"


def check_beam(arguments: Sequence[str], workers: int | None) -> None:
    """Makes sure that Beam's options can be had.

    Raises:
        UsageError: They cannot.
    """
    beam = make_beam_parser().parse_args(list(arguments))
    if beam.direct_running_mode == "multi_threading":
        raise UsageError("--direct_running_mode=multi_threading loses rows: leave it out and say --workers N")
    try:
        create_runner(beam.runner or LOCAL_RUNNER)
    except Exception as error:
        raise UsageError(f"--runner {beam.runner}: {one_line(error)}") from None
    if workers and beam.runner not in (None, LOCAL_RUNNER):
        raise UsageError(f"--workers is for local processes: leave it out beside --runner {beam.runner}")


def check_dataflow(arguments: Sequence[str], inputs: Sequence[str], places: Mapping[str, str | None]) -> None:
    """Makes sure that a job for Dataflow can be submitted; see `pipelines.dataflow.complaint`.

    Raises:
        UsageError: It cannot.
    """
    beam = make_beam_parser().parse_args(list(arguments))
    if is_dataflow(beam.runner) and (found := complaint(beam, inputs, places)):
        raise UsageError(found)
