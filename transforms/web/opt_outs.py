"""Opt-outs: by which signs a page says that machines shall not mine it, and the one that a page bears.

`noai` in robots directives (a header or a meta element, of all agents or of this one alone), and the
reservation of the TDM Reservation Protocol, https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/.
"""

import re
from collections.abc import Iterator
from typing import Protocol

from resiliparse.parse.html import HTMLTree

_DIRECTIVE = "noai"
_RESERVATION = "tdm-reservation"
#: Directives with a value behind a colon, where other words before a colon are names of agents.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
#: What no page with a sign lacks; most pages are never parsed for it.
_SIGN = re.compile(rb"noai|tdm-reservation", re.IGNORECASE)


class Headers(Protocol):
    """The headers of an answer, by name and whatever their case."""

    def getlist(self, key: str, /) -> list[str]:
        """Returns the values of all headers of that name."""
        ...


def header_opt_out(headers: Headers, user_agent: str) -> str | None:
    """Returns the header by which a server opts out for its document, None if it does not."""
    if any(value.strip() == "1" for value in headers.getlist(_RESERVATION)):
        return f"{_RESERVATION}: 1"
    for value in headers.getlist("X-Robots-Tag"):
        if _DIRECTIVE in _directives(value, product(user_agent)):
            return f"X-Robots-Tag: {_DIRECTIVE}"
    return None


def page_opt_out(body: bytes, user_agent: str) -> str | None:
    """Returns the meta element by which a page opts out, None if it does not."""
    if not _SIGN.search(body):
        return None
    agents = {"robots", product(user_agent)}
    document = HTMLTree.parse_from_bytes(body, "latin-1").document
    for meta in document.query_selector_all("meta[name]") if document else ():
        name, content = (meta.getattr("name") or "").strip().lower(), meta.getattr("content") or ""
        if name == _RESERVATION and content.strip() == "1":
            return f'<meta name="{_RESERVATION}">'
        if name in agents and _DIRECTIVE in _directives(content, ""):
            return f'<meta name="{name}" content="{_DIRECTIVE}">'
    return None


def product(user_agent: str) -> str:
    """Returns the name by which sites speak of a user agent: what stands before its version."""
    return re.split(r"[/\s]", user_agent.strip(), maxsplit=1)[0].lower()


def _directives(value: str, agent: str) -> Iterator[str]:
    """Yields the directives for all agents and for `agent`."""
    speaks_to = agent
    for part in value.lower().split(","):
        name, colon, rest = part.partition(":")
        if colon and name.strip() not in _VALUED:
            speaks_to, part = name.strip(), rest
        if speaks_to == agent:
            yield part.strip()
