import gzip
import os
from pathlib import Path

import pytest

from schemas import Kind, RawPage, Reason, Rejection, Source
from transforms.sources import list_sources, read_source
from transforms.sources.listing import PART_BYTES

OPML = '<opml version="2.0"><body><outline text="Stored" xmlUrl="feeds/a.xml"/><outline xmlUrl="https://b.example/"/></body></opml>'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of every kind of file, and the current one."""
    (tmp_path / "in/deep/feeds").mkdir(parents=True)
    (tmp_path / "in/.hidden").mkdir()
    files = {
        "in/b.html": b"<p>b",
        "in/a.txt.gz": gzip.compress(b"a"),
        "in/README.md": b"a",
        "in/.dot.txt": b"a",
        "in/.hidden/a.txt": b"a",
        "in/deep/list.opml": OPML.encode(),
        "in/deep/feeds/a.xml": b"<rss version='2.0'/>",
        "in/deep/feeds/c.xml": b"<rss version='2.0'/>",
        "in/deep/feeds/opml.xml": b"<opml><body><outline xmlUrl='https://d.example/'/></body></opml>",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def uris(given: str) -> list[str]:
    return [source.uri for source in list_sources(given) if isinstance(source, Source)]


IN_FOLDER = [
    "https://d.example/",
    "in/deep/feeds/a.xml",
    "https://b.example/",
    "in/a.txt.gz",
    "in/b.html",
    "in/deep/feeds/c.xml",
]


@pytest.mark.parametrize("given", ["in", "in/", "./in", "in/deep/..", "in/**", "i*", "."])
def test_a_folder_gives_what_the_table_names_a_listed_feed_once(folder: Path, given: str) -> None:
    assert uris(given) == IN_FOLDER


def test_absolute_paths_stay_absolute(folder: Path) -> None:
    assert uris(str(folder / "in")) == [uri if "://" in uri else f"{folder}/{uri}" for uri in IN_FOLDER]


def test_a_feed_of_a_list_bears_its_name(folder: Path) -> None:
    assert list(list_sources("in/deep/list.opml")) == [
        Source("in/deep/feeds/a.xml", Kind.FEED, source_id="Stored"),
        Source("https://b.example/", Kind.FEED_URL),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("in/*.html", ["in/b.html"]),
        ("in/*.*", ["in/a.txt.gz", "in/b.html"]),
        ("in/R*", ["in/README.md"]),  # no name tells, so content does
        ("in/README.md", ["in/README.md"]),
        ("in/.d*", ["in/.dot.txt"]),
        ("in/.hidden", ["in/.hidden/a.txt"]),
        ("in/deep/fee?s", ["https://d.example/", "in/deep/feeds/a.xml", "in/deep/feeds/c.xml"]),
    ],
)
def test_globs_and_names(folder: Path, given: str, expected: list[str]) -> None:
    assert uris(given) == expected


def test_a_name_with_pattern_characters_is_a_name(folder: Path) -> None:
    (folder / "in").rename(folder / "in [1]*")
    assert len(uris("in [1]*")) == len(IN_FOLDER)
    assert uris("in [1]*/b.html") == ["in [1]*/b.html"]


def test_content_tells_the_kind_of_a_named_file(folder: Path) -> None:
    contents = {
        Kind.WARC: b"WARC/1.0\r\n",
        Kind.JSONL: gzip.compress(b'{"text": "x"}'),
        Kind.FEED: b"<rss>",
        Kind.HTML: b"<html>",
        Kind.PARQUET: b"PAR1",
        Kind.TEXT: b"\x1f\x8b\x08",
    }
    for kind, content in contents.items():
        (folder / "unnamed").write_bytes(content)
        assert list(list_sources("unnamed")) == [Source("unnamed", kind, size=len(content))]
    (folder / "unnamed").write_bytes(b"name;url\nb;https://b.example/\n")
    assert list(list_sources("unnamed")) == [Source("https://b.example/", Kind.FEED_URL, source_id="b")]


def test_large_files_come_in_parts_that_touch(folder: Path) -> None:
    size = 2 * PART_BYTES + 5
    for name, count in (("a.warc.gz", 3), ("a.jsonl", 3), ("a.jsonl.gz", 1), ("a.txt", 1), ("a.parquet", 1)):
        with (folder / name).open("wb") as file:
            file.truncate(size)
        sources = [source for source in list_sources(name) if isinstance(source, Source)]
        assert len(sources) == count
        assert sum(source.size for source in sources) == size
        assert [source.start for source in sources[1:]] == [source.end for source in sources[:-1]]
        assert (sources[0].start, sources[-1].end) == (0, None)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", Reason.NOT_FOUND),
        ("nothing", Reason.NOT_FOUND),
        ("nothing/*.html", Reason.NOT_FOUND),
        ("empty", Reason.NOT_FOUND),
        ("nowhere://a/b", Reason.UNREADABLE),
        ("broken.opml", Reason.CORRUPT),
        ("empty.feeds.csv", Reason.EMPTY),
    ],
)
def test_what_cannot_be_listed_is_one_rejection(folder: Path, given: str, reason: Reason) -> None:
    (folder / "empty").mkdir()
    (folder / "broken.opml").write_bytes(b"<opml><body>")
    (folder / "empty.feeds.csv").write_bytes(b"")
    [rejection] = list_sources(given)
    assert isinstance(rejection, Rejection)
    assert (rejection.source_uri, rejection.stage, rejection.reason) == (given, "list", reason)


def test_an_address_is_a_feed() -> None:
    assert list(list_sources("HTTPS://a.example/feed?x=*")) == [
        Source("HTTPS://a.example/feed?x=*", Kind.FEED_URL)
    ]


def test_a_name_that_is_no_text_is_escaped_and_opens(folder: Path) -> None:
    names = [b"bad\xff.txt", b"bad\\xff.txt", b"two\nlines\xc2\x85.txt", b"d\xfc/\xfc.txt", b"list\xfc.opml"]
    base = folder / "odd"
    (base / os.fsdecode(b"d\xfc")).mkdir(parents=True)
    for name in names:
        (base / os.fsdecode(name)).write_bytes(name)
    (base / os.fsdecode(b"list\xfc.opml")).write_text('<opml><outline xmlUrl="d/x"/></opml>')
    sources = list(list_sources("odd"))
    uris = [source.uri for source in sources if isinstance(source, Source)]
    bodies = [
        result.body
        for source in sources
        if isinstance(source, Source) and source.kind is Kind.TEXT
        for result in read_source(source, 1000)
        if isinstance(result, RawPage)
    ]
    assert uris[1:] == [
        r"odd/bad\x5cxff.txt",
        r"odd/bad\xff.txt",
        r"odd/d\xfc/\xfc.txt",
        r"odd/two\x0alines\xc2\x85.txt",
    ]
    assert bodies == [names[1], names[0], names[3], names[2]]
    assert [
        source.uri for source in list_sources(os.fsdecode(b"odd/d\xfc")) if isinstance(source, Source)
    ] == [uris[3]]
    [rejection] = list_sources(os.fsdecode(b"no\xff\n"))
    assert isinstance(rejection, Rejection)
    assert rejection.source_uri == r"no\xff\x0a"


def test_what_is_no_regular_file_is_refused(folder: Path) -> None:
    (folder / "pipes").mkdir()
    for name in ("x.txt", "x.xml", "x"):
        os.mkfifo(folder / "pipes" / name)
    sources = [*list_sources("pipes"), *list_sources("pipes/x")]
    results = [
        result
        for source in sources
        for result in (read_source(source, 9) if isinstance(source, Source) else [source])
    ]
    found = {result.source_uri: result.reason for result in results if isinstance(result, Rejection)}
    assert found == dict.fromkeys(("pipes/x.txt", "pipes/x.xml", "pipes/x"), Reason.UNREADABLE)
    assert len(results) == 3


@pytest.mark.parametrize(
    "output", ["in/deep", "in/deep/", "./in/../in/deep", "{folder}/in/deep", "link/deep"]
)
@pytest.mark.parametrize("given", ["in", "{folder}/in", "in/**", "in/d*", "link"])
def test_the_output_of_a_run_is_not_its_input(folder: Path, given: str, output: str) -> None:
    (folder / "link").symlink_to(folder / "in")
    (folder / "in/deeper.txt").write_text("x")
    given, output = given.format(folder=folder), output.format(folder=folder)
    found = {Path(source.uri).name for source in list_sources(given, output) if isinstance(source, Source)}
    assert found == ({"deeper.txt"} if given == "in/d*" else {"a.txt.gz", "b.html", "deeper.txt"})


def test_an_input_of_output_alone_is_refused(folder: Path) -> None:
    [rejection] = list_sources("in/deep", "in")
    assert isinstance(rejection, Rejection)
    assert rejection.reason is Reason.NOT_FOUND
