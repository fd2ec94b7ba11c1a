from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas import Kind, RawPage, Reason, Rejection, Source
from transforms.web.feed_state import FeedState
from transforms.web.fetch import Answer, Fetched, Refusal, Validators
from transforms.web.fetcher import Request
from transforms.web.polls import Outcome, Poll, Polled, prepare, request_of, settle
from transforms.web.schedule import FIRST_BACKOFF, MAX_MISSING

URL = "https://tiden.example/rss"
NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
SOURCE = Source(URL, Kind.FEED_URL)
V1, V2 = Validators('"v1"'), Validators('"v2"')


def feed(*names: str, head: str = "") -> bytes:
    items = "".join(f"<item><link>https://tiden.example/{name}</link></item>" for name in names)
    return f'<rss version="2.0"><channel><title>Tidenblatt</title>{head}{items}</channel></rss>'.encode()


def answer(body: bytes, validators: Validators = V1, moved_to: str | None = None) -> Fetched:
    return Fetched(URL, body, "text/xml", None, NOW, validators, moved_to)


def refusal(status: int, retry_after: float | None = None) -> Refusal:
    return Refusal(Reason.HTTP_STATUS, str(status), status, retry_after)


NOT_MODIFIED = refusal(304)


def poll(
    state: FeedState | None, came: Answer, now: datetime = NOW, source: Source = SOURCE
) -> tuple[list[str], Polled]:
    """The links and reasons that came of a poll, and what is known then."""
    *items, polled = settle(Poll(source, state), came, now)
    assert isinstance(polled, Polled)
    return [
        item.url or "" if isinstance(item, RawPage) else str(item.reason)
        for item in items
        if isinstance(item, RawPage | Rejection)
    ], polled


def state_after(*answers: Answer, every: timedelta = timedelta(hours=1), source: Source = SOURCE) -> Polled:
    state, polled = None, None
    for number, came in enumerate(answers):
        _, polled = poll(state, came, NOW + number * every, source)
        state = polled.state
    assert polled is not None
    return polled


def test_a_new_feed_gives_all_its_entries() -> None:
    links, polled = poll(None, answer(feed("a", "b")))
    assert links == ["https://tiden.example/a", "https://tiden.example/b"]
    assert polled.outcome is Outcome.CHANGED
    assert (polled.state.polled_at, polled.state.due_at) == (NOW, NOW)


def test_later_only_what_is_new() -> None:
    before = state_after(answer(feed("a", "b"))).state
    links, polled = poll(before, answer(feed("c", "a", "b"), V2))
    assert links == ["https://tiden.example/c"]
    assert (polled.outcome, polled.known_entries) == (Outcome.CHANGED, 2)


def test_an_entry_that_says_something_else_is_new() -> None:
    before = state_after(answer(feed("a"))).state
    changed = feed("a").replace(b"</item>", b"<title>Now with a title</title></item>")
    assert poll(before, answer(changed))[0] == ["https://tiden.example/a"]


@pytest.mark.parametrize("came", [NOT_MODIFIED, answer(feed("a"), V2)], ids=["304", "the same body"])
def test_an_unchanged_feed_gives_nothing(came: Answer) -> None:
    links, polled = poll(state_after(answer(feed("a"))).state, came)
    assert (links, polled.outcome) == ([], Outcome.UNCHANGED)


def test_what_is_asked_for_is_another_version() -> None:
    assert request_of(Poll(SOURCE)) == Request(URL)
    assert request_of(Poll(SOURCE, state_after(answer(feed("a"))).state)) == Request(URL, V1)
    assert request_of(Poll(SOURCE, state_after(refusal(500)).state)) == Request(URL)


def test_a_row_of_304_is_believed_for_a_day() -> None:
    hours = [answer(feed("a")), *[NOT_MODIFIED] * 30]
    requests = [request_of(Poll(SOURCE, state_after(*hours[:number]).state)) for number in range(1, 30)]
    assert [request.validators for request in requests[:24]] == [V1] * 24
    assert requests[24] == Request(URL)


def test_a_server_whose_validators_lie_is_never_believed_again() -> None:
    lied = state_after(answer(feed("a"), V1), answer(feed("b"), V1), answer(feed("c"), V2)).state
    assert request_of(Poll(SOURCE, lied)) == Request(URL)
    honest = state_after(answer(feed("a"), V1), answer(feed("b"), V2)).state
    assert request_of(Poll(SOURCE, honest)) == Request(URL, V2)


def test_a_permanent_redirect_is_remembered_until_it_fails() -> None:
    moved = state_after(answer(feed("a"), moved_to="https://new.example/rss")).state
    assert request_of(Poll(SOURCE, moved)).url == "https://new.example/rss"
    again = poll(moved, answer(feed("b")))[1].state
    assert request_of(Poll(SOURCE, again)).url == "https://new.example/rss"
    lost = poll(moved, refusal(404))[1].state
    assert request_of(Poll(SOURCE, lost)).url == URL


def test_a_failure_is_told_and_rests_ever_longer() -> None:
    links, first = poll(None, refusal(503))
    assert (links, first.outcome) == (["http-status"], Outcome.FAILED)
    second = poll(first.state, Refusal(Reason.FETCH_FAILED, "timed out"))[1]
    rests = [(polled.state.due_at - NOW).total_seconds() for polled in (first, second)]
    assert FIRST_BACKOFF <= rests[0] < rests[1]
    assert poll(second.state, NOT_MODIFIED)[1].outcome is Outcome.FAILED  # 304 of nothing that is known
    assert state_after(refusal(503), answer(feed("a"))).state.failures == 0


