"""Local worker processes: what a run says that lost one of them; Beam would wait for it without end."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

#: What Beam's thread that waits for a process raises, in vain, where it ended otherwise than with 0.
_DEATH = re.compile(r"Worker subprocess exited with return code (-?\d+)")
#: What a worker imports before it asks for work.
_START = "import pipelines.worker; from apache_beam.runners.worker import sdk_worker_main"


@contextmanager
def watch_workers(give_up: Callable[[str], NoReturn]) -> Iterator[None]:
    """Calls `give_up` with one line on the reason, in another thread, when a local worker process dies."""
    before, told = threading.excepthook, threading.Lock()

    def hook(failure: threading.ExceptHookArgs) -> None:
        death = _DEATH.fullmatch(str(failure.exc_value))
        if death and told.acquire(blocking=False):  # of several that die alike, one is told of
            give_up(f"a local process died: {why(int(death[1]))}")
        if not death:
            before(failure)

    threading.excepthook = hook
    try:
        yield
    finally:
        threading.excepthook = before


def why(return_code: int) -> str:
    """Returns why a worker process ended, on one line; one that could not start is tried once more for it.

    Args:
        return_code: As of `subprocess`: a signal's is negative.
    """
    if return_code < 0:
        return f"killed by signal {-return_code}; where memory is short, take fewer --workers"
    again = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, errors="replace")
    said = again.stderr.strip().splitlines() if again.returncode else []
    return (
        f"{said[-1]}; --workers 1 needs none"
        if said
        else f"exit status {return_code}; --verbose shows what it said"
    )
