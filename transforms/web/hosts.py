"""FetchByHost: the documents behind the elements of a collection, many hosts at once, each host gently."""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from queue import SimpleQueue
from threading import Event, Lock, Semaphore
from typing import Any, TypeVar
from urllib.parse import urldefrag

import apache_beam as beam
from apache_beam.transforms.util import ReshufflePerKey
from apache_beam.utils.windowed_value import WindowedValue

from schemas import RawPage, Reason, Rejection
from transforms.steps import Attempt, attempt
from transforms.web.address import Network
from transforms.web.fetch import Answer, Refusal, host_of
from transforms.web.fetcher import STAGE, Fetcher, Request
from transforms.web.policy import FetchPolicy

#: Hosts asked at once by one bundle. Nearly all of these threads sleep through their host's delay.
MAX_THREADS = 128

T = TypeVar("T")


_make_fetcher = lru_cache(maxsize=8)(Fetcher)
_make_fetcher_lock = Lock()


def shared_fetcher(policy: FetchPolicy, network: Network | None) -> Fetcher:
    """Returns the one fetcher that all steps of a process share: it knows what robots.txt say."""
    with _make_fetcher_lock:
        return _make_fetcher(policy, network)


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
    elements: Iterable[T], request_of: Callable[[T], Request], ask: Callable[[Request], Answer]
) -> Iterator[tuple[T, Answer]]:
    """Pairs each of `elements` with the answer to its request, and makes each request once."""
    sharing: dict[Request, list[T]] = {}
    for element in elements:
        request = request_of(element)
        sharing.setdefault(replace(request, url=urldefrag(request.url).url), []).append(element)
    for request in sorted(sharing, key=repr):
        try:
            answer = ask(request) if request.url else Refusal(Reason.MISSING_FIELD, "no link to follow")
        except Exception as error:  # a bug here must not end a run of a million
            answer = Refusal(Reason.FAILED, f"{type(error).__name__}: {error}")
        for element in sharing[request]:
            yield element, answer


class _FetchFn(beam.DoFn):
    """Collects the hosts of a bundle and asks them all when it is complete."""

    def __init__(
        self,
        policy: FetchPolicy,
        network: Network | None,
        request_of: Callable[[Any], Request],
        ask: Callable[[Fetcher, Request], Answer],
    ) -> None:
        self._policy = policy
        self._network = network
        self._request_of = request_of
        self._ask = ask

    def setup(self) -> None:
        self._fetcher = shared_fetcher(self._policy, self._network)

    def start_bundle(self) -> None:
        self._queues: dict[str, list[tuple[Any, Any, Any]]] = defaultdict(list)

    def process(
        self,
        keyed: tuple[str, Any],
        timestamp: Any = beam.DoFn.TimestampParam,
        window: Any = beam.DoFn.WindowParam,
    ) -> Iterator[Rejection]:
        host, element = keyed
        if isinstance(element, Rejection):
            yield element
        else:
            self._queues[host].append((element, timestamp, window))

    def finish_bundle(self) -> Iterator[WindowedValue]:
        # The longest queues first: the last host to finish decides when the bundle does.
        queues = sorted(self._queues.values(), key=len, reverse=True)
        yield from gather(map(self._work_off, queues))

    def _work_off(self, queue: list[tuple[Any, Any, Any]]) -> Iterator[WindowedValue]:
        ask = partial(self._ask, self._fetcher)
        for (element, timestamp, window), answer in ask_in_turn(queue, self._request_of_first, ask):
            yield WindowedValue((element, answer), timestamp, (window,))

    def _request_of_first(self, queued: tuple[Any, Any, Any]) -> Request:
        return self._request_of(queued[0])


@dataclass
class FetchByHost(beam.PTransform[Any, Any]):
    """Fetches what each element points to; the hosts of a bundle in parallel, each one by one.

    The elements are shuffled, by host, so that one worker alone asks a host. Rejections pass through.

    Attributes:
        policy: Limits and manners.
        request_of: From an element to what to ask for.
        ask: `Fetcher.feed` or `Fetcher.article`.
        settle: From an element and its answer to results, rejections among them.
        gives: Type of the results, beside `Rejection`.
        network: In place of the policy's own.
    """

    policy: FetchPolicy
    request_of: Callable[[Any], Request]
    ask: Callable[[Fetcher, Request], Answer]
    settle: Callable[[Any, Answer], Iterable[Any]]
    gives: Any = RawPage
    network: Network | None = None

    def expand(self, items: Any) -> Any:
        """Returns a PCollection of results and rejections."""
        request_of, settle = self.request_of, self.settle
        return (
            items
            | "Key by host" >> beam.WithKeys(partial(_host_key, request_of))
            | "Bring hosts together" >> ReshufflePerKey()
            | "Ask" >> beam.ParDo(_FetchFn(self.policy, self.network, request_of, self.ask))
            | "Settle" >> Attempt(STAGE, lambda: partial(_settled, settle), tuple, self.gives)
        )


def _host_key(request_of: Callable[[Any], Request], item: Any) -> str:
    return "" if isinstance(item, Rejection) else host_of(request_of(item).url)


def _settled(settle: Callable[[Any, Answer], Iterable[Any]], pair: tuple[Any, Answer]) -> Iterator[Any]:
    """Applies `settle`; an error in it is told of the element, not of the pair."""
    element, answer = pair
    return attempt(lambda item: settle(item, answer), element, STAGE)
