import argparse
from datetime import date

import pytest

from pipelines.values import byte_size, day, duration, positive, share


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (duration, "500ms", 0.5),
        (duration, "5m", 300.0),
        (duration, "2", 2.0),
        (byte_size, "10M", 10 * 1024**2),
        (byte_size, "512 KB", 512 * 1024),
        (byte_size, "7", 7),
        (positive, "3", 3),
        (share, "0.25", 0.25),
        (day, "2026-11-20", date(2026, 11, 20)),
    ],
)
def test_values_are_read(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (duration, "soon"),
        (duration, "-1s"),
        (byte_size, "0"),
        (byte_size, "1.5M"),
        (positive, "0"),
        (positive, "²"),
        (share, "1.1"),
        (share, "nan"),
        (share, "half"),
        (day, "20.11.2026"),
        (day, "2026-02-30"),
    ],
)
def test_other_values_are_refused_with_a_word_on_how_to_write_them(read, text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"is no \w+"):
        read(text)
