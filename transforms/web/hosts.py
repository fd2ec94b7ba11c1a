"""FetchByHost: the documents behind the elements of a collection, many hosts at once, each host gently."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from queue import SimpleQueue
from threading import Event, Lock, Semaphore
from time import monotonic, sleep
from typing import Any, TypeVar
from urllib.parse import urldefrag

import apache_beam as beam
from apache_beam.utils.windowed_value import WindowedValue
from urllib3.util import Url

from schemas import RawPage, Reason, Rejection
from transforms.steps import Attempt, attempt
from transforms.web.address import Network
from transforms.web.fetch import ANYTHING, FEEDS, PAGES, Answer, FetchPolicy, Refusal, fetch, host_of
from transforms.web.robots import MAX_ROBOTS_BYTES, Robots

#: `Rejection.stage` of what could not be fetched.
STAGE = "fetch"
#: Hosts asked at once by one bundle. Nearly all of these threads sleep through their host's delay.
MAX_THREADS = 128

T = TypeVar("T")


@dataclass(slots=True)
class _Turn:
    lock: Lock = field(default_factory=Lock)
    free_at: float = float("-inf")


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
        with self._lock:
            turn = self._turns.setdefault(host, _Turn())
        with turn.lock:
            sleep(max(0.0, turn.free_at + delay - monotonic()))
            try:
                yield
            finally:
                turn.free_at = monotonic()


#: Of the whole process, because feeds and articles of one host are fetched by different steps.
TURNS = Turns()


class Fetcher:
    """Fetches feeds and articles as `policy` says. Safe to share between threads."""

    def __init__(self, policy: FetchPolicy, network: Network | None = None) -> None:
        """Takes the policy, and a network in place of the policy's own."""
        self._policy = policy
        self._network = network
        self._robots = Robots(self._robots_txt, policy.user_agent)

    def feed(self, url: str) -> Answer:
        """Fetches a feed that the user has named; robots.txt speaks of crawling, and is not asked."""
        return fetch(url, self._policy, media=FEEDS, network=self._network, gate=self._turn)

    def article(self, url: str) -> Answer:
        """Fetches an article, if robots.txt permits it there and wherever it redirects to."""
        return fetch(url, self._policy, media=PAGES, network=self._network, gate=self._permitted_turn)

    def _robots_txt(self, url: str) -> Answer:
        policy = replace(self._policy, max_page_bytes=MAX_ROBOTS_BYTES)
        return fetch(url, policy, media=ANYTHING, network=self._network, gate=self._turn)

    @contextmanager
    def _turn(self, target: Url, delay: float = 0.0) -> Iterator[None]:
        with TURNS.take((target.host or "").rstrip("."), max(delay, self._policy.host_delay)):
            yield

    @contextmanager
    def _permitted_turn(self, target: Url) -> Iterator[Refusal | None]:
        refusal = self._robots.refusal(target)
        if refusal is not None:
            yield refusal
            return
        with self._turn(target, self._robots.crawl_delay(target)):
            yield None


_shared_fetcher = lru_cache(maxsize=8)(Fetcher)
_shared_fetcher_lock = Lock()


def gather(jobs: Iterable[Iterable[T]], max_threads: int = MAX_THREADS) -> Generator[T, None, None]:
    """Works `jobs` off side by side; yields what they yield in the caller's thread, as it comes.

    A caller that is slow to take results slows the jobs down, so that few are held. A caller that goes away
    ends each job at its next result.

    Raises:
        Exception: Whatever a job raised, after all the others have ended.
    """
    results: SimpleQueue[T | None] = SimpleQueue()  # None: a job has ended
    untaken = Semaphore(max_threads)
    stopped = Event()

    def work_off(job: Iterable[T]) -> None:
        try:
            for result in job:
                results.put(result)
                untaken.acquire()
                if stopped.is_set():
                    return
        finally:
            results.put(None)

    pool = ThreadPoolExecutor(max_threads, thread_name_prefix="fetch")
    try:
        running = [pool.submit(work_off, job) for job in jobs]
        left = len(running)
        while left:
            result = results.get()
            if result is None:
                left -= 1
            else:
                yield result
                untaken.release()
        for job in running:
            job.result()
    finally:
        stopped.set()
        untaken.release(max_threads)
        pool.shutdown(wait=False, cancel_futures=True)


