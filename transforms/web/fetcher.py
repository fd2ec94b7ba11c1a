"""Fetcher: documents asked for with manners: one request at a time a host, rests, robots.txt, patience."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from time import monotonic, sleep

from urllib3.util import Url

from schemas import Reason
from transforms.web.address import Network
from transforms.web.fetch import (
    NO_VALIDATORS,
    Answer,
    Gate,
    Refusal,
    Validators,
    fetch,
    host_of,
    parse_http_url,
)
from transforms.web.policy import ANYTHING, FEEDS, PAGES, FetchPolicy, Media
from transforms.web.robots import MAX_ROBOTS_BYTES, Robots
from transforms.web.schedule import MAX_RETRY_AFTER, backoff_factor

#: `Rejection.stage` of what could not be fetched.
STAGE = "fetch"
#: Statuses of a server that may answer soon: too many requests, and trouble that tends to pass.
BUSY = frozenset({429, 500, 502, 503, 504})
#: Requests for one document at most.
MAX_TRIES = 3
#: Documents in a row that a host fails to give, after which it is left alone for a while: each may cost a
#: time-out or some rests, and hundreds may stand in line.
MAX_LOST_IN_A_ROW = 5
GIVE_UP_SECONDS = 600.0
#: Longest rest that a run waits for, in seconds; a host that wants more is not asked again until then.
MAX_REST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for.

    Attributes:
        url: http or https; empty where there is nothing to ask for.
        validators: Of the version that is held.
    """

    url: str
    validators: Validators = NO_VALIDATORS


@dataclass(slots=True)
class _Turn:
    lock: Lock = field(default_factory=Lock)
    free_at: float = float("-inf")
    banned_until: float = float("-inf")
    lost_in_a_row: int = 0


class Turns:
    """One request at a time a host, with a rest after each. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._turns: dict[str, _Turn] = {}

    @contextmanager
    def take(self, host: str, delay: float) -> Iterator[None]:
        """Waits until `host` has rested for `delay` seconds, and keeps all others from it meanwhile.

        The rest begins when the last request has ended: its server has seen it by then, so that two
        requests arrive there `delay` apart at least, however slow the way was.
        """
        turn = self._of(host)
        with turn.lock:
            now = monotonic()  # a ban that came while another waited here must not stall it for hours
            free_at = max(turn.free_at + delay, min(turn.banned_until, now + MAX_REST_SECONDS))
            sleep(max(0.0, free_at - now))
            try:
                yield
            finally:
                turn.free_at = monotonic()

    def ban(self, host: str, seconds: float) -> None:
        """Keeps all requests from `host` for so long."""
        turn = self._of(host)
        turn.banned_until = max(turn.banned_until, monotonic() + seconds)

    def ban_left(self, host: str) -> float:
        """Returns the seconds for which `host` must be left alone."""
        return max(0.0, self._of(host).banned_until - monotonic())

    def tell(self, host: str, *, lost: bool) -> None:
        """Notes whether `host` failed to give a document; one that fails again and again is left alone."""
        turn = self._of(host)
        turn.lost_in_a_row = turn.lost_in_a_row + 1 if lost else 0
        if turn.lost_in_a_row >= MAX_LOST_IN_A_ROW:
            turn.lost_in_a_row = 0
            self.ban(host, GIVE_UP_SECONDS)

    def _of(self, host: str) -> _Turn:
        with self._lock:
            return self._turns.setdefault(host, _Turn())


#: Of the whole process, because feeds and articles of one host are fetched by different steps.
TURNS = Turns()


class Fetcher:
    """Fetches feeds and articles as `policy` says. Safe to share between threads."""

    def __init__(self, policy: FetchPolicy, network: Network | None = None) -> None:
        """Takes the policy, and a network in place of the policy's own."""
        self._policy = policy
        self._network = network
        self._robots = Robots(self._robots_txt, policy.user_agent)

    def feed(self, request: Request) -> Answer:
        """Fetches a feed that the user has named; robots.txt speaks of crawling, and is not asked."""
        return self._patiently(request, FEEDS, self._turn)

    def article(self, request: Request) -> Answer:
        """Fetches an article, if robots.txt permits it there and wherever it redirects to."""
        return self._patiently(request, PAGES, self._permitted_turn)

    def robots(self, url: str) -> Refusal | None:
        """Returns why robots.txt keeps `url` from being fetched, None if it does not."""
        target = parse_http_url(url)
        return self._robots.refusal(target) if target else Refusal(Reason.MISSING_FIELD, "no http(s) address")

    def _patiently(self, request: Request, media: Media, gate: Gate) -> Answer:
        """Fetches, and asks again where a server is only busy, after the rest that it wants."""
        for tries in range(1, MAX_TRIES + 1):
            answer = fetch(
                request.url,
                self._policy,
                media=media,
                network=self._network,
                gate=gate,
                validators=request.validators,
            )
            if not isinstance(answer, Refusal) or answer.status not in BUSY or not answer.host:
                break
            pause = self._policy.host_delay * backoff_factor(tries, request.url)
            pause = max(pause, min(answer.retry_after or 0.0, MAX_RETRY_AFTER))
            TURNS.ban(answer.host.rstrip("."), pause)
            if pause > MAX_REST_SECONDS:
                break
        left_alone = isinstance(answer, Refusal) and answer.status is None and answer.retry_after
        if not left_alone:
            TURNS.tell(host_of(request.url), lost=is_lost(answer))
        return answer

    def _robots_txt(self, url: str) -> Answer:
        policy = replace(self._policy, max_page_bytes=MAX_ROBOTS_BYTES)
        return fetch(url, policy, media=ANYTHING, network=self._network, gate=self._turn)

    @contextmanager
    def _turn(self, target: Url, delay: float = 0.0) -> Iterator[Refusal | None]:
        host = (target.host or "").rstrip(".")
        if (left := TURNS.ban_left(host)) > MAX_REST_SECONDS:
            detail = f"{host} is left alone for another {left:.0f} s, as it asked or because it failed"
            yield Refusal(Reason.FETCH_FAILED, detail, retry_after=left)
            return
        with TURNS.take(host, max(delay, self._policy.host_delay)):
            yield None

    @contextmanager
    def _permitted_turn(self, target: Url) -> Iterator[Refusal | None]:
        refusal = self._robots.refusal(target)
        if refusal is not None:
            yield refusal
            return
        with self._turn(target, self._robots.crawl_delay(target)) as refusal:
            yield refusal


def is_lost(answer: Answer) -> bool:
    """Whether the server failed to answer, or was busy: the same may be had later."""
    return isinstance(answer, Refusal) and (answer.status in BUSY or answer.reason is Reason.FETCH_FAILED)
