import numpy as np

from schemas.block import DropReason
from transforms.dump.features import FEATURES, line_features, look_of
from transforms.dump.lines import shape_of
from transforms.dump.words import cues_in

PARAGRAPH = "The council said on Tuesday that it would not pull the bridge down but mend its piers and deck."


def column(name: str, lines: list[str], reasons: list[DropReason | None] | None = None) -> list[float]:
    features = line_features([look_of(shape_of(line)) for line in lines], reasons or [None] * len(lines))
    assert features.shape == (len(lines), len(FEATURES))
    assert np.isfinite(features).all()
    return features[:, FEATURES.index(name)].tolist()


def test_comments_count_below_their_heading_alone() -> None:
    lines = [PARAGRAPH, "2 Comments", "Ann says:", "5 May 2024", "No.", "Bo says:", "Reply"]
    assert column("comment_parts", lines) == [0, 0, 3, 3, 3, 3, 3]
    assert column("comment_dates", lines) == [0, 0, 4, 4, 4, 4, 4]
    assert column("comment_dates", lines[1:]) == [0] * 6  # no article stands above


def test_a_run_is_negative_where_paragraphs_stand_together() -> None:
    lines = [PARAGRAPH, PARAGRAPH, "Share", "Print", "Save", PARAGRAPH]
    dropped = [None, None, *[DropReason.SHARE_BUTTONS] * 3, None]
    assert column("run", lines, dropped) == [-2, -2, 3, 3, 3, -1]
    assert column("until_mark", lines, dropped)[:3] == [2, 1, 1]
    assert column("same", lines) == [3, 3, 1, 1, 1, 3]


def test_one_line_and_none_have_features() -> None:
    assert column("position", ["A bridge"]) == [0.5]
    assert line_features([], []).shape == (0, len(FEATURES))


def test_cues_say_what_a_line_may_be() -> None:
    assert cues_in("subscribe to our newsletter, share it") == [
        DropReason.NEWSLETTER,
        DropReason.NEWSLETTER,
        DropReason.SHARE_BUTTONS,
    ]
    assert cues_in("댓글 3") == [DropReason.COMMENTS]
    assert cues_in("an unshared photograph of a bishop") == [DropReason.CREDIT]
