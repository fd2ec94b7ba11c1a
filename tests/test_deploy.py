"""What deploy/ schedules is a call that the program understands."""

import configparser
import shlex
from pathlib import Path

from pipelines.options import parse

SYSTEMD = Path(__file__).parent.parent / "deploy" / "systemd"


def unit(name):
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str
    parser.read_string((SYSTEMD / name).read_text())
    return parser


def test_the_service_calls_newsbeam_with_options_that_exist():
    service = unit("newsbeam.service")["Service"]
    program, command, *arguments = shlex.split(service["ExecStart"])
    assert (Path(program).name, command) == ("newsbeam", "ingest")
    options = parse(arguments)
    assert options.inputs == ("/etc/newsbeam/feeds.opml",)
    assert options.output.startswith(service["ReadWritePaths"])


def test_the_timer_starts_the_service_of_its_name():
    timer = unit("newsbeam.timer")
    assert timer["Timer"]["OnCalendar"].endswith("UTC")
    assert timer["Install"]["WantedBy"] == "timers.target"
