import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.authors import clean_authors

HOUSE = frozenset(("harbourpost", "hp", "harbourpostexample"))


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Von Änne Öhm und Max-Otto Graf", ("Änne Öhm", "Max-Otto Graf")),
        ("Par Zoé Lac, Luc Mer et Ana Bel", ("Zoé Lac", "Luc Mer", "Ana Bel")),
        ("By Ann Ash, Bo Birch and Cy Cole", ("Ann Ash", "Bo Birch", "Cy Cole")),
        ("Ann Ash, Bo Birch, and Cy Cole", ("Ann Ash", "Bo Birch", "Cy Cole")),
        ("Ann Ash and Bo Birch, Health Reporters", ("Ann Ash", "Bo Birch")),
        ("ANN ASH Associated Press", ("Ann Ash",)),
        ("By Ann Ash of The Associated Press", ("Ann Ash",)),
        ("Por Ana Bel y Luis Mar", ("Ana Bel", "Luis Mar")),
        ("Ann Ash / Bo Birch", ("Ann Ash", "Bo Birch")),
        ("Ann Ash & Bo Birch", ("Ann Ash", "Bo Birch")),
        ("Analysis by Ann Ash", ("Ann Ash",)),
        ("Eine Analyse von Ann Ash", ("Ann Ash",)),
        ("Text: Ann Ash", ("Ann Ash",)),
        ("Текст: Анна Белова", ("Анна Белова",)),
        ("Von Ann Bo, Berlin", ("Ann Bo",)),
        ("Ann Bo in New York", ("Ann Bo",)),
        ("Ann Bo, Harbour Post", ("Ann Bo",)),
        ("Ann Bo, HP Sport", ("Ann Bo",)),
        ("Ash, Ann", ("Ann Ash",)),
        ("Ann Ash, Chief Reporter", ("Ann Ash",)),
        ("Ann Ash Staff Writer", ("Ann Ash",)),
        ("Reporterin Ann Ash", ("Ann Ash",)),
        ("Ann Ash, RDN", ("Ann Ash",)),
        ("Ann Ash May 17, 2024", ("Ann Ash",)),
        ("Ann Ash\nMay 17, 2024\nShare", ("Ann Ash",)),
        ("Ann Ash (ann@post.example)", ("Ann Ash",)),
        ("ann@post.example (Ann Ash)", ("Ann Ash",)),
        ("ann@post.example Ann Ash", ("Ann Ash",)),
        ("Ann Ash <ann@post.example>", ("Ann Ash",)),
        ("Ann Ash @annash https://post.example/ann", ("Ann Ash",)),
        ("Bo Birch/dpa", ("Bo Birch",)),
        ("AFP, MANILA", ()),
        ("Ann Ash. Harbour Post", ("Ann Ash",)),
        ("&Aacute;nn Ash", ("Ánn Ash",)),
    ],
)
def test_persons_in_a_byline(byline: str, names: tuple[str, ...]) -> None:
    assert clean_authors([byline], HOUSE) == names


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Otto von Bismarck",
            "Ursula von der Leyen",
            "Luis de la Cruz",
            "Sara el-Amin",
            "Ida d’Arco",
            "Vincent van Gogh",
            "José Órfão",
        ),
        *(
            "J. R. Ash",
            "Martin Luther King Jr.",
            "Mary-Jane O'Hara",
            "Dr. Ann Ash",
            "viktor hed",
            "John E Smith",
        ),
        *("山田太郎", "新間", "배윤경", "Андрей Колесников", "محمد علي", "Μαρία Παππά", "E. Ash"),
    ],
)
def test_names_stay_as_they_are(name: str) -> None:
    assert clean_authors([name], HOUSE) == (name,)


@pytest.mark.parametrize(
    "byline",
    [
        *(
            "dpa",
            "AFP",
            "Associated Press",
            "AP Auto",
            "Redaktion",
            "Online-Redaktion",
            "Staff Writer",
            "x",
            "",
        ),
        *("news@post.example", "@harbourpost", "https://post.example", "Harbour Post", "harbourpost.example"),
        *("HP Sport", "admin", "jdadmin", "The Editors", "Updated November", "Sport", "12345", "Newsroom"),
        *("Twitter Facebook", "A man who saw it all", "東京新聞"),
    ],
)
def test_what_is_no_person(byline: str) -> None:
    assert clean_authors([byline, "Ann Bo"], HOUSE) == ("Ann Bo",)


def test_each_name_once_and_a_single_word_only_where_no_name_has_two() -> None:
    assert clean_authors(["Ann Ash", "ann ash", "ANN ASH"]) == ("Ann Ash",)
    assert clean_authors(["Regan", "Dana"]) == ("Regan", "Dana")
    assert clean_authors(["Regan", "Ann Ash"]) == ("Ann Ash",)
    assert clean_authors(["regan"]) == ()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("JÖRG ASH", "Jörg Ash"),
        ("ANN MCASH", "Ann McAsh"),
        ("MARY-JANE O'HARA", "Mary-Jane O'Hara"),
        ("LUIS DE LA CRUZ", "Luis de la Cruz"),
        ("JOHN E ASH", "John E Ash"),
        ("J.R. ASH III", "J.R. Ash III"),
        ("ANN MACDONALD", "ANN MACDONALD"),
        ("AYŞE IŞIK", "AYŞE IŞIK"),
        ("Bill MCASH", "Bill MCASH"),
    ],
)
def test_capitals_become_title_case_where_that_is_safe(written: str, name: str) -> None:
    assert clean_authors([written]) == (name,)


@given(st.lists(st.text(max_size=120), max_size=3))
def test_no_text_raises_and_names_are_clean(bylines: list[str]) -> None:
    for name in clean_authors(bylines, HOUSE):
        assert name == name.strip()
        assert "@" not in name
        assert not any(c.isdigit() for c in name)


def test_of_masses_of_bylines_the_first_are_read() -> None:
    assert clean_authors([*["x1"] * 90, "Ann Ash", *["x1"] * 90, "Bo Birch"]) == ("Ann Ash",)
