"""Identity: which documents are the same article, and which have the same text."""

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

from schemas.document import Document

#: Labels of a host that name a form of a site for some devices, left of the last two.
_FORMS = frozenset({"amp", "m", "mobile"})
_INDEX = re.compile(r"/index\.(?:html?|php)$")


def content_hash(text: str) -> str:
    """Returns 128 bits in hexadecimal that do not depend on case, white space or Unicode form of `text`."""
    return _digest(normalised(text))


def article_id(document: Document) -> str:
    """Returns 128 bits in hexadecimal: of the address where the document bears one, else of its text.

    Addresses that differ in scheme, `www.`, a form for mobile devices or a slash at the end are one.
    """
    address = document.canonical_url or document.url
    if address:
        return _digest(f"url {address_key(address)}")
    return _digest(f"text {content_hash(document.text)}")


def address_key(address: str) -> str:
    """Returns what the addresses of one article have in common, to compare, not to fetch.

    Args:
        address: Best in one spelling, see `transforms.urls.canonicalise`; what is no URL comes back as it is.
    """
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets without an address between them
        return address
    labels = parts.netloc.removeprefix("www.").split(".")
    host = ".".join([label for label in labels[:-2] if label not in _FORMS] + labels[-2:])
    path = _INDEX.sub("/", parts.path).rstrip("/")
    return urlunsplit(("", host, path, parts.query, parts.fragment))


def normalised(text: str) -> str:
    """Returns `text` in one case, one Unicode form, and with single spaces for all white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
