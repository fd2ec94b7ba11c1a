from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from urllib3.util import Url, parse_url

from schemas import Reason
from transforms.web.fetch import Answer, Fetched, Refusal
from transforms.web.robots import DAY_SECONDS, FAILURE_SECONDS, MAX_CRAWL_DELAY, Robots

AGENT = "newsbeam/1 (+https://press.example/bot)"
RULES = """\
User-agent: *
Disallow: /

User-agent: newsbeam
Disallow: /private
Allow: /private/press
Crawl-delay: 2
"""


def url(path: str = "/", site: str = "http://a.test") -> Url:
    return parse_url(site + path)


def found(rules: str) -> Fetched:
    return Fetched("", rules.encode(), "text/plain", None, datetime(2026, 11, 20, tzinfo=UTC))


def robots(answer: Answer) -> Robots:
    return Robots(lambda _: answer, AGENT)


def test_the_group_of_this_user_agent_holds() -> None:
    rules = robots(found(RULES))
    refusal = rules.refusal(url("/private/x"))
    assert refusal is not None
    assert refusal.reason is Reason.ROBOTS
    assert rules.refusal(url("/private/press/x")) is None
    assert rules.refusal(url("/x")) is None
    assert rules.crawl_delay(url("/x")) == 2.0


def test_a_byte_order_mark_hides_no_rule() -> None:
    assert robots(found("\ufeffUser-agent: *\nDisallow: /")).refusal(url("/x")) is not None


def test_a_long_crawl_delay_is_cut() -> None:
    rules = robots(found("User-agent: *\nCrawl-delay: 86400"))
    assert rules.crawl_delay(url()) == MAX_CRAWL_DELAY


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_robots_txt_no_rules(status: int) -> None:
    rules = robots(Refusal(Reason.HTTP_STATUS, str(status), status))
    assert rules.refusal(url()) is None
    assert rules.crawl_delay(url()) == 0.0


@pytest.mark.parametrize(
    "trouble",
    [
        Refusal(Reason.HTTP_STATUS, "503 Service Unavailable", 503),
        Refusal(Reason.HTTP_STATUS, "429 Too Many Requests", 429),
        Refusal(Reason.FETCH_FAILED, "timed out"),
        Refusal(Reason.FORBIDDEN_ADDRESS, "a.test is at 10.0.0.1"),
    ],
)
def test_rules_that_cannot_be_had_disallow_all_and_say_why(trouble: Refusal) -> None:
    refusal = robots(trouble).refusal(url())
    assert refusal == Refusal(trouble.reason, f"robots.txt: {trouble.detail}")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def remembering(answer: Answer) -> tuple[Robots, list[str], Clock]:
    asked: list[str] = []
    clock = Clock()

    def fetch(address: str) -> Answer:
        asked.append(address)
        return answer

    return Robots(fetch, AGENT, clock), asked, clock


def test_each_site_is_asked_once_a_day() -> None:
    rules, asked, clock = remembering(found(RULES))
    for site in (
        "http://a.test",
        "http://a.test:80",
        "https://a.test",
        "http://a.test:8080",
        "http://b.test",
    ):
        rules.refusal(url("/x", site))
        rules.refusal(url("/y", site))
    everything = [
        "http://a.test/robots.txt",
        "https://a.test/robots.txt",
        "http://a.test:8080/robots.txt",
        "http://b.test/robots.txt",
    ]
    assert asked == everything
    clock.now = DAY_SECONDS - 1
    rules.refusal(url())
    assert asked == everything
    clock.now = DAY_SECONDS
    rules.refusal(url())
    assert asked == [*everything, "http://a.test/robots.txt"]


def test_a_failure_is_forgotten_sooner() -> None:
    rules, asked, clock = remembering(Refusal(Reason.FETCH_FAILED, "timed out"))
    rules.refusal(url())
    clock.now = FAILURE_SECONDS - 1
    rules.refusal(url())
    assert len(asked) == 1
    clock.now = FAILURE_SECONDS
    rules.refusal(url())
    assert len(asked) == 2


def test_no_more_sites_are_remembered_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.web.robots.MAX_SITES", 2)
    rules, asked, _ = remembering(found(RULES))
    ask: Callable[[str], object] = lambda site: rules.refusal(url("/x", site))  # noqa: E731
    for site in (
        "http://a.test",
        "http://b.test",
        "http://c.test",
        "http://c.test",
        "http://b.test",
        "http://a.test",
    ):
        ask(site)
    assert [address[7] for address in asked] == ["a", "b", "c", "a"]
