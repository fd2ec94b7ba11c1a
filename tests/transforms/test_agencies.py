import pytest

from transforms.agencies import agency_among, agency_named, find_agency, without_credits


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("Die Brücke wird gesperrt.\nDas sagte der Bürgermeister. (afp/er)", "afp"),
        ("Die Brücke wird gesperrt.\nak/Reuters", "reuters"),
        ("Die Brücke wird gesperrt. Quelle: dpa", "dpa"),
        ("HARBOUR TOWN (AP) — The bridge is closed.\nMore to come.", "ap"),
        ("Reuters reported on Tuesday that the bridge is closed for good.\nNobody was hurt.", None),
        ("The map of the town is old.\nNobody was hurt.", None),
    ],
)
def test_find_agency(text: str, agency: str | None) -> None:
    assert find_agency(text) == agency


def test_agency_among_bylines() -> None:
    assert agency_among(["Ann Ash", "AFP, MANILA"]) == "afp"
    assert agency_among(["Ann Ash und dpa"]) == "dpa"
    assert agency_among(["Ann Ash\nThe Associated Press"]) == "ap"
    assert agency_among(["Anne Au (avec AFP)"]) == "afp"
    assert agency_among(["ANN ASH Associated Press"]) == "ap"
    assert agency_among(["Ann Ash of The Associated Press"]) == "ap"
    assert agency_among(["Sid Vale"]) is None


def test_two_letters_are_an_agency_in_capitals_alone() -> None:
    assert (agency_named("AP"), agency_named("ap"), agency_named("Reuters")) == ("ap", None, "reuters")


def test_without_credits() -> None:
    assert without_credits("Die Brücke wird gesperrt.\nak/Reuters") == "Die Brücke wird gesperrt."
    assert without_credits("dpa") == "dpa"
