import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from schemas import Kind, Media, Metadata, RawPage, Reason, Rejection, Source
from transforms.sources import listing
from transforms.sources.read import read_source

ROW = {
    "url": "https://hafen.example/1",
    "text": "Der Hafen ist zugefroren.",
    "html": "<p>nicht gefragt",
    "title": "Eis",
    "authors": ["Wiebke Janssen"],
    "published_at": "2026-01-05T08:00:00+01:00",
    "fetched_at": 1767600000,
    "source_id": "hafenbote",
}


def expected(uri: str, via: str) -> RawPage:
    return RawPage(
        source_uri=uri,
        via=via,
        body=b"Der Hafen ist zugefroren.",
        media=Media.TEXT,
        charset="utf-8",
        url="https://hafen.example/1",
        source_id="hafenbote",
        fetched_at=datetime(2026, 1, 5, 8, tzinfo=UTC),
        metadata=Metadata(
            title="Eis",
            authors=("Wiebke Janssen",),
            published_at=datetime(2026, 1, 5, 7, tzinfo=UTC),
            published_from="row",
        ),
    )


def read(path: Path, kind: Kind, most: int = 1000, **changes: Any) -> list[RawPage | Rejection]:
    return list(read_source(replace(Source(str(path), kind), **changes), most))


def lines(path: Path, *rows: object) -> Path:
    path.write_bytes(
        b"".join(row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows)
    )
    return path


