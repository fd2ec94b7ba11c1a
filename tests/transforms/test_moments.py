from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from transforms.moments import to_utc

NOON = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-01T12:30:00Z",
        "2026-03-01T13:30+01:00",
        "20260301T123000Z",
        "2026-03-01T12:30:00.000000000Z",
        "2026-03-01T12:30",
        1772368200,
        1772368200.0,
        Decimal("1772368200.0"),
        1772368200 * 10**3,
        1772368200 * 10**6,
        1772368200 * 10**9,
        "1772368200",
        "1772368200000",
        20260301123000,
        datetime(2026, 3, 1, 12, 30),
        datetime(2026, 3, 1, 6, 30, tzinfo=timezone(timedelta(hours=-6))),
    ],
)
def test_every_usual_value_is_the_same_moment(value: object) -> None:
    assert to_utc(value) == NOON


@pytest.mark.parametrize("value", ["2026-03-01", "20260301", 20260301, 20260301.0, date(2026, 3, 1)])
def test_a_day_is_its_midnight(value: object) -> None:
    assert to_utc(value) == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "soon", "2026-02-30", "0001-01-01T00:00:00+10:00", None, True, [], {}),
        *(20261341, 10**400, 1e300, float("inf"), float("nan"), Decimal("sNaN")),
    ],
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert to_utc(value) is None
