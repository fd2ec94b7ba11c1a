from datetime import UTC, datetime

import pytest

from transforms.sources.values import id_of, moment_of, name_of, parse_json, text_of

NOVEMBER_10 = datetime(2026, 11, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-10 10:00:00 CET",
        "10.11.2026 09:00",
        "November 10, 2026 9:00 AM",
        "Tue, 10 Nov 2026 10:00:00 +0100",
        "Tue, 10 Nov 2026 04:00 AM EST",
        "2026-11-10 09:00:00 UTC",
        "20261110090000",
        20261110090000,
        1794301200,
    ],
)
def test_rows_and_feeds_may_write_a_moment_in_any_way(value: object) -> None:
    assert moment_of(value) == NOVEMBER_10.replace(hour=9)


def test_a_day_in_prose_or_digits() -> None:
    assert {moment_of(value) for value in ("November 10, 2026", "10.11.2026", 20261110)} == {NOVEMBER_10}


def test_only_moments_of_the_web_are_believed() -> None:
    bounds = [datetime(1990, 1, 1), datetime(2200, 12, 31)]
    assert all(moment_of(bound) for bound in bounds)
    unbelievable = [0, 631151999, datetime(1989, 12, 31), "1989-12-31", "2201-01-01", datetime(2201, 1, 1)]
    assert [moment_of(value) for value in [*unbelievable, "2026-11", "1" * 10**6]] == [None] * 8


def test_integers_of_any_length_are_json() -> None:
    assert parse_json('{"n": -7, "huge": %s}' % ("9" * 6000)) == {"n": -7, "huge": float("inf")}
    with pytest.raises(ValueError, match="nested"):
        parse_json("[" * 200_000)


def test_texts_keep_their_lines_and_names_do_not() -> None:
    assert text_of(" a\0b\x85\nc\ud800 ") == "ab\x85\nc?"
    assert name_of(" a\0b\x85\n\tc\u2028\x9f ") == "abc"
    assert [name_of("\0 \x1f"), name_of(5), text_of(5)] == [None] * 3


def test_an_id_may_be_an_integer() -> None:
    assert [id_of(7), id_of("a\nb"), id_of(True), id_of(7.5)] == ["7", "ab", None, None]
