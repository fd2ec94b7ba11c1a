import pytest

from transforms.topics.scoring import Find, apart, near, outside, points, score


def at(word: int, length: int = 4, boost: float = 1.0) -> Find:
    """A find of which each word takes ten characters."""
    return Find(word * 10, word * 10 + length, word, boost)


def test_near_takes_groups_in_any_order_within_the_window() -> None:
    assert near([[at(7)], [at(3)]], within=4) == [Find(30, 74, 3, 1.0, parts=((30, 34), (70, 74)))]
    assert near([[at(8)], [at(3)]], within=4) == []
    assert near([[at(3)], []], within=4) == []


def test_near_finds_the_window_that_is_not_around_the_nearest_of_each() -> None:
    places = near([[at(10)], [at(4), at(15)], [at(4)]], within=6)
    assert [(place.word, place.end) for place in places] == [(4, 104)]


def test_a_find_serves_one_place_only() -> None:
    assert len(near([[at(1), at(4)], [at(2)]], within=5)) == 1
    assert len(near([[at(1), at(4)], [at(2), at(5)]], within=5)) == 2


def test_of_overlapping_finds_the_first_and_longest_counts() -> None:
    assert apart([(20, 24), (10, 25), (10, 14), (10, 25), (25, 30)]) == [(10, 25), (25, 30)]
    assert outside([at(1), at(5)], [at(1, length=8)]) == [at(5)]


def test_repeats_count_less_and_the_best_placed_first() -> None:
    gains = [gain for gain, _ in points([at(9), at(1, boost=3), at(20)], weight=2, repeat=0.5)]
    assert gains == [6.0, 1.0, 0.5]


@pytest.mark.parametrize(("total", "expected"), [(4, 0.5), (8, 0.6667), (12, 0.75)])
def test_score_is_half_at_the_threshold(total: float, expected: float) -> None:
    assert score(total, 4) == expected
