"""Options: the command line, read once into one frozen record."""

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.beam_options import (
    check_beam,
    check_dataflow,
    make_beam_parser,
    part_arguments,
    unknown_option,
)
from pipelines.taxonomies import load_taxonomy
from pipelines.usage import Parser, UsageError
from pipelines.values import day, duration, positive, share
from pipelines.web_options import add_web_options, policy_of
from schemas.run import Run, default_run_id, default_stream_id, pipeline_version
from schemas.taxonomy import Taxonomy
from schemas.taxonomy_file import TaxonomyError
from transforms.language import Detector
from transforms.page import Extractor
from transforms.web import FetchPolicy

#: How often a stream asks its feeds, in seconds, where nothing else is said.
POLL_INTERVAL = 300.0
#: Seconds of a stream that are written together, where nothing else is said.
WINDOW = 300.0


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What `newsbeam ingest` was asked to do.

    Attributes:
        inputs: The INPUTs as given.
        output: Root of the dataset, without a slash at its end.
        run: Id, date and versions of the run; of a stream: its name, the day on which it was started.
        taxonomy: The topics to look for.
        topic_model: Where a classifier lies that finds the topics in the taxonomy's place; None: nowhere.
        policy: How to behave on the web.
        extractor: What finds the article of a page.
        detector: What detects the language of a text.
        site_templates: Whether blocks that stand on several pages of a site are dropped.
        fetch_articles: Whether the links of feeds that were fetched are fetched too.
        use_state: Whether what earlier runs hold is skipped, and remembered for later ones.
        poll_interval: Seconds after which a stream asks its feeds again; None: the run is no stream.
        window: Seconds of a stream that are written together, on a runner that streams.
        limit: Number of inputs to read at most; None for all.
        dry_run: Show the plan alone.
        workers: Local processes; None to choose by the size of the input.
        max_reject_share: Share of rejects, 0 to 1, above which the exit status is 1.
        json: Print the run's JSON in place of the summary.
        verbose: Show what the engine logs.
        beam: Beam's own options, as given.
        given: The options of this program as given, for the run's JSON.
    """

    inputs: tuple[str, ...]
    output: str
    run: Run
    taxonomy: Taxonomy
    topic_model: str | None
    policy: FetchPolicy
    extractor: Extractor
    detector: Detector
    site_templates: bool
    fetch_articles: bool
    use_state: bool
    poll_interval: float | None
    window: float
    limit: int | None
    dry_run: bool
    workers: int | None
    max_reject_share: float
    json: bool
    verbose: bool
    beam: tuple[str, ...]
    given: tuple[tuple[str, str], ...]


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser of this program's own options."""
    parser = Parser(
        prog="newsbeam ingest",
        description="Reads every INPUT, writes one dataset; with --streaming polls feeds until stopped. "
        "Beam's own options pass through.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="a file, folder, glob or gs:// path of feeds, WARC, …, or the URL of a feed or sitemap",
    )
    add(
        "--output",
        required=True,
        metavar="URI",
        help="root of the dataset: a local folder or gs://bucket/prefix",
    )
    add(
        "--run-id",
        metavar="ID",
        help="names the run; the same run again replaces its own files (default: from date and inputs)",
    )
    add("--run-date", type=day, metavar="YYYY-MM-DD", help="the schedule's date (default: today, UTC)")
    add(
        "--topics",
        metavar="FILE",
        help="a taxonomy, a file or a folder of files, in place of the one that ships; +FILE adds to it",
    )
    add(
        "--topic-model",
        metavar="URI",
        help="a classifier (ONNX) that finds the topics in place of a taxonomy",
    )
    add(
        "--extractor",
        choices=[str(extractor) for extractor in Extractor],
        default=str(Extractor.FAST),
        help="what finds the article of a page (default: %(default)s)",
    )
    add(
        "--language-detector",
        choices=[str(detector) for detector in Detector],
        default=str(Detector.COMBINED),
        help="what detects the language of a text (default: %(default)s)",
    )
    add("--no-site-templates", action="store_true", help="keep blocks that stand on several pages of a site")
    add(
        "--since-state",
        action="store_false",
        dest="no_state",
        default=False,
        help="skip what earlier runs into the same dataset hold (default)",
    )
    add("--no-state", action="store_true", help="take everything, held or not, and remember nothing of feeds")
    add("--no-fetch", action="store_true", help="take a feed's own content, do not fetch its links")
    add_web_options(parser)
    add(
        "--poll-interval",
        type=duration,
        metavar="5m",
        help="with --streaming, which polls the feeds until it is stopped: how often (default: 5m)",
    )
    add(
        "--window",
        type=duration,
        metavar="5m",
        help="with --streaming on a runner that streams: what is written together (default: 5m)",
    )
    add("--limit", type=positive, metavar="N", help="read the first N documents alone")
    add("--dry-run", action="store_true", help="print what would be read, write nothing")
    add(
        "--workers",
        type=positive,
        metavar="N",
        help="local processes (default: all cores for a large input, one for a small)",
    )
    add(
        "--max-reject-share",
        type=share,
        default=1.0,
        metavar="SHARE",
        help="above it the exit status is 1 (default: 1.0)",
    )
    add("--json", action="store_true", help="print the run's JSON in place of the summary")
    add("--verbose", action="store_true", help="show what the engine logs")
    return parser


