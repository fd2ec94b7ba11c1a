"""URLs: canonical addresses of articles and their registrable domains.

Which addresses are the same article's is told by `schemas.identity.address_key`.
"""

import re
from functools import cache
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna
import tldextract
from courlan.clean import TRACKERS_RE
from w3lib.url import canonicalize_url

#: https://www.rfc-editor.org/rfc/rfc9110#section-4.1-5 asks of servers to read addresses as long as this.
MAX_CHARACTERS = 8_000
#: Names of courlan's list of tracking parameters as whole words: `gallery` is no `ga`.
_TRACKER = re.compile(rf"(?:{TRACKERS_RE.pattern})(?:(?<=_)|(?![a-z0-9]))")
#: Of these names a number may be an article's (`view.php?cid=4711`), unless the path says which it is.
_NUMBER_NAME = re.compile(r"[ceu]id")
#: Session ids by name; a number may be an article's (`?sid=4711`), a long random value is not.
_SESSION_NAME = re.compile(r"(?:php|j|asp)?sess(?:ion)?_?id\w*|s(?:es)?id|cftoken|cfid|zenid", re.IGNORECASE)
_SESSION_VALUE = re.compile(r"(?=.*\d)[0-9A-Za-z_-]{16,}")
_SESSION_PATH = re.compile(r";jsessionid=[^/;?]*", re.IGNORECASE)
#: Fragments that tell articles apart, unless the path does: `#!/news/4711`, `#/news/4711`.
_ROUTE = re.compile(r"!.+|/.+")
#: https://developers.google.com/amp/cache/overview and the viewers of search engines: type of document, `s`
#: for https, then the page's own address without its scheme.
_AMP_CACHE = re.compile(
    r"https?://(?:[^/]+\.cdn\.ampproject\.org/[a-z]|www\.(?:google\.[a-z.]+|bing\.com)/amp)/(s/)?([^./?]+\.[^/?]+/.+)"
)
#: The AMP form of a page: `/amp`, `.amp.html`, `?amp=1`, `?outputType=amp`, and what the cache adds.
_AMP_SUFFIX = re.compile(r"(?<!\.amp)(?:\.amp)++(?=(?:\.html?)?$)", re.IGNORECASE)
_AMP_NAME = re.compile(r"amp|usqp|amp_(?:js_v|gsa|lite|kit)", re.IGNORECASE)
_AMP_FORM = re.compile(r"(?:output(?:type)?|view|format|mode)=amp", re.IGNORECASE)
#: `/`, `/index.html`, `/de/`, `/en-us/home`: what a site's front page is called.
_FRONT_PAGE = re.compile(
    r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?/?(?:(?:index|home|default|startseite)(?:\.\w+)?)?/?", re.IGNORECASE
)
#: What the last part of a path holds that says which article it is, not which section: a number, or words.
_NUMBER, _WORD, _WORDS = re.compile(r"\d{3}"), re.compile(r"[^-_]+"), 3
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_ADDRESS = re.compile(r"[\d.]+|[0-9a-f:.]*:[0-9a-f:.]*")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonicalise(url: str) -> str | None:
    """Returns `url` in one spelling, or None where it is no absolute http(s) address or far too long.

    Tracking parameters (courlan's list), session ids, fragments, credentials and default ports go; the host
    is lower case and ASCII (IDNA), escapes and the order of parameters are uniform. The AMP form of an
    article becomes the article's own address, also out of a cache. Applied twice it changes nothing.
    """
    address = _in_one_spelling(url) if len(url) <= MAX_CHARACTERS else None
    while address:
        cached = _AMP_CACHE.fullmatch(address)
        shorter = f"http{'s' if cached[1] else ''}://{cached[2]}" if cached else _cleaned(address)
        if shorter == address:
            break
        address = _in_one_spelling(shorter)
    return address


