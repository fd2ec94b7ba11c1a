from transforms.calendar_names import months, weekdays


def test_months_in_many_languages() -> None:
    names = {"mai": 5, "mars": 3, "jänner": 1, "sept": 9, "мая": 5, "września": 9, "mayıs": 5, "nov": 11}
    assert {name: months().get(name) for name in names} == names


def test_weekdays_in_many_languages() -> None:
    assert {"freitag", "ven", "lunes", "пятница", "金曜日"} <= weekdays()
