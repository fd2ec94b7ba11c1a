"""The command `newsbeam`."""

import atexit
import gc
import json
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from schemas.run import pipeline_version

if TYPE_CHECKING:
    from pipelines.options import IngestOptions
    from pipelines.plan import Plan
    from pipelines.retag import RetagOptions

#: The JSON of a run.
Manifest = Mapping[str, Any]

EXIT_DONE = 0
EXIT_REJECTS = 1
EXIT_USAGE = 2
EXIT_FAILED = 70  # EX_SOFTWARE of sysexits.h


USAGE = """usage: newsbeam COMMAND …

  newsbeam ingest INPUT... --output URI   read feeds and dumps, write one dataset
  newsbeam ingest --help                  all options
  newsbeam retag DATASET [--topics FILE]  give the articles of a dataset other topics
  newsbeam inspect FILE|URL               what each step does to one document
  newsbeam topics check [FILE|FOLDER]     find mistakes in a taxonomy, run its examples
  newsbeam topics list [FILE|FOLDER]      name its topics
  newsbeam feeds check LIST               what each feed of a list answers
  newsbeam --version
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status.

    0: done. 1: done, but more inputs were rejected than allowed, or an INPUT could not be read at all.
    2: the call is wrong; one line on stderr says what and how to mend it. 70: the run failed.
    """
    command, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        return _run(command, rest)
    except BrokenPipeError:  # whoever read stdout has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE


def _run(command: str, rest: Sequence[str]) -> int:
    match command:
        case "-h" | "--help":
            print(USAGE, end="")
            return EXIT_DONE
        case "--version":
            print(f"newsbeam {pipeline_version()}")
            return EXIT_DONE
    if command not in COMMANDS:
        print(
            f"newsbeam: no command {command!r}: write `newsbeam ingest INPUT... --output URI`",
            file=sys.stderr,
        )
        return EXIT_USAGE
    if "--verbose" not in rest:
        _silence_engine()
    from pipelines.usage import UsageError  # here and below only now: the engine logs at import

    try:
        return COMMANDS[command](rest)
    except UsageError as error:
        print(f"newsbeam: {error}", file=sys.stderr)
        return EXIT_USAGE
    except _RunFailedError:
        print("newsbeam: the run failed; the same command again makes up for it", file=sys.stderr)
        return EXIT_FAILED


def ingest(arguments: Sequence[str]) -> int:
    """Runs `newsbeam ingest` and returns its exit status; see `main`.

    Raises:
        UsageError: The call is wrong.
        _RunFailedError: The run failed.
    """
    from pipelines import terminal
    from pipelines.options import parse
    from pipelines.plan import make_plan
    from pipelines.run import check_output, refused_inputs, run_ingest
    from pipelines.streaming import check_stream, is_loop
    from pipelines.web_options import check_contact

    options = parse(arguments)
    plan = make_plan(options.inputs, options.output)
    if options.poll_interval is not None:
        check_stream(options, plan)
    if options.dry_run:
        terminal.print_plan(plan, options)
        return EXIT_REJECTS if plan.refused else EXIT_DONE
    if not plan.sources:
        terminal.print_refused(plan.refused)
        return EXIT_REJECTS
    check_contact(options.policy.user_agent, plan.feed_urls())
    check_output(options)
    if options.poll_interval is not None:
        return _stream(options) if is_loop(options) else _watch(options, plan)
    manifest = _carry_out(options, lambda: run_ingest(options, plan), terminal.print_summary)
    if manifest is None:
        return EXIT_DONE
    refused = refused_inputs(manifest, options)
    terminal.print_refused(refused)
    too_many = manifest["rejects"] > options.max_reject_share * manifest["read"]
    return EXIT_REJECTS if refused or too_many else EXIT_DONE


def _stream(options: "IngestOptions") -> int:
    from pipelines import terminal
    from pipelines.streaming import FailedTick, run_stream

    for number, tick in enumerate(run_stream(options)):
        if number == 0:
            gc.collect()  # what is left stays; to look at it in each collection makes ticks up to 30 % longer
            gc.freeze()
        if isinstance(tick, FailedTick):
            if options.verbose:
                traceback.print_exception(tick.error)
            terminal.print_failed_tick(tick)
        elif options.json:
            print(json.dumps(tick, ensure_ascii=False), flush=True)
        else:
            terminal.print_tick(tick)
    print("newsbeam: stopped; the same command again goes on from here", file=sys.stderr)
    return EXIT_DONE


