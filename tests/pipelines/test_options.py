import pytest

from pipelines.beam_options import make_beam_parser, part_arguments
from pipelines.options import make_parser, parse
from pipelines.run import about_run
from pipelines.usage import UsageError
from pipelines.web_options import check_contact
from transforms.language import Detector

TAXONOMY = """
broken: [
"""


def options_of(parser):
    return {name for action in parser._actions for name in action.option_strings}


def test_no_option_of_ours_is_one_of_beams():
    assert not options_of(make_parser()) & options_of(make_beam_parser())


def test_beams_options_pass_through_wherever_they_stand():
    ours, beam = part_arguments(["--project", "p", "in", "--output", "out", "--runner=DataflowRunner", "in2"])
    assert ours == ["in", "--output", "out", "in2"]
    assert beam == ["--project", "p", "--runner=DataflowRunner"]


def test_words_are_told_apart_that_are_written_alike():
    ours, beam = part_arguments(["eu", "--output", "news", "--region", "eu", "--project", "news"])
    assert ours == ["eu", "--output", "news"]
    assert beam == ["--region", "eu", "--project", "news"]


def test_a_call_becomes_one_frozen_record():
    options = parse(
        ["b", "--output", "out/", "a", "b", "--run-id", "r1", "--run-date", "2026-11-20", "--no-fetch",
         "--host-delay", "2s", "--max-page-bytes", "1M", "--runner=FnApiRunner"]
    )  # fmt: skip
    assert options.inputs == ("b", "a")
    assert options.output == "out"
    assert (options.run.run_id, options.run.run_date.isoformat()) == ("r1", "2026-11-20")
    assert not options.fetch_articles
    assert (options.policy.host_delay, options.policy.max_page_bytes) == (2.0, 1024**2)
    assert options.beam == ("--runner=FnApiRunner",)
    with pytest.raises(AttributeError):
        options.output = "x"


def test_the_language_detector_is_chosen_and_recorded():
    call = ["a", "--output", "o", "--run-date", "2026-11-20"]
    assert parse(call).detector is Detector.COMBINED
    chosen = parse([*call, "--language-detector", "langdetect"])
    assert chosen.detector is Detector.LANGDETECT
    assert about_run(chosen)["options"]["language_detector"] == "langdetect"


def test_the_run_id_is_the_same_for_the_same_call():
    call = ["a", "--output", "o", "--run-date", "2026-11-20"]
    assert parse(call).run == parse(call).run
    assert parse(call).run.run_id.startswith("20261120-")
    assert parse(["./a", *call[1:]]).run == parse(call).run
    assert parse([*call, "--limit", "5"]).run != parse(call).run


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (["--output", "o"], "INPUT"),
        (["a"], "--output"),
        (["a", "--output", "o", "--run-dat", "2026-11-20"], "did you mean --run-date"),
        (["a", "--output", "o", "--run-date", "yesterday"], "write YYYY-MM-DD"),
        (["a", "--output", "o", "--run-id", "a/b"], "run id 'a/b'"),
        (["a", "--output", "o", "--topics", "nowhere.yaml"], "cannot read nowhere.yaml"),
        (["a", "--output", "o", "--direct_running_mode=multi_threading"], "loses rows"),
        (["a", "--output", "o", "--workers", "2", "--runner", "DataflowRunner"], "leave it out"),
        (["a", "--output", "o", "--max-reject-share", "2"], "from 0 to 1"),
        (["a", "--output", ""], "is a variable of the call not set?"),
        (["a\udcff.txt", "--output", "o"], "name the folder"),
        (["", "--output", "o"], "is a variable of the call not set?"),
        (["a", "--output", "gs://"], "gs://bucket/prefix"),
        (["a", "--output", "http://x.example/y"], "gs://bucket/prefix"),
        (["a", "--output", "out[1]"], "not possible in its name"),
        (["a", "--output", "o", "--fetch-timeout", "0"], "above 0"),
        (["a", "--output", "o", "--user-agent", "a\nb"], "printable"),
        (["a", "--output", "o", "--runner", "Foo"], "--runner Foo"),
        (["a", "--output", "o", "--language-detector", "cld2"], "'combined', 'langdetect'"),
        (["a", "--output", "o", "--poll-interval", "5m"], "add --streaming"),
        (["a", "--output", "o", "--streaming", "--poll-interval", "10ms"], "1s or more"),
        (["a", "--output", "o", "--window", "5m"], "add --streaming"),
        (["a", "--output", "o", "--streaming", "--window", "10ms"], "1s or more"),
        (["a", "--output", "o", "--direct_num_workers=x"], "invalid int value"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(call, says):
    with pytest.raises(UsageError) as caught:
        parse(call)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_broken_taxonomy_is_told_with_its_file(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TAXONOMY)
    with pytest.raises(UsageError, match=r"mine\.yaml"):
        parse(["a", "--output", "o", "--topics", str(file)])


@pytest.mark.parametrize(
    ("given", "use_state"),
    [([], True), (["--since-state"], True), (["--no-state"], False), (["--no-state", "--since-state"], True)],
)
def test_state_is_used_unless_told_otherwise(given, use_state):
    assert parse(["in", "--output", "out", *given]).use_state is use_state


def test_the_open_web_wants_a_contact():
    with pytest.raises(UsageError, match=r"^https://press\.example/rss is on the open web: .*--user-agent"):
        check_contact("newsbeam/1", ["http://127.0.0.1/rss", "https://press.example/rss"])
    check_contact("newsbeam/1", ["http://127.0.0.1/rss", "http://a.localhost:8000/rss"])
    for user_agent in ("newsbeam/1 (+https://you.example/bot)", "newsbeam/1 desk@you.example"):
        check_contact(user_agent, ["https://press.example/rss"])
