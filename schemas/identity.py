"""Identity: which documents are the same article, and which have the same text."""

import hashlib
import unicodedata

from schemas.document import Document


def content_hash(text: str) -> str:
    """Returns 128 bits in hexadecimal that do not depend on case, white space or Unicode form of `text`."""
    return _digest(normalised(text))


def article_id(document: Document) -> str:
    """Returns 128 bits in hexadecimal: of the address where the document bears one, else of its text."""
    address = document.canonical_url or document.url
    return _digest(f"url {address}") if address else _digest(f"text {content_hash(document.text)}")


def normalised(text: str) -> str:
    """Returns `text` in one case, one Unicode form, and with single spaces for all white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
