"""Charset: bytes of a page or a text file to Unicode, or the verdict that they are no text."""

import codecs
import re
import unicodedata

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

from schemas import Media

#: Bytes in which a page may declare its charset. The HTML standard says 1,024; real pages need more.
DECLARATION_BYTES = 4096
#: Bytes that the detector sees; only lines that are not ASCII count towards it.
DETECTION_BYTES = 256 * 1024
#: A page is still read with one broken byte in so many characters; a text file with none at all.
CHARACTERS_PER_BROKEN_BYTE = 1000
#: One control character in so many characters is dropped without a word; more are a sign of binary data.
CHARACTERS_PER_CONTROL = 100
#: Share of the words with accents that may look like debris in a text of a guessed Latin charset.
DEBRIS_SHARE = 0.2

#: Python's codecs are stricter than what the WHATWG standard means by the same labels.
#: https://encoding.spec.whatwg.org/#names-and-labels
_SUPERSETS = {
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5hkscs",
}

#: Pairs that uchardet mistakes for each other: letters of one are signs in the other.
_SIBLINGS = {"cp1250": "iso8859-2", "iso8859-2": "cp1250"}
_SIGN_IN_WORD = re.compile(r"[^\W\d_][\x80-\xbf]|[\x80-\xbf][^\W\d_]")

