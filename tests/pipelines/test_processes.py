"""Local worker processes that die, by way of a module that Python imports when any of them starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.processes import why

ROOT = Path(__file__).parents[2]
#: Runs in the processes of workers and in those that import what workers import.
FAULT = """
import os, sys
words = " ".join(sys.orig_argv[:3])
if "pipelines.worker" in words:
    {}
"""
NO_BEAM = "sys.modules['apache_beam'] = None"
KILLED = "os.kill(os.getpid(), 9)"


@pytest.fixture
def environment(tmp_path):
    return {**os.environ, "PYTHONPATH": f"{tmp_path / 'faults'}{os.pathsep}{ROOT}"}


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (NO_BEAM, "'apache_beam' is not a package; --workers 1 needs none"),
        (KILLED, "killed by signal 9; where memory is short, take fewer --workers"),
    ],
)
def test_a_run_whose_process_dies_ends_with_one_line(tmp_path, environment, fault, says):
    (tmp_path / "faults").mkdir()
    (tmp_path / "faults" / "sitecustomize.py").write_text(FAULT.format(fault))
    call = ["ingest", "examples/dumps", "--output", str(tmp_path / "data"), "--workers", "2"]
    command = [sys.executable, "-m", "pipelines.cli", *call]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == os.EX_SOFTWARE
    (line,) = done.stderr.splitlines()
    assert line.startswith("newsbeam: a local process died: ")
    assert line.endswith(says)
    assert not any(path.is_file() for path in (tmp_path / "data").rglob("*"))


def test_a_process_that_starts_when_it_is_tried_again_leaves_its_exit_status():
    assert why(3) == "exit status 3; --verbose shows what it said"
