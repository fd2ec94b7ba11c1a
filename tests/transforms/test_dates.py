from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.dates import EARLIEST, in_url, is_believable, parse_moment

MAY_17 = datetime(2024, 5, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-17T10:30:00+02:00", MAY_17.replace(hour=8, minute=30)),
        ("2024-05-17T08:30:00.123Z", MAY_17.replace(hour=8, minute=30, microsecond=123000)),
        ("2024-05-17T10:30:00+02:00[Europe/Berlin]", MAY_17.replace(hour=8, minute=30)),
        ("2024-05-17 10:30:05", MAY_17.replace(hour=10, minute=30, second=5)),
        ("2024-05-17", MAY_17),
        ("20240517", MAY_17),
        ("Fri, 17 May 2024 10:30:00 +0200", MAY_17.replace(hour=8, minute=30)),
        ("1715934600", MAY_17.replace(hour=8, minute=30)),
        ("1715934600000", MAY_17.replace(hour=8, minute=30)),
        ("May 17, 2024 10:30 AM CEST", MAY_17.replace(hour=8, minute=30)),
        ("May 17, 2024 8:30 PM", MAY_17.replace(hour=20, minute=30)),
        ("17. Mai 2024", MAY_17),
        ("vendredi 17 mai 2024", MAY_17),
        ("17/05/2024 08:30", MAY_17.replace(hour=8, minute=30)),
        ("05.06.2024", datetime(2024, 6, 5, tzinfo=UTC)),
    ],
)
def test_parse_moment(text: str, expected: datetime) -> None:
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    "text", ["", "2024", "2024-05", "May 2024", "17 May", "10:30", "today", "0001-01-01", "x" * 500]
)
def test_what_names_no_full_day_is_no_moment(text: str) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/2024/05/17/bridge", MAY_17),
        ("https://example.org/news/2024-05-17-bridge.html", MAY_17),
        ("https://example.org/news/bridge-20240517", MAY_17),
        ("https://example.org/news/bridge-20240517103000-nt.html", MAY_17),
        ("https://example.org/2024/may/17/bridge", MAY_17),
        ("https://example.org/2024/bridge/17/x", None),
        ("https://example.org/2024/05/bridge", None),
        ("https://example.org/article120240517345", None),
        ("https://2024-05-17.example.org/x?day=2024-05-17", None),
        ("https://example.org/2024/02/31/x", None),
    ],
)
def test_in_url(url: str, expected: datetime | None) -> None:
    assert in_url(url) == expected


def test_a_moment_after_the_fetch_is_not_believed() -> None:
    assert is_believable(MAY_17 + timedelta(hours=14), MAY_17)
    assert not is_believable(MAY_17 + timedelta(days=2), MAY_17)
    assert not is_believable(None, MAY_17)


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    moment = parse_moment(text)
    assert moment is None or moment >= EARLIEST
    found = in_url(f"https://example.org/{text}")
    assert found is None or found.tzinfo is UTC
