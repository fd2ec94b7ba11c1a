import pytest

from pipelines.cli import main

ITEM = "<item><link>{}</link><description>x</description><pubDate>{}</pubDate></item>"


@pytest.fixture
def feeds(site, tmp_path):
    """A list of a good feed, one whose site bars robots, one of another interval, and one that is lost."""
    site.serve("/robots.txt", "User-agent: *\nDisallow: /barred", media="text/plain")

    def url(path):
        return site.url(path, "127.0.0.1")

    for name in ("open", "barred"):
        items = ITEM.format(url(f"/{name}"), "Thu, 19 Nov 2026 07:15:00 +0100")
        items += ITEM.format(url(f"/{name}"), "Fri, 20 Nov 2026 07:15:00 +0100")
        body = f"<rss version='2.0'><channel><title>{name}</title><ttl>60</ttl>{items}</channel></rss>"
        site.serve(f"/{name}.xml", body, media="application/rss+xml")
    path = tmp_path / "my.feeds.csv"
    path.write_text(
        f"url,interval_minutes\n{url('/open.xml')},\n{url('/barred.xml')},15\n{url('/lost.xml')},\n"
    )
    return path


def check(capsys, *arguments):
    status = main(["feeds", "check", *map(str, arguments), "--host-delay", "0"])
    shown = capsys.readouterr()
    return status, [line.split("\t") for line in shown.out.splitlines()], shown.err


def test_a_line_a_feed(site, feeds, capsys):
    status, (head, *rows), _ = check(capsys, feeds, "--allow-private-hosts")
    assert status == 1
    assert head == ["feed", "kind", "entries", "newest", "interval", "robots", "trouble"]
    assert [[row[0].rpartition("/")[2], *row[1:]] for row in rows] == [
        ["open.xml", "application/rss+xml", "2", "2026-11-20 06:15", "60 min", "allowed", ""],
        ["barred.xml", "application/rss+xml", "2", "2026-11-20 06:15", "15 min", "disallowed", ""],
        ["lost.xml", "", "0", "", "", "", "http-status: 404 Not Found"],
    ]
    assert sorted(site.paths()) == ["/barred.xml", "/lost.xml", "/open.xml", "/robots.txt"]


def test_all_is_well(site, feeds, capsys):
    status, rows, _ = check(capsys, site.url("/open.xml", "127.0.0.1"), "--allow-private-hosts")
    assert (status, len(rows)) == (0, 2)


def test_a_list_that_is_not_there_is_trouble(capsys):
    status, rows, _ = check(capsys, "nowhere.opml")
    assert (status, rows[1][0]) == (1, "nowhere.opml")
    assert rows[1][-1].startswith("not-found")


@pytest.mark.parametrize(
    "arguments", [["https://press.example/rss"], [], ["x.opml", "--host-delay", "long"], ["{tmp_path}"]]
)
def test_wrong_use_is_one_line(arguments, tmp_path, capsys):
    (tmp_path / "a.txt").write_text("no feed")
    status, rows, err = check(capsys, *(argument.format(tmp_path=tmp_path) for argument in arguments))
    assert (status, rows, err.count("\n"), err[:10]) == (2, [], 1, "newsbeam: ")


def test_other_commands_are_told(capsys):
    assert main(["feeds", "chekc", "x"]) == 2
    assert "choose from" in capsys.readouterr().err
