from pathlib import Path

import pytest

from schemas import Reason
from transforms.sources.storage import ReadError, find, match, open_stored, resolve


def test_names_with_pattern_characters_are_found(tmp_path: Path) -> None:
    odd = tmp_path / "a[1]*?.txt"
    odd.write_text("x")
    (tmp_path / "a1.txt").write_text("xy")
    assert (found := find(str(odd))) is not None
    assert (found.uri, found.size) == (str(odd), 1)
    assert find(str(tmp_path)) is None
    assert find(str(tmp_path / "none")) is None
    assert [file.size for file in match(f"{tmp_path}/a?.txt")] == [2]


def test_a_missing_file_and_an_unknown_storage_have_reasons(tmp_path: Path) -> None:
    for uri, reason in ((str(tmp_path / "none"), Reason.NOT_FOUND), ("nowhere://a/b", Reason.UNREADABLE)):
        with pytest.raises(ReadError) as caught, open_stored(uri):
            pass
        assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("base", "address", "path"),
    [
        ("/lists/a.opml", "feeds/x.xml", "/lists/feeds/x.xml"),
        ("a.opml", "./x.xml", "x.xml"),
        ("gs://bucket/lists/a.opml", "../x.xml", "gs://bucket/x.xml"),
        ("gs://bucket/a.opml", "gs://other/x.xml", "gs://other/x.xml"),
        ("lists/a.opml", "/x.xml", "/x.xml"),
    ],
)
def test_paths_are_relative_to_the_file_that_names_them(base: str, address: str, path: str) -> None:
    assert resolve(base, address) == path
