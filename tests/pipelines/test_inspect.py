import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rich.console import Console

from pipelines import inspect_view
from pipelines.cli import main


def lines(capsys):
    return [line.split("\t") for line in capsys.readouterr().out.splitlines()]


def test_a_text_shows_its_lines_language_and_topics_with_evidence(inbox, capsys):
    (inbox / "streik.txt").write_text(
        (inbox / "streik.txt").read_text() + "\n\nTeilen per:\n\nFoto: A. Klein / dpa"
    )
    assert main(["inspect", str(inbox / "streik.txt")]) == 0
    shown = lines(capsys)
    fates = [(kind, rest[0], rest[-1][:12]) for kind, *rest in shown if kind in ("kept", "dropped")]
    assert fates[0] == ("dropped", "title", "Hafen streik")
    assert fates[1] == ("kept", "", "Die Besatzun")
    assert fates[-1] == ("dropped", "credit", "Foto: A. Kle")
    assert ["language", "de"] in [line[:2] for line in shown]
    text = "\n".join(line[1] for line in shown if line[0] == "|")
    (topic,) = [line for line in shown if line[0] == "topic"]
    assert topic[1] == "labour-strike"
    found = [line for line in shown if line[:2] == ["for", "labour-strike"]]
    total = sum(float(points) for _, _, points, *_ in found)
    assert topic[3] == f"{total:.2f} points"
    whole = [(places, quote) for *_, places, quote in found if " " not in places]
    assert any(places.startswith("title:") for places, _ in whole)
    for places, quote in whole:
        field, _, span = places.partition(":")
        start, end = map(int, span.split("-"))
        source = "Hafen streikt: Schlepper bleiben an der Mole" if field == "title" else text
        assert source[start:end] == quote


def test_a_page_shows_its_blocks_with_scores(inbox, capsys):
    assert main(["inspect", str(inbox / "pool.html")]) == 0
    shown = lines(capsys)
    blocks = [line for line in shown if line[0] in ("kept", "dropped")]
    assert all(0 <= float(score) <= 1 for _, _, score, _ in blocks)
    assert any(line[0] == "dropped" and "Imprint" in line[3] for line in blocks)
    assert ["title", "Pool stays open"] in shown


def test_records_of_a_file_are_found_by_their_source_uri(inbox, capsys):
    assert main(["inspect", str(inbox / "rows.jsonl")]) == 0
    first = lines(capsys)
    assert ["title", "Decision 0"] in first
    (uri,) = [line[1] for line in first if line[0] == "source_uri"]
    assert main(["inspect", uri]) == 0
    assert lines(capsys) == first
    assert main(["inspect", str(inbox / "crawl.warc.gz")]) == 0
    assert ["url", "https://echo.example/w0"] in lines(capsys)


def test_a_rejected_input_shows_its_reason_and_the_status_is_1(tmp_path, capsys):
    (tmp_path / "menu.html").write_text(
        "<html><body><a href='/'>Home</a> <a href='/b'>Sport</a></body></html>"
    )
    (tmp_path / "bad.jsonl").write_text("{")
    for name, stage, reason in (("menu.html", "clean", "no-article"), ("bad.jsonl", "read", "not-json")):
        assert main(["inspect", str(tmp_path / name)]) == 1
        assert lines(capsys)[-1][:3] == ["rejected", stage, reason]


def test_a_folder_with_a_foreign_file_shows_its_first_document(tmp_path, inbox, capsys):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "noise").write_bytes(bytes(range(1, 256)) * 9)
    (folder / "streik.txt").write_bytes((inbox / "streik.txt").read_bytes())
    assert main(["inspect", str(folder)]) == 0
    assert lines(capsys)[0] == ["source_uri", str(folder / "streik.txt")]


def test_a_reader_that_leaves_early_is_no_mistake(inbox, monkeypatch, capfd):
    def leave(_):
        raise BrokenPipeError

    monkeypatch.setattr(inspect_view, "print_inspection", leave)
    assert main(["inspect", str(inbox / "streik.txt")]) == 0
    assert capfd.readouterr().err == ""


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.page if self.path == "/pool" else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_the_url_of_a_page_is_fetched(inbox, capsys):
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        server.page = (inbox / "pool.html").read_bytes()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/pool"
        assert main(["inspect", url, "--allow-private-hosts"]) == 0
        assert ["title", "Pool stays open"] in lines(capsys)
        assert main(["inspect", url]) == 1
        assert lines(capsys)[-1][:3] == ["rejected", "fetch", "forbidden-address"]
        server.shutdown()


def test_negatives_and_topics_that_fell_short_are_shown(tmp_path, capsys):
    (tmp_path / "t.yaml").write_text(
        json.dumps(
            {
                "version": "1",
                "topics": {
                    "tugs": {
                        "label": {"en": "Tugs"},
                        "definition": {"en": "Tugs."},
                        "sets": {"tug": {"en": "tug*"}, "film": {"en": "film"}},
                        "signals": [{"any": "tug", "weight": 1}],
                        "negatives": [{"any": "film", "weight": 3}],
                        "negative_cap": 1,
                        "threshold": 1,
                    }
                },
            }
        )
    )
    words = "The film shows how an old tug pulled the whole fleet out of the ice before the winter had come."
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": f"{words} {words.replace('old', 'new')}"}))
    assert main(["inspect", str(tmp_path / "a.jsonl"), "--topics", str(tmp_path / "t.yaml")]) == 0
    shown = lines(capsys)
    assert ["topic", "tugs", "0.5556", "1.25 points", "of 1"] in shown
    assert ["against", "tugs", "-4.50", "film", "text:4-8", "film"] in shown
    assert ["against", "tugs", "-1.00", "in all, at most the cap"] in shown


def test_a_terminal_gets_the_same_in_colour(inbox, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr(inspect_view, "Console", lambda: Console(force_terminal=True, width=200))
    assert main(["inspect", str(inbox / "streik.txt")]) == 0
    out = capsys.readouterr().out
    assert "\x1b[" in out
    assert "labour-strike" in out


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ([], "FILE|URL"),
        (["a#1", "--topic", "x"], "--topic"),
        (["a.txt", "--topics", "no.yaml"], "cannot read no.yaml"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(call, says, capsys):
    assert main(["inspect", *call]) == 2
    assert says in capsys.readouterr().err
