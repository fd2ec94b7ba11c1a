"""Progress: the workers of a local run tell the terminal how far they are.

Beam's local runner gives its counters only when a run is over. So each worker, whatever its process, appends
a byte a document to a file that the terminal's process looks at.
"""

import os
from functools import lru_cache

#: Environment variable with the file's path; unset, nothing is told.
VARIABLE = "NEWSBEAM_PROGRESS"
#: The byte of each counter that is told.
MARKS = {"read": b"r", "documents": b"d", "rejects": b"x"}


def tell(counter: str, number: int = 1) -> None:
    """Reports `number` documents under the part of the counter's name before a slash."""
    path, mark = os.environ.get(VARIABLE), MARKS.get(counter.split("/", 1)[0])
    if path and mark:
        os.write(_open(path), mark * number)


def read_marks(data: bytes) -> dict[str, int]:
    """Returns the documents by counter that stand in a part of the file."""
    return {name: data.count(mark) for name, mark in MARKS.items()}


@lru_cache(maxsize=1)
def _open(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
