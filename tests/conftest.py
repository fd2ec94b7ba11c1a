"""A web site on loopback that misbehaves on demand and remembers what it was asked."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import pytest

from transforms.web import fetcher
from transforms.web.address import Network, is_public


@dataclass(frozen=True)
class Request:
    at: float  # seconds of a monotonic clock
    host: str  # without the port
    path: str
    headers: dict[str, str]


Respond = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """Answers for every host name; what it was not told of is 404."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: dict[str, Respond] = {}
        self._lock = Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 64

            def handle_error(self, *args: object) -> None:  # clients hang up on purpose here
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str = "/", host: str = "a.test", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def paths(self, host: str | None = None) -> list[str]:
        return [request.path for request in self.requests if host in (None, request.host)]

    def on(self, path: str, respond: Respond) -> str:
        """Has requests for `path`, of any host, answered by `respond`; returns its URL."""
        self._answers[path] = respond
        return self.url(path)

    def serve(
        self,
        path: str,
        body: bytes | str = b"",
        status: int = 200,
        media: str | None = "text/html",
        **headers: str,
    ) -> str:
        """Has requests for `path` answered as said; underscores in the names of headers become hyphens.

        A request with the `ETag` that is among the headers is answered 304.
        """
        data = body.encode() if isinstance(body, str) else body

        def respond(handler: BaseHTTPRequestHandler) -> None:
            if headers.get("ETag") and handler.headers.get("If-None-Match") == headers["ETag"]:
                handler.send_response(304)
                handler.end_headers()
                return
            handler.send_response(status)
            if media is not None:
                handler.send_header("Content-Type", media)
            for name, value in {"Content_Length": str(len(data)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(data)

        return self.on(path, respond)

    def redirect(self, path: str, location: str, status: int = 302) -> str:
        return self.serve(path, status=status, Location=location)

    def drip(self, path: str, data: bytes, seconds: float) -> str:
        """Has `data`, the whole answer with status line and headers, sent in small bits over `seconds`."""

        def respond(handler: BaseHTTPRequestHandler) -> None:
            step = max(1, len(data) // 40)
            for start in range(0, len(data), step):
                handler.wfile.write(data[start : start + step])
                time.sleep(seconds / 40)
            handler.close_connection = True

        return self.on(path, respond)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        host = handler.headers.get("Host", "").rpartition(":")[0]
        request = Request(time.monotonic(), host, handler.path, dict(handler.headers.items()))
        with self._lock:
            self.requests.append(request)
        respond = self._answers.get(handler.path)
        if respond is None:
            handler.send_response(404)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        else:
            respond(handler)


@pytest.fixture(autouse=True)
def turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """No host remembers what an earlier test did to it."""
    monkeypatch.setattr(fetcher, "TURNS", fetcher.Turns())


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def network(site: Site) -> Network:
    """The open internet, except that every `.test` name is the site, which may be reached too."""
    port = site.port

    def resolve(host: str) -> tuple[str, ...]:
        return ("127.0.0.1",) if host.endswith(".test") else (host,)

    def permits(address: str, asked: int) -> bool:
        return (address, asked) == ("127.0.0.1", port) or is_public(address)

    return Network(resolve, permits)
