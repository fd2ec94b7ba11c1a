import gzip
import io
import random

import pytest
import zstandard

from schemas import Reason
from transforms.sources.compression import decompressed
from transforms.sources.storage import CHUNK_BYTES, ReadError

#: Larger than every buffer, in parts hard to compress.
CONTENT = random.Random(7).randbytes(3 * CHUNK_BYTES) + b"line\n" * 100_000
COMPRESS = {"gz": gzip.compress, "zst": zstandard.compress}


def read(data: bytes, most: int = 10_007) -> tuple[bytes, ReadError | None]:
    stream = decompressed(io.BufferedReader(io.BytesIO(data)))  # type: ignore[type-var]
    pieces = []
    try:
        while piece := stream.read1(most):
            assert len(piece) <= most
            pieces.append(piece)
    except ReadError as error:
        return b"".join(pieces), error
    return b"".join(pieces), None


@pytest.mark.parametrize("name", COMPRESS)
def test_members_and_frames_follow_each_other(name: str) -> None:
    compress = COMPRESS[name]
    assert read(compress(CONTENT)) == (CONTENT, None)
    assert read(compress(CONTENT) + compress(b"") + compress(b"end")) == (CONTENT + b"end", None)


def test_what_is_not_compressed_stays_as_it_is() -> None:
    assert read(CONTENT) == (CONTENT, None)
    assert read(b"") == (b"", None)


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("cut", [1, 3, 9, 20_000])
def test_a_cut_is_seen_and_all_before_it_is_read(name: str, cut: int) -> None:
    got, error = read(COMPRESS[name](CONTENT)[:-cut])
    assert error is not None
    assert error.reason is Reason.TRUNCATED
    assert CONTENT.startswith(got)
    assert len(got) > CHUNK_BYTES


def test_damage_is_seen() -> None:
    for name, compress in COMPRESS.items():
        data = bytearray(compress(CONTENT))
        data[10] ^= 0xFF if name == "gz" else 0x06  # the first block's type
        error = read(bytes(data))[1]
        assert error is not None
        assert error.reason is Reason.CORRUPT


def test_padding_is_no_damage_but_other_bytes_are() -> None:
    assert read(gzip.compress(b"text") + b"\0" * 512) == (b"text", None)
    got, error = read(gzip.compress(b"text") + b"more")
    assert got == b"text"
    assert error is not None
    assert error.reason is Reason.CORRUPT
