"""What kind of source a file is: by its name, by its first bytes where the name does not tell."""

import csv
import re
from types import MappingProxyType

from schemas import Kind
from transforms.sources.markup import in_ascii, xml_root

#: Rows of README's INPUT table that are told by the name's ending.
_ENDINGS = MappingProxyType(
    {
        ".opml": Kind.FEED_LIST,
        ".feeds.csv": Kind.FEED_LIST,
        ".xml": Kind.FEED,
        ".rss": Kind.FEED,
        ".atom": Kind.FEED,
        ".rdf": Kind.FEED,
        ".warc": Kind.WARC,
        ".html": Kind.HTML,
        ".htm": Kind.HTML,
        ".txt": Kind.TEXT,
        ".jsonl": Kind.JSONL,
        ".ndjson": Kind.JSONL,
        ".parquet": Kind.PARQUET,
    }
)
_COMPRESSIONS = (".gz", ".zst")
#: Kinds whose files are never compressed as a whole; a WARC has its own `.warc.gz`.
_BINARY_ENDINGS = (".parquet.gz", ".parquet.zst", ".warc.zst")

#: Magic bytes (at the file's beginning) of what this program does not read.
_FOREIGN = (
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript"),
    (b"\x89PNG\r\n\x1a\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"II*\0", "TIFF image"),
    (b"MM\0*", "TIFF image"),
    (b"PK\x03\x04", "ZIP archive or office document"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office document"),
    (b"{\\rtf", "RTF document"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"\xfd7zXZ\0", "xz archive"),
    (b"BZh", "bzip2 archive"),
    (b"\x1f\x8b\x08", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"ID3", "MP3 audio"),
    (b"OggS", "Ogg media"),
    (b"fLaC", "FLAC audio"),
    (b"\x1aE\xdf\xa3", "Matroska video"),
    (b"\x7fELF", "program"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
    (b"SQLite format 3\0", "SQLite database"),
)

#: Bytes of a file that are enough to tell its kind.
HEAD_BYTES = 4096

_JSON = re.compile(rb"\{|\[\s*\{")
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org\\?/version')
_XML_ROOTS = MappingProxyType(
    {
        b"opml": Kind.FEED_LIST,
        b"rss": Kind.FEED,
        b"feed": Kind.FEED,
        b"rdf": Kind.FEED,
        b"urlset": Kind.FEED,
        b"sitemapindex": Kind.FEED,
    }
)


def kind_of_name(name: str) -> Kind | None:
    """Returns the kind that a row of README's INPUT table gives to a file of this name, None if none does."""
    name = name.lower()
    if name.endswith(_BINARY_ENDINGS):
        return None
    for compression in _COMPRESSIONS:
        name = name.removesuffix(compression)
    return next((kind for ending, kind in _ENDINGS.items() if name.endswith(ending)), None)


def has_compressed_name(name: str) -> bool:
    """Says whether the name says that the file is compressed."""
    return name.lower().endswith(_COMPRESSIONS)


def foreign_media(head: bytes) -> str | None:
    """Returns what a file that begins with `head` is if this program cannot read it: a PDF, an image, …."""
    start = head.lstrip()
    found = next(
        (name for magic, name in _FOREIGN if head.startswith(magic) or start.startswith(magic)), None
    )
    if found == "bzip2 archive" and head[4:10] != b"1AY&SY":  # without a block's magic a text may begin so
        return None
    if found is None and head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return "RIFF media"
    if found is None and head[4:8] == b"ftyp":
        return "MP4 media"
    return found


def kind_of_content(head: bytes) -> Kind:
    """Returns the kind of a file whose decompressed content begins with `head`, TEXT if none other shows.

    Args:
        head: The first `HEAD_BYTES` or all of it.
    """
    if head.startswith(b"WARC/"):
        return Kind.WARC
    if head.startswith(b"PAR1"):
        return Kind.PARQUET
    text = in_ascii(head).lstrip()
    if _JSON.match(text):  # an array of objects is refused there
        return Kind.FEED if _JSON_FEED.search(text) else Kind.JSONL
    if text.startswith(b"<"):
        return _XML_ROOTS.get(xml_root(head) or b"", Kind.HTML)
    first_line = text.split(b"\n", 1)[0].decode("ascii", "replace")
    return Kind.FEED_LIST if feed_list_delimiter(first_line) else Kind.TEXT


def feed_list_delimiter(header: str) -> str | None:
    """Returns the delimiter that gives the first line of a CSV file a column `url`, None if none does."""
    for delimiter in ",;\t":
        try:
            cells = next(csv.reader([header], delimiter=delimiter), [])
        except csv.Error:  # a carriage return or a cell of more than 128 KiB: no header
            return None
        if "url" in (cell.strip().lower() for cell in cells):
            return delimiter
    return None