def parse(arguments: Sequence[str]) -> IngestOptions:
    """Reads and checks what stands behind `newsbeam ingest`.

    Raises:
        UsageError: The call is wrong.
        SystemExit: `--help` was asked for.
    """
    ours, beam = part_arguments(arguments)
    parser = make_parser()
    parsed, unknown = parser.parse_known_intermixed_args(ours)
    if unknown:
        raise UsageError(unknown_option(unknown[0], parser))
    inputs = tuple(dict.fromkeys(map(_plain_path, parsed.inputs)))
    check_beam(beam, parsed.workers)
    check_dataflow(beam, inputs, {"--output": parsed.output, "--topic-model": parsed.topic_model})
    model = _model_version(parsed) if parsed.topic_model is not None else None
    taxonomy = taxonomy_of(parsed.topics)
    run_date = parsed.run_date or datetime.now(UTC).date()
    poll_interval = _poll_interval(parsed, beam)
    run_id = parsed.run_id
    if run_id is None:
        streams = poll_interval is not None
        run_id = default_stream_id(inputs) if streams else default_run_id(run_date, inputs, parsed.limit)
    try:
        run = Run(run_id, run_date, pipeline_version(), model or taxonomy.version)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return IngestOptions(
        inputs=inputs,
        output=dataset_root(parsed.output),
        run=run,
        taxonomy=taxonomy,
        topic_model=parsed.topic_model,
        policy=policy_of(parsed),
        extractor=Extractor(parsed.extractor),
        detector=Detector(parsed.language_detector),
        site_templates=not parsed.no_site_templates,
        fetch_articles=not parsed.no_fetch,
        use_state=not parsed.no_state,
        poll_interval=poll_interval,
        window=WINDOW if parsed.window is None else parsed.window,
        limit=parsed.limit,
        dry_run=parsed.dry_run,
        workers=parsed.workers,
        max_reject_share=parsed.max_reject_share,
        json=parsed.json,
        verbose=parsed.verbose,
        beam=tuple(beam),
        given=tuple(sorted(_given(parsed).items())),
    )


def _poll_interval(parsed: argparse.Namespace, beam: Sequence[str]) -> float | None:
    """Returns how often a stream asks its feeds; None where none was asked for."""
    given = {"--poll-interval": parsed.poll_interval, "--window": parsed.window}
    if not make_beam_parser().parse_args(list(beam)).streaming:
        for option, seconds in given.items():
            if seconds is not None:
                raise UsageError(f"{option} is for a stream: add --streaming, or leave it out")
        return None
    for option, why in (
        ("--poll-interval", "feeds are somebody's servers"),
        ("--window", "each is written to files of its own"),
    ):
        if given[option] is not None and given[option] < 1:
            raise UsageError(f"{option}: take 1s or more; {why}")
    return POLL_INTERVAL if given["--poll-interval"] is None else parsed.poll_interval


def _plain_path(given: str) -> str:
    """Returns a local path without detours, so that the run id does not depend on how it was written."""
    if not given.strip():
        raise UsageError("an INPUT is empty: is a variable of the call not set?")
    if not given.isprintable():  # Python's stand-ins for bytes that are no UTF-8 are not
        raise UsageError(f"INPUT {given!a}: its name is no plain text; name the folder that it lies in")
    return given if "://" in given else os.path.normpath(given)


def dataset_root(given: str) -> str:
    """Returns the root of the dataset, without a slash at its end."""
    if not given.strip():
        raise UsageError("--output is empty: is a variable of the call not set?")
    if "://" in given and not re.match(r"gs://[^/]+", given):
        raise UsageError(f"--output {given}: take a local folder or gs://bucket/prefix")
    if set(given) & set("*?["):
        raise UsageError(f"--output {given}: the characters * ? [ are not possible in its name")
    return given.rstrip("/") if "://" in given else os.path.normpath(given)


def _given(parsed: argparse.Namespace) -> dict[str, str]:
    silent = {"inputs", "json", "verbose"}
    return {
        name: str(value)
        for name, value in vars(parsed).items()
        if name not in silent and value not in (None, False)
    }


def taxonomy_of(name: str | None) -> Taxonomy:
    """Returns what `--topics` names.

    Raises:
        UsageError: It cannot be read, or is wrong.
    """
    try:
        return load_taxonomy(name)
    except TaxonomyError as error:
        raise UsageError(f"--topics: {error}") from None


def _model_version(parsed: argparse.Namespace) -> str:
    if parsed.topics is not None:
        raise UsageError("--topic-model stands in place of a taxonomy: leave --topics out")
    from transforms.topics.model import TopicModelError, load_topic_model  # Beam's part for models is slow

    try:
        return load_topic_model(parsed.topic_model).version
    except TopicModelError as error:
        raise UsageError(f"--topic-model: {error}") from None