def choose_canonical(given: str | None, declared: str | None) -> str | None:
    """Returns the canonical URL of an article.

    Args:
        given: The address under which it was found.
        declared: What its page declares; taken if it is believable, see `is_believable_canonical`.
    """
    found = canonicalise(given) if given else None
    return canonicalise(declared) if declared and is_believable_canonical(declared, given) else found


def is_believable_canonical(declared: str, given: str | None) -> bool:
    """Whether what a page declares to be its address (`rel=canonical`, `og:url`) can be the article's.

    It can not if it is of another house (its registrable domain differs, and is not the same name and path
    under another suffix), or if it names a front page or a section where the address given names an article.
    """
    claimed = canonicalise(declared)
    found = canonicalise(given) if given else None
    if claimed is None:
        return False
    if found is None:
        return not _is_front_page(claimed)
    if claimed == found:
        return True
    if _is_front_page(claimed) and not _is_front_page(found):
        return False
    if _names_article(found) and not _names_article(claimed):
        return False
    if registrable_domain(claimed) == registrable_domain(found):
        return True
    claim, place = urlsplit(claimed), urlsplit(found)
    same_name = _name(claim) == _name(place) != ""
    return same_name and (claim.path, claim.query) == (place.path, place.query)


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


def _name(parts: SplitResult) -> str:
    """Returns what stands before the public suffix: `kurier` of `www.kurier.example.org`."""
    return _suffixes()(parts.hostname or "").domain


def _in_one_spelling(url: str) -> str | None:
    try:
        parts = urlsplit(url.strip())
        if parts.scheme.lower() not in _DEFAULT_PORTS:
            return None
        path = _SESSION_PATH.sub("", parts.path)
        address = urlunsplit((parts.scheme.lower(), _netloc(parts), path, parts.query, parts.fragment))
        parts = urlsplit(canonicalize_url(address, keep_fragments=True))
    except ValueError:  # ports out of range, brackets without an address, hosts that IDNA forbids
        return None
    return urlunsplit(parts._replace(path=parts.path or "/"))


def _cleaned(address: str) -> str:
    parts = urlsplit(address)
    path = _without_amp(parts.path) or "/"
    in_path = _is_article_name(path)
    pairs = (pair for pair in parts.query.split("&") if pair and not _is_passing(pair, in_path))
    fragment = "" if in_path or not _ROUTE.fullmatch(parts.fragment) else parts.fragment
    return urlunsplit(parts._replace(path=path, query="&".join(pairs), fragment=fragment))


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


def _without_amp(path: str) -> str:
    """Returns the path of an article without `amp` in it; that of a section (`/tests/amp`) as it is."""
    segments = _AMP_SUFFIX.sub("", path).split("/")
    short = "/".join(part for part in segments if part.lower() not in ("amp", "amp.html"))
    return short if _is_article_name(short) else path


def _is_passing(pair: str, in_path: bool) -> bool:
    """Whether a parameter tells how a reader came to the article, not which it is.

    Args:
        pair: Name, `=`, value.
        in_path: Whether the path says which article it is.
    """
    name, _, value = pair.partition("=")
    if _SESSION_NAME.fullmatch(name) and _SESSION_VALUE.fullmatch(value):
        return True
    if _AMP_NAME.fullmatch(name) or _AMP_FORM.fullmatch(pair):
        return True
    if not in_path and value.isdecimal() and _NUMBER_NAME.fullmatch(name.lower()):
        return False
    return bool(_TRACKER.search(name.lower()))


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and not parts.fragment and _FRONT_PAGE.fullmatch(parts.path) is not None


def _names_article(url: str) -> bool:
    """Whether an address names an article rather than a section."""
    parts = urlsplit(url)
    return any(map(_is_article_name, (parts.path, parts.query, parts.fragment)))


def _is_article_name(part: str) -> bool:
    last = part.rstrip("/").rpartition("/")[2]
    return _NUMBER.search(last) is not None or len(_WORD.findall(last)) >= _WORDS