def test_retry_after_is_obeyed() -> None:
    state = poll(None, refusal(429, 7200.0))[1].state
    assert state.due_at == NOW + timedelta(hours=2)
    waits = prepare(Poll(SOURCE, state), NOW + timedelta(minutes=119))
    assert isinstance(waits, Polled)
    assert waits.outcome is Outcome.NOT_DUE
    assert isinstance(prepare(Poll(SOURCE, state), NOW + timedelta(hours=2)), Poll)


def test_what_is_no_feed_is_a_failure() -> None:
    before = state_after(answer(feed("a"))).state
    links, polled = poll(before, answer(b"<html><body>Down for repairs"))
    assert (links, polled.outcome) == (["not-a-feed"], Outcome.FAILED)
    assert poll(polled.state, answer(feed("b", "a")))[0] == ["https://tiden.example/b"]


@pytest.mark.parametrize(("answers", "off"), [
    ([refusal(410)], True),
    ([refusal(404)] * MAX_MISSING, True),
    ([refusal(404)] * (MAX_MISSING - 1), False),
    ([refusal(404)] * (MAX_MISSING - 1) + [refusal(500), refusal(404)], False),
    ([refusal(410), answer(feed("a"))], False),
])  # fmt: skip
def test_feeds_that_are_gone_are_switched_off(answers: list[Answer], off: bool) -> None:
    state = state_after(*answers).state
    assert bool(state.off) is off
    week = prepare(Poll(SOURCE, state), state.polled_at + timedelta(days=7))
    assert (isinstance(week, Polled) and week.outcome is Outcome.OFF) is off


def test_the_interval_grows_with_the_quiet_and_shrinks_with_changes() -> None:
    quiet = state_after(answer(feed("a")), *[NOT_MODIFIED] * 10)
    lively = state_after(*[answer(feed(str(number)), Validators(str(number))) for number in range(11)])

    def interval(polled: Polled) -> timedelta:
        return polled.state.due_at - polled.state.polled_at

    assert timedelta(0) < interval(lively) < interval(quiet) < timedelta(hours=2)


@pytest.mark.parametrize(("minutes", "head", "due"), [
    (30.0, "", 27), (None, "<ttl>60</ttl>", 54), (30.0, "<ttl>60</ttl>", 27), (0.0, "<ttl>60</ttl>", 0),
])  # fmt: skip
def test_the_interval_of_the_list_goes_before_that_of_the_feed(
    minutes: float | None, head: str, due: int
) -> None:
    source = replace(SOURCE, poll_interval=None if minutes is None else 60 * minutes)
    state = state_after(answer(feed("a", head=head)), source=source).state
    assert state.due_at == NOW + timedelta(minutes=due)


def test_pages_that_were_not_fetched_are_fetched_when_they_are_wanted() -> None:
    first: Any = list(settle(Poll(SOURCE, with_pages=False), answer(feed("a")), NOW))[-1]
    again = prepare(Poll(SOURCE, first.state, with_pages=True), NOW)
    assert isinstance(again, Poll)
    assert request_of(again) == Request(URL)
    assert poll(again.state, answer(feed("a")))[0] == ["https://tiden.example/a"]


def test_what_is_taken_anew_is_due_and_new() -> None:
    before = replace(state_after(answer(feed("a")), refusal(503)).state, anew=True)
    again = prepare(Poll(SOURCE, before), before.polled_at)
    assert isinstance(again, Poll)
    assert request_of(again) == Request(URL)
    links, polled = poll(again.state, answer(feed("a")))
    assert (links, polled.state.anew) == (["https://tiden.example/a"], False)


def test_a_broken_entry_is_told_once() -> None:
    body = feed("a").replace(b"</channel>", b"<item><title>Nothing else</title></item></channel>")
    links, polled = poll(None, answer(body))
    assert links == ["https://tiden.example/a", "missing-field"]
    assert poll(polled.state, answer(body + b"\n"))[0] == []


def test_an_interval_that_was_shortened_holds_at_once_but_no_rest_is_cut_short() -> None:
    daily, often = replace(SOURCE, poll_interval=86400.0), replace(SOURCE, poll_interval=300.0)
    state = state_after(answer(feed("a")), source=daily).state
    later = NOW + timedelta(seconds=300)
    assert isinstance(prepare(Poll(daily, state), later), Polled)
    assert isinstance(prepare(Poll(often, state), later), Poll)
    assert isinstance(prepare(Poll(often, state), NOW + timedelta(seconds=200)), Polled)
    resting = state_after(answer(feed("a")), refusal(503, retry_after=3600.0), every=timedelta(0)).state
    assert isinstance(prepare(Poll(often, resting), later), Polled)


def test_a_clock_that_was_ahead_keeps_no_feed_waiting() -> None:
    state = state_after(answer(feed("a"))).state
    assert isinstance(prepare(Poll(SOURCE, replace(state, due_at=NOW + timedelta(hours=9))), NOW), Polled)
    ahead = replace(state, polled_at=NOW + timedelta(days=999), due_at=NOW + timedelta(days=1000))
    assert isinstance(prepare(Poll(SOURCE, ahead), NOW), Poll)
