import pytest

from transforms.html_limits import (
    MAX_ATTRIBUTES,
    MAX_CHARACTERS,
    MAX_NESTING,
    MAX_OPTIONS,
    cap_attributes,
    cap_tags,
)


def test_attributes_are_capped_and_nothing_else_is_touched() -> None:
    kept = " ".join(f'a{number}="<b x>"' for number in range(MAX_ATTRIBUTES))
    many = f"{kept} b='>' c=1 d"
    assert cap_attributes(f"<p {many}>x</p>") == f"<p {kept}>x</p>"
    assert (
        cap_attributes(f"<ul><li a=b>one</li></ul><p\n{many}/>") == f"<ul><li a=b>one</li></ul><p\n{kept}/>"
    )
    words = "if a<b and c>d: " * MAX_ATTRIBUTES
    for html in (words, f'<p title="{words}">x</p>', f"<p>{words}", f"<p {kept}>x</p>", "<", "<a", "<p>x"):
        assert cap_attributes(html) == html


@pytest.mark.parametrize("piece", ["<p>One.</p>", "<li>One", "<div><br></div>", "<table><tr><td></table>"])
def test_a_long_page_of_ordinary_tags_is_left_as_it_is(piece: str) -> None:
    assert cap_tags(piece * 20_000) == piece * 20_000


def test_a_page_ends_where_it_is_nested_too_deep_or_too_long() -> None:
    assert cap_tags("<div>" * 20_000).count("<div>") == MAX_NESTING
    assert len(cap_tags("word " * MAX_CHARACTERS)) == MAX_CHARACTERS


def test_masses_of_options_become_text() -> None:
    few = "<option value=1>x" * MAX_OPTIONS + "<p>One." * 10_000
    assert cap_tags(few) == few
    assert cap_tags(few + "<OPTION selected>y</option>z").count("option") == 0
