"""XML as bytes: its root element, and the text without what could hurt or stop a parser."""

import re

UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

_PROLOGUE = re.compile(
    rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(rb"\s*<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w-]*)")
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_ELEMENT = re.compile(rb"<\w")


def in_ascii(head: bytes) -> bytes:
    """Returns `head` without its byte order mark, UTF-16 narrowed to ASCII."""
    if head.startswith(UTF16_BOMS):
        return head.decode("utf-16", "ignore").encode("ascii", "ignore")
    return head.removeprefix(b"\xef\xbb\xbf")


def xml_root(head: bytes) -> bytes | None:
    """Returns the name of the root element, in lower case and without prefix, None where there is none."""
    text = in_ascii(head).lstrip()
    while prologue := _PROLOGUE.match(text):
        text = text[prologue.end() :]
    root = _ROOT.match(text)
    return root[1].lower() if root else None


def without_doctype(body: bytes) -> bytes:
    """Returns XML, UTF-16 as UTF-8, without its document type, which could only declare entities."""
    if body.startswith(UTF16_BOMS):
        body = body.decode("utf-16", "replace").encode()
    root = _ELEMENT.search(body)
    doctype = _DOCTYPE.search(body, 0, root.start()) if root else None
    return body[: doctype.start()] + body[root.start() :] if root and doctype else body


def utf8_or(body: bytes, charset: str | None) -> str | None:
    """Returns the charset to read by: what is UTF-8 is that whatever is declared."""
    if body.isascii():
        return charset
    try:
        body.decode()
    except UnicodeDecodeError:
        return charset
    return "utf-8"
