"""A storage without folders, such as `gs://`: objects in memory behind Beam, every request counted."""

import gzip
import io
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from apache_beam.io.filesystem import FileMetadata, FileSystem

from schemas import Kind, RawPage, Reason, Rejection, Source
from transforms.sources import list_sources, read_source


class Blob(io.BufferedIOBase):
    """Reads as Google's client does: seekable, without peek, small reads at will."""

    def __init__(self, name: str) -> None:
        self._bytes = io.BytesIO(Objects.stored[name])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        if Objects.broken:
            raise ConnectionResetError("gone")
        return self._bytes.read(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._bytes.seek(offset, whence)


class Objects(FileSystem):
    stored: ClassVar[dict[str, bytes]] = {}
    requests: ClassVar[list[str]] = []
    broken: ClassVar[bool] = False

    @classmethod
    def scheme(cls) -> str:
        return "objects"

    def has_dirs(self) -> bool:
        return False

    def join(self, basepath: str, *paths: str) -> str:
        return "/".join([basepath.rstrip("/"), *paths])

    def exists(self, path: str) -> bool:
        self.requests.append(f"exists {path}")
        return path in self.stored

    def metadata(self, path: str) -> FileMetadata:
        return FileMetadata(path, len(self.stored[path]))

    def _list(self, dir_or_prefix: str) -> Iterator[FileMetadata]:
        self.requests.append(f"list {dir_or_prefix}")
        return (self.metadata(path) for path in self.stored if path.startswith(dir_or_prefix))

    def open(self, path: str, mime_type: str = "", compression_type: str = "") -> Any:
        self.requests.append(f"open {path}")
        if path not in self.stored:
            raise FileNotFoundError(path)
        return Blob(path)


Objects.__abstractmethods__ = frozenset()  # type: ignore[attr-defined]  # writing is not asked for


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"objects://bucket/in/{number:03}.txt": b"text" for number in range(200)}
    others = {
        "objects://bucket/in/": b"",
        "objects://bucket/in/.dot.txt": b"text",
        "objects://bucket/in/deep/a.jsonl.gz": gzip.compress(b'{"text": "a"}\n{"text": "b"}\n'),
        "objects://bucket/in/list.opml": b"<opml><body><outline xmlUrl='feeds/a.rss'/></body></opml>",
        "objects://bucket/inside.txt": b"text",
    }
    monkeypatch.setattr(Objects, "stored", {**others, **texts})
    monkeypatch.setattr(Objects, "requests", [])
    monkeypatch.setattr(Objects, "broken", False)


@pytest.mark.parametrize("given", ["objects://bucket/in", "objects://bucket/in/"])
def test_a_prefix_is_listed_at_once(given: str) -> None:
    sources = [source for source in list_sources(given) if isinstance(source, Source)]
    assert sources[:2] == [
        Source("objects://bucket/in/feeds/a.rss", Kind.FEED),
        Source("objects://bucket/in/000.txt", Kind.TEXT, size=4),
    ]
    assert len(sources) == 202
    assert len(Objects.requests) <= 3  # does it exist, the listing, the list of feeds


def test_a_bucket_is_a_prefix() -> None:
    assert len(list(list_sources("objects://bucket"))) == 203


def test_objects_are_read_as_files_are() -> None:
    [source] = list_sources("objects://bucket/in/d*/*.gz")
    assert isinstance(source, Source)
    assert [page.body for page in read_source(source, 100) if isinstance(page, RawPage)] == [b"a", b"b"]


def test_a_storage_that_fails_while_it_is_read_is_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Objects, "broken", True)
    for kind in (Kind.TEXT, Kind.JSONL, Kind.WARC, Kind.PARQUET):
        [rejection] = read_source(Source("objects://bucket/inside.txt", kind), 100)
        assert isinstance(rejection, Rejection)
        assert rejection.reason is Reason.UNREADABLE
