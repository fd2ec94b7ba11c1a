"""URLs: canonical addresses of articles and their registrable domains."""

import re
from functools import cache
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna
import tldextract
from courlan.clean import TRACKERS_RE
from w3lib.url import canonicalize_url

#: Names of courlan's list of tracking parameters as whole words: `gallery` is no `ga`.
_TRACKER = re.compile(rf"(?:{TRACKERS_RE.pattern})(?:(?<=_)|(?![a-z0-9]))")
#: Session ids by name; a number may be an article's (`?sid=4711`), a long random value is not.
_SESSION_NAME = re.compile(r"(?:php|j|asp)?sess(?:ion)?_?id\w*|s(?:es)?id|cftoken|cfid|zenid", re.IGNORECASE)
_SESSION_VALUE = re.compile(r"(?=.*\d)[0-9A-Za-z_-]{16,}")
_SESSION_PATH = re.compile(r";jsessionid=[^/;?]*", re.IGNORECASE)
#: `/`, `/index.html`, `/de/`, `/en-us/home`: what a site's front page is called.
_FRONT_PAGE = re.compile(
    r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?/?(?:(?:index|home|default|startseite)(?:\.\w+)?)?/?", re.IGNORECASE
)
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_ADDRESS = re.compile(r"[\d.]+|[0-9a-f:.]*:[0-9a-f:.]*")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonicalise(url: str) -> str | None:
    """Returns `url` in one spelling, or None where it is no absolute http(s) address.

    Tracking parameters (courlan's list), session ids, fragments, credentials and default ports go; the host
    is lower case and ASCII (IDNA), escapes and the order of parameters are uniform. Applied twice it changes
    nothing.
    """
    try:
        parts = urlsplit(url.strip())
        if parts.scheme.lower() not in _DEFAULT_PORTS:
            return None
        host = _netloc(parts)
        path = _SESSION_PATH.sub("", parts.path)
        address = canonicalize_url(urlunsplit((parts.scheme.lower(), host, path, parts.query, "")))
        parts = urlsplit(address)
    except ValueError:  # ports out of range, brackets without an address, hosts that IDNA forbids
        return None
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", _clean_query(parts.query), ""))


def choose_canonical(given: str | None, declared: str | None) -> str | None:
    """Returns the canonical URL of an article.

    Args:
        given: The address under which it was found.
        declared: What its page declares (`rel=canonical`); believed if it is of the same registrable domain
            and no front page, unless the article itself was found at one.
    """
    found = canonicalise(given) if given else None
    claimed = canonicalise(declared) if declared else None
    if claimed is None or (_is_front_page(claimed) and not (found and _is_front_page(found))):
        return found
    if found is not None and registrable_domain(found) != registrable_domain(claimed):
        return found
    return claimed


def registrable_domain(url: str) -> str | None:
    """Returns the domain that someone registered: `news.example.co.uk` is of `example.co.uk`.

    By the public suffix list that tldextract bundles, without its private part; a top-level domain that it
    does not know counts as a suffix. IP addresses and `localhost` are returned whole; None where there is no
    host.
    """
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        return None
    if not host:
        return None
    known = _suffixes()(host).top_domain_under_public_suffix
    if known or _ADDRESS.fullmatch(host):
        return known or host
    return ".".join(host.split(".")[-2:])


@cache
def _suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())


def _netloc(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        host = idna.encode(host, uts46=True).decode()
    if not _HOST.fullmatch(host):
        raise ValueError(f"no host: {host!r}")
    port = parts.port
    return host if port in (None, _DEFAULT_PORTS.get(parts.scheme.lower())) else f"{host}:{port}"


def _clean_query(query: str) -> str:
    kept = [pair for pair in query.split("&") if pair and not _is_tracker(*pair.partition("=")[::2])]
    return "&".join(kept)


def _is_tracker(name: str, value: str) -> bool:
    if _SESSION_NAME.fullmatch(name) and _SESSION_VALUE.fullmatch(value):
        return True
    return bool(_TRACKER.search(name.lower()))


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and _FRONT_PAGE.fullmatch(parts.path) is not None
