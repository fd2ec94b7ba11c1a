"""Robots: what the robots.txt of each site permits (RFC 9309), as remembered by a worker."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from protego import Protego
from urllib3.util import Url

from schemas import Reason
from transforms.web.fetch import Answer, Fetched, Refusal

#: RFC 9309, 2.4: a cached copy should not be used for more than 24 hours.
DAY_SECONDS = 24 * 3600.0
#: How long a site is left alone whose robots.txt could not be had.
FAILURE_SECONDS = 3600.0
#: Longest Crawl-delay that is obeyed, in seconds; more would stall a run for the sake of one site.
MAX_CRAWL_DELAY = 30.0
#: RFC 9309, 2.5, asks for at least 500 KiB.
MAX_ROBOTS_BYTES = 1024 * 1024
#: Sites remembered; the one that came first is forgotten first.
MAX_SITES = 4096

_PORTS = {"http": 80, "https": 443}
_TOO_MANY_REQUESTS = 429


@dataclass(slots=True)
class _Site:
    lock: Lock = field(default_factory=Lock)
    rules: Protego | Refusal | None = None
    expires: float = 0.0


class Robots:
    """Rules by (scheme, host, port), each asked for once a day. Safe to share between threads."""

    def __init__(
        self, fetch: Callable[[str], Answer], user_agent: str, clock: Callable[[], float] = monotonic
    ) -> None:
        """Takes the way to fetch a robots.txt, the user agent to look for in it, and a clock in seconds."""
        self._fetch = fetch
        self._user_agent = user_agent
        self._clock = clock
        self._lock = Lock()
        self._sites: dict[tuple[str, str, int], _Site] = {}

    def refusal(self, target: Url) -> Refusal | None:
        """Returns why `target` must not be fetched, None if it may.

        Where robots.txt answers 4xx there are no rules. Where it cannot be had (429, 5xx, no answer, a
        forbidden address) everything is disallowed, and the reason is what came in its way.
        """
        rules = self._rules(target)
        if isinstance(rules, Refusal):
            return Refusal(rules.reason, f"robots.txt: {rules.detail}")
        if not rules.can_fetch(target.url, self._user_agent):
            return Refusal(Reason.ROBOTS, f"robots.txt disallows {target.url}")
        return None

    def crawl_delay(self, target: Url) -> float:
        """Returns the seconds between requests that the site asks for, at most `MAX_CRAWL_DELAY`."""
        rules = self._rules(target)
        if isinstance(rules, Refusal):
            return 0.0
        return min(rules.crawl_delay(self._user_agent) or 0.0, MAX_CRAWL_DELAY)

    def _rules(self, target: Url) -> Protego | Refusal:
        site = self._site(target)
        with site.lock:  # so that a second thread waits for the answer instead of asking again
            if site.rules is None or self._clock() >= site.expires:
                answer = self._fetch(f"{target.scheme}://{target.netloc}/robots.txt")
                site.rules = _rules_of(answer)
                failed = isinstance(site.rules, Refusal)
                site.expires = self._clock() + (FAILURE_SECONDS if failed else DAY_SECONDS)
            return site.rules

    def _site(self, target: Url) -> _Site:
        scheme, host = target.scheme or "", target.host or ""
        origin = (scheme, host, target.port or _PORTS[scheme])
        with self._lock:
            if origin not in self._sites:
                while len(self._sites) >= MAX_SITES:
                    del self._sites[next(iter(self._sites))]
                self._sites[origin] = _Site()
            return self._sites[origin]


def _rules_of(answer: Answer) -> Protego | Refusal:
    if isinstance(answer, Fetched):
        return Protego.parse(answer.body.decode("utf-8-sig", "replace"))
    unavailable = answer.status is not None and answer.status < 500 and answer.status != _TOO_MANY_REQUESTS
    return Protego.parse("") if unavailable else answer
