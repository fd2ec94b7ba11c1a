"""Rejection: an input that cannot become an article, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.document import Document
from schemas.page import RawPage
from schemas.source import Source

#: Bytes of a refused input that are kept in the rejects, for a replay.
PAYLOAD_BYTES = 64 * 1024


class Reason(StrEnum):
    """Why an input was refused. The list is closed: consumers group by it."""

    NOT_FOUND = "not-found"  # no file or folder of that name, or nothing readable below it
    UNREADABLE = "unreadable"  # the storage refused or failed
    EMPTY = "empty"  # nothing but white space
    TRUNCATED = "truncated"  # ends before its own format says it should
    CORRUPT = "corrupt"  # not what its format requires
    TOO_LARGE = "too-large"  # over --max-page-bytes
    UNSUPPORTED_MEDIA = "unsupported-media"  # not a kind this program reads: PDF, image, …
    TOO_COMPLEX = "too-complex"  # within its bytes, but of more lines than are worth judging
    UNDECODABLE = "undecodable"  # bytes that are no text in any likely charset
    NOT_JSON = "not-json"  # a line that is no JSON object
    MISSING_FIELD = "missing-field"  # a row without `text` or `html`
    NOT_A_FEED = "not-a-feed"  # XML or HTML, but no feed
    HTTP_STATUS = "http-status"  # answered with another status than 200
    FETCH_FAILED = "fetch-failed"  # no answer, or none within the time-out
    FORBIDDEN_ADDRESS = "forbidden-address"  # private network, or no http(s)
    ROBOTS = "robots"  # the site's robots.txt forbids it
    OPT_OUT = "opt-out"  # the page reserves its text: `noai`, `tdm-reservation`
    NO_ARTICLE = "no-article"  # no article text found in it
    FAILED = "failed"  # an error in this program; `detail` has it


@dataclass(frozen=True, slots=True)
class Rejection:
    """One refused input.

    Attributes:
        source_uri: As in `RawPage`.
        stage: The step that refused it: `list`, `read`, `fetch`, `clean`, …
        reason: From the closed list.
        detail: One line for a person.
        url: The document's address, where known.
        payload: The first `PAYLOAD_BYTES` of the input.
        fetched_at: In UTC; None where the input bears none.
    """

    source_uri: str
    stage: str
    reason: Reason
    detail: str
    url: str | None = None
    payload: bytes = b""
    fetched_at: datetime | None = None

    def __post_init__(self) -> None:
        """Keeps `payload` within its bound and `detail` on one line."""
        object.__setattr__(self, "payload", bytes(self.payload[:PAYLOAD_BYTES]))
        object.__setattr__(self, "detail", " ".join(self.detail.split())[:500])


def refuse(item: str | Source | RawPage | Document, stage: str, reason: Reason, detail: str) -> Rejection:
    """Returns the rejection of `item` (a string is an INPUT of the command), with all that is known of it."""
    if isinstance(item, str):
        return Rejection(item, stage, reason, detail)
    if isinstance(item, Source):
        return Rejection(item.uri, stage, reason, detail)
    payload = item.body if isinstance(item, RawPage) else item.text.encode()
    return Rejection(item.source_uri, stage, reason, detail, item.url, payload, item.fetched_at)
