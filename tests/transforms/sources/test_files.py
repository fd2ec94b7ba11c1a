import gzip
from pathlib import Path

import pytest
import zstandard

from schemas import Kind, Media, RawPage, Reason, Rejection, Source
from transforms.sources.read import read_source

MAX = 200_000


def read(path: Path, kind: Kind, content: bytes) -> RawPage | Rejection:
    path.write_bytes(content)
    [result] = read_source(Source(str(path), kind, source_id="mine"), MAX)
    return result


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("name", ["a.html", "a.html.gz", "a.txt", "a.txt.zst"])
def test_a_file_is_a_page_however_packed_and_named(tmp_path: Path, name: str, pack: type[bytes]) -> None:
    kind, media = (Kind.HTML, Media.HTML) if "html" in name else (Kind.TEXT, Media.TEXT)
    path = tmp_path / name
    assert read(path, kind, pack(b"caf\xe9")) == RawPage(
        str(path), kind.value, b"caf\xe9", media, source_id="mine"
    )


BIG = b"<p>" + bytes(range(256)) * 800


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.html", b"", Reason.EMPTY),
        ("a.html", b"\xef\xbb\xbf \r\n", Reason.EMPTY),
        ("a.html.gz", b"", Reason.EMPTY),
        ("a.html.gz", gzip.compress(b" "), Reason.EMPTY),
        ("a.html", b"%PDF-1.7\n", Reason.UNSUPPORTED_MEDIA),
        ("a.txt.gz", gzip.compress(b"PK\x03\x04"), Reason.UNSUPPORTED_MEDIA),
        ("a.html", BIG, Reason.TOO_LARGE),
        ("a.html.zst", zstandard.compress(b"<p>" + b" " * 10**8), Reason.TOO_LARGE),
        ("a.html.gz", gzip.compress(BIG[:MAX])[:-9], Reason.TRUNCATED),
        ("a.html.gz", gzip.compress(b"<p>x")[:-4] + b"\0\0\0\0", Reason.CORRUPT),
        ("a.html.gz", b"\x00\x01\x02 neither", Reason.CORRUPT),
    ],
)
def test_refusals(tmp_path: Path, name: str, content: bytes, reason: Reason) -> None:
    rejection = read(tmp_path / name, Kind.HTML, content)
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.source_uri) == (reason, str(tmp_path / name))
    if reason is Reason.TRUNCATED:
        assert rejection.payload == BIG[: len(rejection.payload)]
        assert rejection.payload
