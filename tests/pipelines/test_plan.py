import os

from pipelines.plan import Plan, make_plan
from schemas import Kind, Source

MIB = 2**20


def plan_of(*sources):
    return Plan(sources, ())


def test_a_small_input_is_not_worth_processes_and_a_large_one_is():
    assert plan_of(Source("a.warc.gz", Kind.WARC, size=20 * MIB)).workers() == 1
    parts = [Source("a.warc.gz", Kind.WARC, start=n * 8 * MIB, size=8 * MIB) for n in range(40)]
    assert plan_of(*parts).workers() == os.cpu_count()


def test_a_file_in_parts_is_one_file():
    parts = [Source("a.warc.gz", Kind.WARC, start=n, size=1) for n in range(3)]
    plan = plan_of(*parts, Source("b.txt", Kind.TEXT, size=2))
    assert plan.files() == {Kind.TEXT: ["b.txt"], Kind.WARC: ["a.warc.gz"]}
    assert plan.stored_bytes() == 5


def test_the_web_is_asked_only_where_an_input_names_it(tmp_path):
    (tmp_path / "a.txt").write_text("Ein Satz.")
    (tmp_path / "b.feeds.csv").write_text("url\nhttps://kurier.example/rss\n")
    assert not make_plan([str(tmp_path / "a.txt")], "out").feed_urls()
    assert make_plan([str(tmp_path)], "out").feed_urls()
    assert make_plan(["https://kurier.example/rss"], "out").feed_urls()


def test_what_cannot_be_read_is_told(tmp_path):
    plan = make_plan([str(tmp_path / "gone")], "out")
    assert plan.sources == ()
    assert [rejection.source_uri for rejection in plan.refused] == [str(tmp_path / "gone")]
