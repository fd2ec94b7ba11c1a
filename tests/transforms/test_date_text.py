from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.date_text import read_date, readings

DAY = datetime(2024, 5, 17, tzinfo=UTC)
HALF_TEN = DAY.replace(hour=10, minute=30)


@pytest.mark.parametrize(
    "text",
    [
        # feeds
        *("Fri, 17 May 2024 10:30:00 GMT", "Fri, 17 May 24 10:30:00 GMT", "Fri, 17 May 2024 10:30:00 Z"),
        *("Fr, 17 Mai 2024 12:30:00 +0200", "ven., 17 mai 2024 12:30:00 +0200", "17-May-2024 10:30"),
        *("Fri, 17 May 2024 19:30:00 GMT+9", "Fri, 17 May 2024 19:30:00 UTC+09:00", "17 May 2024 05:30 -05"),
        *("Pzt, 17 May 2024 13:30:00 +0300", "Fri, 17 May 2024 12:30:00 MESZ", "Friday, 17 May 2024, 10:30"),
        *("17 May 2024 10:30:00 +0000 UTC", "Fri May 17 2024 12:30:00 GMT+0200 (Summer Time)"),
        *("Fri May 17 12:30:00 CEST 2024", "2024-05-17T12:30:00GMT+2", "Fri, 17 May 2024 12:30 (CEST)"),
        # pages
        *("17. Mai 2024, 10:30 Uhr", "17.05.2024 | 10:30", "Fr 17.05.24 | 10:30 Uhr | Von Ann Ash"),
        *("Stand: 17.05.2024 10.30 Uhr", "Publié le 17 mai 2024 à 10h30", "17/05/2024 à 10:30"),
        *("17 de mayo de 2024 10:30", "Sexta-feira, 17 de maio de 2024 às 10h30", "17 мая 2024, 10:30"),
        *("il 17 maggio 2024 alle ore 10.30", "17. maj 2024 kl. 10.30", "17.5.2024 klo 10.30"),
        *("2024年5月17日 10時30分", "2024.05.17. 오전 10:30", "2024. 5. 17. 10:30", "17 Μαΐου 2024, 10:30"),
        *("Last updated: 17 May 2024 11.30am BST", "10:30, 17 May 2024", "May 17th, 2024 at 6:30 a.m. ET"),
        *(
            "Published 17 May 2024 10:30, updated 18 May 2024 11:00",
            "१७ मई २०२४ 10:30",
            "05/17/2024 10:30 AM",
        ),
        *("17. mája 2024 o 10:30", "17 май 2024, 10:30", "17. maja 2024. 10:30", "17 de maig de 2024, 10:30"),
        *("Thứ sáu, 17/5/2024, 17:30 (GMT+7)", "2024-05-17 at 10:30", "2024/05/17 10:30"),
    ],
)
def test_moments(text: str) -> None:
    assert read_date(text) == HALF_TEN


@pytest.mark.parametrize(
    "text",
    [
        *(
            "17. Mai 2024",
            "vendredi 17 mai 2024",
            "Mai 17, 2024",
            "17/05/24",
            "17.5.2024",
            "05-17-2024",
            "2024-5-17",
        ),
        *("17 May 2024 | Ann Ash", "١٧ مايو ٢٠٢٤", "Harbour, 17 May 2024"),
    ],
)
def test_a_day_is_its_midnight(text: str) -> None:
    assert read_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fri, 17 May 2024 9:5:3 GMT", DAY.replace(hour=9, minute=5, second=3)),
        ("May 17, 2024 8:30 PM", DAY.replace(hour=20, minute=30)),
        ("2024.05.17. 오후 1:30", DAY.replace(hour=13, minute=30)),
        ("Fri, 17 May 2024 10:30:60 GMT", HALF_TEN.replace(second=59)),
        ("mar., 12 mars 2024 10:30", datetime(2024, 3, 12, 10, 30, tzinfo=UTC)),  # Tuesday, not March
        ("Mar, 12 Mar 2024 10:30", datetime(2024, 3, 12, 10, 30, tzinfo=UTC)),
        ("05.06.2024", datetime(2024, 6, 5, tzinfo=UTC)),  # the day first
        ("4/3/2024 9:05", datetime(2024, 3, 4, 9, 5, tzinfo=UTC)),
        ("4/3/2024 9:05:00 PM", datetime(2024, 4, 3, 21, 5, tzinfo=UTC)),  # as Americans write
        ("January 17, 2024 at 5:30 a.m. ET", datetime(2024, 1, 17, 10, 30, tzinfo=UTC)),  # in winter
    ],
)
def test_odd_ones(text: str, expected: datetime) -> None:
    assert read_date(text) == expected


def test_two_readings_of_slashes_alone() -> None:
    march, april = (datetime(2024, *day, tzinfo=UTC) for day in ((3, 4), (4, 3)))
    assert list(readings("4/3/2024")) == [march, april]
    assert list(readings("4.3.2024")) == list(readings("2024/3/4")) == [march]
    assert list(readings("17/5/2024")) == [DAY]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2024",
            "2024-05",
            "May 2024",
            "17 May",
            "17 Mai",
            "10:30",
            "today",
            "1 hour ago",
            "May 5-17, 2024",
        ),
        *("31 April 2024", "Sun, 31 Apr 2024 10:00:00 GMT", "2024-02-30", "Room 17, 2024 seats"),
    ],
)
def test_what_names_no_full_day(text: str) -> None:
    assert read_date(text) is None


DATE_LIKE = st.text(st.sampled_from("0123456789:./-+TZ ,()|年月日時分åéMayäruhGTC"), max_size=40)


@given(st.one_of(st.text(max_size=100), DATE_LIKE))
def test_no_text_raises(text: str) -> None:
    moment = read_date(text)
    assert moment is None or moment.tzinfo is UTC