#: Longest first: the mark of UTF-16 begins that of UTF-32.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# <meta charset=x>, <meta … content="text/html; charset=x"> and <?xml … encoding="x"?>
_DECLARATION = re.compile(
    rb"""<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_JAPANESE_ESCAPE = re.compile(rb"\x1b\$[@B]")
# Everything of category Cc but tab, line feed, form feed, carriage return and NEL; and lone surrogates.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# Of category Zs: no-break, thin, ideographic and other spaces, which no one types into a search.
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Soft hyphen, zero-width space, word joiner, byte order mark; the joiners U+200C and U+200D mean something.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_ACCENTED_WORD = re.compile(r"[A-Za-z]*[\u00c0-\u024f][A-Za-z\u00c0-\u024f]*")


class UndecodableError(ValueError):
    """The bytes are no text in any likely charset; the message says why, in one line."""


def decode(body: bytes, declared: str | None, media: Media) -> str:
    """Returns the text of `body`, normalised (see `normalise`).

    Charsets in order: byte order mark, UTF-8 if the bytes are valid, `declared`, the page's own declaration,
    detection (uchardet). Labels mean what the WHATWG standard says: `iso-8859-1` is read as windows-1252.

    Args:
        body: Bytes, content encodings undone.
        declared: Charset that the transport declared.
        media: Pages may hold a few broken bytes, each becomes U+FFFD; text files none.

    Raises:
        UndecodableError: Too many broken bytes or control characters, or an unlikely result.
    """
    text = _decode(body, declared, media)
    controls = sum(text.count(c) for c in set(_CONTROLS.findall(text)))
    if controls * CHARACTERS_PER_CONTROL > len(text):
        raise UndecodableError(f"{controls} control characters in {len(text)}: binary data")
    return normalise(text)


def normalise(text: str) -> str:
    """Returns `text` in Unicode's form NFC, without what cannot be seen or searched for.

    Control characters, lone surrogates, soft hyphens and zero-width spaces go; each space is U+0020.
    """
    for pattern, plain in ((_CONTROLS, ""), (_INVISIBLE, ""), (_SPACES, " ")):
        text = pattern.sub(plain, text)
    return unicodedata.normalize("NFC", text)


def _decode(body: bytes, declared: str | None, media: Media) -> str:
    marked = _decode_marked(body, media)
    if marked is not None:
        return marked
    if _JAPANESE_ESCAPE.search(body):  # 7-bit, hence valid UTF-8 too
        return _read(body, "iso2022_jp", media)
    try:
        return body.decode()
    except UnicodeDecodeError:
        pass
    as_utf8 = body.decode(errors="replace")
    if _is_damaged_utf8(body, as_utf8):
        return _accept(as_utf8, _broken(as_utf8, body), media)
    labels = [codec for codec in (_codec(declared), _codec(_declaration(body, media))) if codec]
    labels = [codec for codec in labels if codec != "utf-8"]
    detected = _detect(body)
    if len(set(labels)) > 1 and detected in labels:  # they contradict each other: the bytes decide
        labels = [detected]
    if labels:
        return _read(body, labels[0], media)
    text = body.decode(detected, errors="replace") if detected else ""
    if _is_plausible(text):
        return _accept(text, text.count("\ufffd"), media)
    return _accept(as_utf8, _broken(as_utf8, body), media)


def _decode_marked(body: bytes, media: Media) -> str | None:
    for mark, codec in _BYTE_ORDER_MARKS:
        # UTF-16 without a single NUL byte would be text without one space, digit or line feed.
        if body.startswith(mark) and (codec == "utf-8" or b"\0" in body[len(mark) :]):
            return None if codec == "utf-8" and _invalid(body) else _read(body[len(mark) :], codec, media)
    return None


def _invalid(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return True
    return False


def _is_damaged_utf8(body: bytes, as_utf8: str) -> bool:
    """Whether more multi-byte sequences are valid than broken; in legacy charsets next to none are."""
    broken = _broken(as_utf8, body)
    return sum(not c.isascii() for c in as_utf8) - as_utf8.count("\ufffd") > broken


def _broken(text: str, body: bytes) -> int:
    """Replacement characters that the body did not already hold as such."""
    return text.count("\ufffd") - body.count("\ufffd".encode())


def _read(body: bytes, codec: str, media: Media) -> str:
    text = body.decode(codec, errors="replace")
    return _accept(text, text.count("\ufffd"), media)


def _accept(text: str, broken: int, media: Media) -> str:
    allowed = 1 + len(text) // CHARACTERS_PER_BROKEN_BYTE if media is Media.HTML else 0
    if broken > allowed:
        raise UndecodableError(f"{broken} broken byte sequences in {len(text)} characters")
    return text


def _declaration(body: bytes, media: Media) -> str | None:
    match = _DECLARATION.search(body[:DECLARATION_BYTES]) if media is Media.HTML else None
    return (match[1] or match[2]).decode("ascii", "ignore") if match else None


def _codec(label: str | None) -> str | None:
    """Python's codec for a WHATWG label; None for unknown ones, and UTF-16, which only a mark can prove."""
    name = map_encoding_to_html5(label.strip(" \"';").lower(), fallback_utf8=False) if label else None
    return None if name is None or name.startswith("utf-16") else _SUPERSETS.get(name, name)


def _detect(body: bytes) -> str | None:
    telling = b"\n".join(line for line in body.split(b"\n") if not line.isascii())
    name = detect_encoding(telling, max_len=DETECTION_BYTES, html5_compatible=False)
    codec = _codec("euc-kr" if name and name.lower() in ("uhc", "cp949") else name)
    if codec in _SIBLINGS:
        return min((codec, _SIBLINGS[codec]), key=lambda likely: _signs_in_words(telling, likely))
    return None if codec == "utf-8" else codec


def _signs_in_words(body: bytes, codec: str) -> int:
    return len(_SIGN_IN_WORD.findall(body.decode(codec, errors="replace")))


def _is_plausible(text: str) -> bool:
    """Tells accents from debris: a Latin charset gives a meaning to nearly any byte."""
    accented = _ACCENTED_WORD.findall(text)
    return bool(text) and sum(map(_is_debris, accented)) <= DEBRIS_SHARE * len(accented)


def _is_debris(word: str) -> bool:
    # "à" and "é" are words, "ÿþ", "Ã" and "þ" are not; "Öl" and "école" hold an ASCII letter.
    if re.search("[A-Za-z]", word):
        return "ÿþ" in word or "þÿ" in word
    return len(word) > 1 or word.isupper() or word in "ÿþðß"
