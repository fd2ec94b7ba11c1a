"""A feed with its articles on loopback, which has new entries when told so."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_STORY = """<!doctype html><html lang="en"><head><title>Ferry {number} to return</title>
<meta property="article:published_time" content="2026-11-{day}T07:30:00Z"></head><body><article>
<h1>Ferry {number} to return</h1>
<p>Ferry number {number} will return to the northern route on the {day}th, the company said on Monday. It had
been in dock since a storm in September damaged its bow doors and flooded a part of the car deck.</p>
<p>The {number} crew members were told of the date last week. Tickets for the first crossing went on sale in
the morning, and the harbour office expects long queues on both sides of the sound.</p>
</article></body></html>"""
_ITEM = (
    "<item><title>Ferry {number} to return</title><link>{link}</link><description>Soon.</description></item>"
)
_FEED = '<rss version="2.0"><channel><title>Sound Herald</title>{items}</channel></rss>'
#: Seconds since 1970 at which the feed without stories was made.
_CHANGED = 1_790_000_000


class FeedSite:
    """A feed of as many stories as were published.

    Attributes:
        url: Of the feed.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/feed.xml"
        self._folder = folder

    def publish(self, stories: int) -> None:
        """Has the feed name so many stories, the last one first."""
        items = ""
        for number in range(stories, 0, -1):
            story = self._folder / f"story{number}.html"
            story.write_text(_STORY.format(number=number, day=number + 10))
            items += _ITEM.format(number=number, link=self.url.replace("feed.xml", story.name))
        feed = self._folder / "feed.xml"
        feed.write_text(_FEED.format(items=items))
        os.utime(feed, (_CHANGED + stories, _CHANGED + stories))


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def feed_site() -> Iterator[FeedSite]:
    """Serves a feed; yields it without stories."""
    with TemporaryDirectory() as folder:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield FeedSite(Path(folder), server.server_port)
        finally:
            server.shutdown()
            server.server_close()