def ask_in_turn(
    elements: Iterable[T], url_of: Callable[[T], str | None], ask: Callable[[str], Answer]
) -> Iterator[tuple[T, Answer]]:
    """Pairs each of `elements` with the answer for its URL, and asks for each URL once."""
    sharing: dict[str, list[T]] = {}
    for element in elements:
        sharing.setdefault(urldefrag(url_of(element) or "").url, []).append(element)
    for url in sorted(sharing):
        try:
            answer = ask(url) if url else Refusal(Reason.MISSING_FIELD, "no link to follow")
        except Exception as error:  # a bug here must not end a run of a million
            answer = Refusal(Reason.FAILED, f"{type(error).__name__}: {error}")
        for element in sharing[url]:
            yield element, answer


class _FetchFn(beam.DoFn):
    """Collects the hosts of a bundle and asks them all when it is complete."""

    def __init__(
        self,
        policy: FetchPolicy,
        network: Network | None,
        url_of: Callable[[Any], str | None],
        ask: Callable[[Fetcher, str], Answer],
    ) -> None:
        self._policy = policy
        self._network = network
        self._url_of = url_of
        self._ask = ask

    def setup(self) -> None:
        with _shared_fetcher_lock:
            self._fetcher = _shared_fetcher(self._policy, self._network)

    def start_bundle(self) -> None:
        self._hosts: list[tuple[list[Any], Any, Any]] = []

    def process(
        self,
        group: tuple[str, Iterable[Any]],
        timestamp: Any = beam.DoFn.TimestampParam,
        window: Any = beam.DoFn.WindowParam,
    ) -> Iterator[Rejection]:
        elements = list(group[1])
        yield from (element for element in elements if isinstance(element, Rejection))
        wanted = [element for element in elements if not isinstance(element, Rejection)]
        self._hosts.append((wanted, timestamp, window))

    def finish_bundle(self) -> Iterator[WindowedValue]:
        # The longest queues first: the last host to finish decides when the bundle does.
        queues = sorted(self._hosts, key=lambda host: len(host[0]), reverse=True)
        yield from gather(self._work_off(*queue) for queue in queues)

    def _work_off(self, elements: list[Any], timestamp: Any, window: Any) -> Iterator[WindowedValue]:
        for pair in ask_in_turn(elements, self._url_of, partial(self._ask, self._fetcher)):
            yield WindowedValue(pair, timestamp, (window,))


@dataclass
class FetchByHost(beam.PTransform[Any, Any]):
    """Fetches what each element points to; the hosts of a bundle in parallel, each one by one.

    The elements are shuffled, by host, so that one worker alone asks a host. Rejections pass through.

    Attributes:
        policy: Limits and manners.
        url_of: From an element to its URL.
        ask: `Fetcher.feed` or `Fetcher.article`.
        settle: From an element and its answer to results, rejections among them.
        network: In place of the policy's own.
    """

    policy: FetchPolicy
    url_of: Callable[[Any], str | None]
    ask: Callable[[Fetcher, str], Answer]
    settle: Callable[[Any, Answer], Iterable[RawPage | Rejection]]
    network: Network | None = None

    def expand(self, items: Any) -> Any:
        """Returns a PCollection of pages and rejections."""
        url_of, settle = self.url_of, self.settle
        return (
            items
            | "Key by host" >> beam.WithKeys(partial(_host_key, url_of))
            | "Group by host" >> beam.GroupByKey()
            | "Ask" >> beam.ParDo(_FetchFn(self.policy, self.network, url_of, self.ask))
            | "Settle" >> Attempt(STAGE, lambda: partial(_settled, settle), tuple, RawPage)
        )


def _host_key(url_of: Callable[[Any], str | None], item: Any) -> str:
    return "" if isinstance(item, Rejection) else host_of(url_of(item) or "")


def _settled(
    settle: Callable[[Any, Answer], Iterable[RawPage | Rejection]], pair: tuple[Any, Answer]
) -> Iterator[RawPage | Rejection]:
    """Applies `settle`; an error in it is told of the element, not of the pair."""
    element, answer = pair
    return attempt(lambda item: settle(item, answer), element, STAGE)