def _watch(options: "IngestOptions", plan: "Plan") -> int:
    from pipelines.usage import UsageError
    from pipelines.watch import run_watch

    try:
        stopped = run_watch(options, plan)
    except UsageError:
        raise
    except Exception:
        traceback.print_exc()
        raise _RunFailedError from None
    if stopped:
        print("newsbeam: stopped; the same command again goes on from what is written", file=sys.stderr)
    else:
        print("newsbeam: handed over; the stream goes on until its job is drained", file=sys.stderr)
    return EXIT_DONE


def retag(arguments: Sequence[str]) -> int:
    """Runs `newsbeam retag` and returns its exit status; see `main`.

    Raises:
        UsageError: The call is wrong.
        _RunFailedError: The run failed.
    """
    from pipelines import terminal
    from pipelines.retag import find_files, parse_retag, run_retag
    from pipelines.run import check_output

    options = parse_retag(arguments)
    files = find_files(options)
    check_output(options)
    _carry_out(options, lambda: run_retag(options, files), terminal.print_retag)
    return EXIT_DONE


class _RunFailedError(Exception):
    """A run failed; why has been printed."""


def _carry_out(
    options: "IngestOptions | RetagOptions",
    run: Callable[[], Manifest | None],
    summarise: Callable[[Manifest, str], None],
) -> Manifest | None:
    """Makes a run, shows how far it is and what it did, and returns its JSON.

    Raises:
        UsageError: It cannot be made as asked for.
        _RunFailedError: It failed.
    """
    from pipelines import terminal
    from pipelines.run import stop_on_signals
    from pipelines.usage import UsageError

    try:
        with stop_on_signals(options), terminal.watch_progress():
            manifest = run()
    except UsageError:
        raise
    except Exception:
        traceback.print_exc()
        raise _RunFailedError from None
    if manifest is None:
        print("newsbeam: handed over; the run's JSON will lie under _runs/ when it is done", file=sys.stderr)
    elif options.json:
        print(json.dumps(manifest, indent=2, ensure_ascii=False))
    else:
        summarise(manifest, options.output)
    return manifest


def inspect(arguments: Sequence[str]) -> int:
    """Runs `newsbeam inspect` and returns its exit status: 1 where the document was rejected.

    Raises:
        UsageError: The call is wrong.
    """
    from pipelines import inspect as command
    from pipelines.inspect_view import print_inspection
    from schemas import Rejection

    inspection = command.inspect(arguments)
    print_inspection(inspection)
    return EXIT_REJECTS if isinstance(inspection.outcome, Rejection) else EXIT_DONE


def topics(arguments: Sequence[str]) -> int:
    """Runs `newsbeam topics` and returns its exit status: 1 where the taxonomy has mistakes.

    Raises:
        UsageError: The call is wrong.
    """
    from pipelines import topics as command

    return command.topics(arguments)


def feeds(arguments: Sequence[str]) -> int:
    """Runs `newsbeam feeds check` and returns its exit status: 1 if any feed gives no entries.

    Raises:
        UsageError: The call is wrong.
    """
    from pipelines import terminal
    from pipelines.feeds_check import check_feeds, parse

    reports = check_feeds(*parse(arguments))
    terminal.print_feeds(reports)
    return EXIT_DONE if all(report.trouble is None for report in reports) else EXIT_REJECTS


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "ingest": ingest,
    "retag": retag,
    "inspect": inspect,
    "topics": topics,
    "feeds": feeds,
}


def _silence_engine() -> None:
    logging.basicConfig(level=logging.CRITICAL)
    warnings.simplefilter("ignore")


def entry() -> NoReturn:
    """Runs the command as a program.

    Ends at once: threads of the engine's C++ libraries that are still about when Python takes itself apart
    can abort the process (seen: exit status 134 after a run that had gone well). What was registered to run
    at the end runs before: Beam stops the servers of its runners there.
    """
    status = main()
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    with suppress(Exception):
        atexit._run_exitfuncs()
    os._exit(status)


if __name__ == "__main__":
    entry()