def test_a_line_says_all_of_an_article(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", b"\xef\xbb\xbf\r\n", ROW)
    assert read(path, Kind.JSONL) == [expected(f"{path}#5", "jsonl")]


def test_fields_of_wrong_type_count_as_absent(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl", {"html": "<p>Eis", "url": 5, "title": [], "published_at": "bald", "text": None}
    )
    [page] = read(path, Kind.JSONL)
    assert isinstance(page, RawPage)
    assert (page.media, page.body, page.url, page.metadata) == (Media.HTML, b"<p>Eis", None, Metadata())
    assert page.source_id == "a.jsonl"


def test_each_bad_line_is_refused_alone(tmp_path: Path) -> None:
    bad = [
        (b"{not json}\n", Reason.NOT_JSON),
        (b'["a list"]\n', Reason.NOT_JSON),
        (b"[" * 100_000 + b"\n", Reason.TOO_LARGE),
        (b"[" * 900 + b"\n", Reason.NOT_JSON),
        (b'{"text": "K\xfcste"}\n', Reason.UNDECODABLE),
        (b'{"url": "https://a.example/", "title": "x"}\n', Reason.MISSING_FIELD),
        (b'{"text": "", "html": " "}\n', Reason.EMPTY),
        (b'{"text": "%s"}\n' % (b"x" * 5000), Reason.TOO_LARGE),
    ]
    path = lines(
        tmp_path / "a.jsonl", *(part for line, _ in bad for part in (line, ROW)), b'{"text": "no line end"}'
    )
    results = read(path, Kind.JSONL)
    rejections = [result for result in results if isinstance(result, Rejection)]
    assert [rejection.reason for rejection in rejections] == [reason for _, reason in bad]
    assert len(results) == 2 * len(bad) + 1
    content = path.read_bytes()
    for rejection, (line, _) in zip(rejections, bad, strict=True):
        assert line.startswith(rejection.payload)
        assert content[int(rejection.source_uri.rpartition("#")[2]) :].startswith(line)


def test_a_lone_surrogate_breaks_nothing(tmp_path: Path) -> None:
    [page] = read(lines(tmp_path / "a.jsonl", rb'{"text": "a\ud800b", "title": "\udc00"}'), Kind.JSONL)
    assert isinstance(page, RawPage)
    assert (page.body, page.metadata.title) == (b"a?b", "?")


def test_parts_of_any_size_hold_each_line_once(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        *({"text": "x" * (n * 29 % 83)} for n in range(1, 50)),
        b"\n\n",
        b'{"text": "end"}',
    )
    whole = read(path, Kind.JSONL)
    assert len(whole) == 50
    for part in (1, 7, 64, 1000):
        starts = range(0, path.stat().st_size, part)
        parted = [page for start in starts for page in read(path, Kind.JSONL, start=start, end=start + part)]
        assert parted == whole, part


def test_compressed_lines_are_read_by_the_first_part_up_to_a_cut(tmp_path: Path) -> None:
    content = b"".join(b'{"text": "line %d"}\n' % n for n in range(9000))
    for data in (gzip.compress(content), zstandard.compress(content)):
        path = tmp_path / "a.jsonl.gz"
        path.write_bytes(data)
        assert len(read(path, Kind.JSONL, end=10)) == 9000
        assert read(path, Kind.JSONL, start=10) == []
        path.write_bytes(data[:-5])
        *pages, last = read(path, Kind.JSONL)
        assert isinstance(last, Rejection)
        assert last.reason is Reason.TRUNCATED
        assert len(pages) > 1000


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_lines_end_in_any_way_and_may_begin_with_a_mark(tmp_path: Path, end: bytes, bom: bytes) -> None:
    rows = [b'%s{"text": "%s"}' % (bom, b"x" * (n * 29 % 83)) for n in range(1, 16)]
    path = lines(tmp_path / "a.jsonl", end.join(rows))
    whole = read(path, Kind.JSONL)
    assert [len(page.body) for page in whole if isinstance(page, RawPage)] == [
        n * 29 % 83 for n in range(1, 16)
    ]
    for start in range(1, path.stat().st_size):
        assert read(path, Kind.JSONL, end=start) + read(path, Kind.JSONL, start=start) == whole


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_by_the_first_part(tmp_path: Path, encoding: str) -> None:
    content = (
        "\ufeff"
        + "\r\n".join(json.dumps({"text": f"Kähne {n}"}, ensure_ascii=False) for n in range(9))
        + "\n"
        + "x" * 2000
    )
    path = lines(tmp_path / "a.jsonl", content.encode(encoding))
    *pages, large = read(path, Kind.JSONL, end=10)
    assert [page.body.decode() for page in pages if isinstance(page, RawPage)] == [
        f"Kähne {n}" for n in range(9)
    ]
    assert isinstance(large, Rejection)
    assert large.reason is Reason.TOO_LARGE
    assert read(path, Kind.JSONL, start=10) == []


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (json.dumps([ROW] * 3), "a JSON array: write one object a line"),
        (json.dumps([ROW] * 3, indent=1), "a JSON array: write one object a line"),
        ("\ufeff[\r\n{}", "a JSON array: write one object a line"),
        (
            json.dumps(ROW, indent=1) + json.dumps(ROW, indent=1),
            "an object over several lines: write one object a line",
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_json_that_is_no_lines_is_refused_once(
    tmp_path: Path, content: str, detail: str, encoding: str
) -> None:
    path = lines(tmp_path / "a.jsonl", content.encode(encoding))
    [rejection] = read(path, Kind.JSONL, end=50)
    assert isinstance(rejection, Rejection)
    assert (rejection.source_uri, rejection.reason, rejection.detail) == (str(path), Reason.NOT_JSON, detail)
    assert read(path, Kind.JSONL, start=50) == []


def test_a_first_line_that_is_broken_costs_no_other(tmp_path: Path) -> None:
    for broken in (b"{\n", b"[\n", b"[1,\n", b"{"):
        path = lines(tmp_path / "a.jsonl", broken, b"not\n", ROW)
        assert isinstance(read(path, Kind.JSONL)[-1], RawPage)


def test_a_file_of_blank_lines_is_empty(tmp_path: Path) -> None:
    [rejection] = read(lines(tmp_path / "a.jsonl", b"\n \r\n\xef\xbb\xbf"), Kind.JSONL)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is Reason.EMPTY


def test_an_integer_of_any_length_costs_no_row(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", b'{"text": "x", "published_at": %s, "n": %s}' % ((b"9" * 6000,) * 2))
    [page] = read(path, Kind.JSONL, 20_000)
    assert isinstance(page, RawPage)
    assert page.metadata.published_at is None


def test_names_hold_no_control_characters_and_may_be_numbers(tmp_path: Path) -> None:
    row = {"text": "x", "url": "https://a.example/\0\n1", "source_id": "s\0\x85x"}
    pages = read(lines(tmp_path / "a.jsonl", row, {"text": "x", "source_id": 7}), Kind.JSONL)
    names = [(page.url, page.source_id) for page in pages if isinstance(page, RawPage)]
    assert names == [("https://a.example/1", "sx"), (None, "7")]


def parquet(path: Path, rows: list[dict[str, Any]], groups: int = 1, **columns: pa.Array) -> Path:
    table = pa.Table.from_pylist(rows)
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    pq.write_table(table, path, row_group_size=-(-len(rows) // groups))
    return path


def test_a_parquet_row_says_the_same_as_a_line(tmp_path: Path) -> None:
    row = {**ROW, "published_at": datetime(2026, 1, 5, 7), "unasked": 1}
    path = parquet(tmp_path / "a.parquet", [row, row])
    assert read(path, Kind.PARQUET) == [expected(f"{path}#{n}", "parquet") for n in (0, 1)]


def test_parquet_rows_are_refused_alone(tmp_path: Path) -> None:
    rows = [{"text": text} for text in ("good", "x" * 2000, None, "bad", "good")]
    column = pa.array([b"good", b"x" * 2000, None, b"K\xfcste", b"good"]).cast(pa.string(), safe=False)
    path = parquet(tmp_path / "a.parquet", rows, text=column)
    results = read(path, Kind.PARQUET)
    assert [getattr(result, "reason", None) for result in results] == [
        None,
        Reason.TOO_LARGE,
        Reason.MISSING_FIELD,
        Reason.UNDECODABLE,
        None,
    ]


TICKS = {"ms": 1767596400000, "us": 1767596400000001, "ns": 1767596400000001999}


@pytest.mark.parametrize("unit", TICKS)
@pytest.mark.parametrize("zone", [None, "UTC", "America/Foo"])
def test_a_timestamp_that_python_has_not_costs_its_value_alone(
    tmp_path: Path, unit: str, zone: str | None
) -> None:
    ticks = [TICKS[unit], 2**62, None, -(2**62)]
    column = pa.array(ticks, pa.timestamp(unit, zone))
    rows = [{"text": "x", "published_at": None}] * 4
    pages = read(parquet(tmp_path / "a.parquet", rows, published_at=column), Kind.PARQUET)
    moment = datetime(2026, 1, 5, 7, microsecond=int(unit != "ms"), tzinfo=UTC)
    found = [page.metadata.published_at for page in pages if isinstance(page, RawPage)]
    assert found == [
        moment,
        datetime(2116, 2, 20, 23, 53, 38, 427387, tzinfo=UTC) if unit == "ns" else None,
        None,
        None,
    ]


def test_any_other_value_that_python_has_not_costs_no_row(tmp_path: Path) -> None:
    columns = {
        "published_at": pa.array([2**30, 20458], pa.date32()),
        "fetched_at": pa.array([1, 1767596400 * 10**9], pa.duration("ns")),
        "source_id": pa.array([5, 6], pa.int32()),
        "authors": pa.array([[b"J\xf6rn"], [b"Wiebke"]]).cast(pa.list_(pa.string()), safe=False),
    }
    rows = [dict.fromkeys(columns) | {"text": "x"}] * 2
    pages = read(parquet(tmp_path / "a.parquet", rows, **columns), Kind.PARQUET)
    assert [page.source_id for page in pages if isinstance(page, RawPage)] == ["5", "6"]
    assert [page.metadata for page in pages if isinstance(page, RawPage)] == [
        Metadata(),
        Metadata(authors=("Wiebke",), published_at=datetime(2026, 1, 5, tzinfo=UTC), published_from="row"),
    ]


def test_row_groups_are_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet(tmp_path / "a.parquet", [{"text": f"{n} {n**9}"} for n in range(300)], groups=10)
    monkeypatch.setattr(listing, "PART_BYTES", path.stat().st_size // 4)
    sources = [source for source in listing.list_sources(str(path)) if isinstance(source, Source)]
    assert len(sources) > 2
    assert sum(source.size for source in sources) <= path.stat().st_size
    assert [page for source in sources for page in read_source(source, 1000)] == read(path, Kind.PARQUET)


def test_a_damaged_row_group_costs_no_other(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", [{"text": f"{n} {n**9}"} for n in range(300)], groups=3)
    offset = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[offset : offset + 8] = b"\xff" * 8
    path.write_bytes(data)
    results = read(path, Kind.PARQUET)
    assert [result.reason for result in results if isinstance(result, Rejection)] == [Reason.CORRUPT]
    uris = [result.source_uri for result in results if isinstance(result, RawPage)]
    assert uris == [f"{path}#{n}" for n in (*range(100), *range(200, 300))]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", Reason.EMPTY), (b"PAR1\x15\x04", Reason.TRUNCATED), (b"text", Reason.CORRUPT)],
)
def test_files_that_are_no_parquet(tmp_path: Path, content: bytes, reason: Reason) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    [rejection] = read(tmp_path / "a.parquet", Kind.PARQUET)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is reason


def test_a_parquet_file_without_a_body_column(tmp_path: Path) -> None:
    [rejection] = read(parquet(tmp_path / "a.parquet", [{"url": "x"}] * 3), Kind.PARQUET)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is Reason.MISSING_FIELD
