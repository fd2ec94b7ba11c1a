"""Policy: how this program behaves towards servers, and what it can read of them."""

import re
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from transforms.web.address import EVERYWHERE, PUBLIC, Network


def default_user_agent() -> str:
    """Returns `newsbeam/<version>`; version 0 where the package is not installed."""
    try:
        return f"newsbeam/{version('newsbeam')}"
    except PackageNotFoundError:
        return "newsbeam/0"


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How this program behaves towards servers, and how far it trusts them.

    Attributes:
        user_agent: Sent with each request, and matched against robots.txt. Printable ASCII.
        timeout: Seconds for one document in all, from its host's name over its redirects to its last byte;
            waiting for its host's turn is not counted.
        max_page_bytes: Size limit of a document, decoded; a server that announces more is not heard out.
        host_delay: Seconds of rest between two requests to one host.
        allow_private_hosts: Let private, loopback, link-local and metadata addresses be connected to.
    """

    user_agent: str = field(default_factory=default_user_agent)
    timeout: float = 30.0
    max_page_bytes: int = 10 * 1024 * 1024
    host_delay: float = 1.0
    allow_private_hosts: bool = False

    def __post_init__(self) -> None:
        """Refuses what no request could be made with.

        Raises:
            ValueError: A limit that is not positive, a negative delay, a user agent that is no header value.
        """
        if not (self.timeout > 0 and self.max_page_bytes > 0):
            raise ValueError("time-out and page size must be above 0")
        if not self.host_delay >= 0:
            raise ValueError("the delay between requests to a host cannot be negative")
        if not (self.user_agent.strip() and self.user_agent.isascii() and self.user_agent.isprintable()):
            raise ValueError("the user agent must be printable ASCII")

    @property
    def network(self) -> Network:
        """The addresses that this policy permits."""
        return EVERYWHERE if self.allow_private_hosts else PUBLIC


@dataclass(frozen=True, slots=True)
class Media:
    """Content types that a caller can read.

    Attributes:
        accept: Value of the request's `Accept` header.
        pattern: Matches a content type, in lower case and without its parameters.
    """

    accept: str
    pattern: re.Pattern[str]


PAGES = Media(
    "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.1",
    re.compile(r"text/html|(application|text)/xml|application/xhtml\+xml"),
)
#: Feeds are served under nearly every name; parsing tells them apart.
FEEDS = Media(
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1",
    re.compile(r"text/(html|plain|xml|rss|json)|application/(octet-stream|(x-)?gzip|(.+\+)?(xml|json))"),
)
ANYTHING = Media("*/*", re.compile(r".*"))
