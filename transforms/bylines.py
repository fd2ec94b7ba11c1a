"""Bylines: where a page says who wrote it."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from lxml.html import HtmlElement

from transforms.agencies import agency_among
from transforms.authors import clean_authors
from transforms.declared import Declared, names_of, strings
from transforms.dump.attribution import authors_in
from transforms.dump.vocabulary import BY
from transforms.titles import house_names

#: A longer text is no byline, whatever its class says.
BYLINE_CHARACTERS = 100
#: So many elements marked as bylines are looked at.
MAX_MARKED = 200
#: A line that begins with "By" is looked for in so many elements from the headline on.
ELEMENTS_BELOW_HEADLINE = 200
#: An element of more parts is no line.
BYLINE_ELEMENTS = 5

# Names of <meta> elements, by trust.
_META = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
)
# Yoast's pair of labels and values: "Written by", "Ann Bo".
_WRITTEN_BY = re.compile(r"\b(?:by|von|par|por|di|da|door|av|af|autor|author|автор|yazan)\b", re.IGNORECASE)
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:by-?line|reporter|(?:article|post|entry|story|news|meta|content|main)?"
    r"(?:author|auteur|autore?|verfasser)(?:s|en|in)?(?:name|names|link|info|line|byline|list)?)(?=$|[\s_-])"
)
_ELSEWHERE = re.compile(
    r"comment|kommentar|related|teaser|recommend|sidebar|widget|popular|promo|caption|figure|footer|newsletter"
    r"|trending|most-?read"
)
_BELOW = (
    f"following::*[position() <= {ELEMENTS_BELOW_HEADLINE}][self::p or self::div or self::span or self::li]"
)
_OPENING = re.compile(rf"\s*(?:{BY})", re.IGNORECASE)
_STEMS = ("uthor", "utor", "yline", "uteur", "erfasser", "eporter")
_BYLINES = (
    ".//*[@rel='author' or contains(@itemprop, 'author')"
    f" or @class and ({' or '.join(f'contains(@class, {stem!r})' for stem in _STEMS)})]"
)


def page_bylines(
    tree: HtmlElement, declared: Declared, url: str | None
) -> tuple[tuple[str, ...], str | None]:
    """Returns the names of an article's authors and the news agency that its bylines credit.

    The names are those of the first source that names a person: JSON-LD, meta elements, elements marked as
    bylines (by `rel`, `itemprop` or class), a line below the headline that begins with "By" in any language.

    Args:
        tree: The page; not changed.
        declared: What it declares.
        url: Its address, a hint at the name of the house, which is no author.
    """
    house = house_names(declared, url)
    makers = list(_makers(declared))
    structured = [name for maker in makers if not _is_organisation(maker) for name in _names(maker)]
    meta = list(_meta(declared))
    agency = agency_among((*chain.from_iterable(map(_names, makers)), *meta))
    for names in (structured, meta):
        found = clean_authors(names, house)
        if found or agency_among(names):
            return found, agency
    shown = _marked(tree, house)
    return clean_authors(shown or _line(tree), house), agency or agency_among(shown)


def _makers(declared: Declared) -> Iterator[object]:
    for node in declared.articles[:1]:
        yield from _things(node.get("author") or node.get("creator"))


def _names(maker: object) -> Iterator[str]:
    """Yields the name of a maker as JSON-LD gives it: a string or a node."""
    yield from names_of(maker)
    if isinstance(maker, dict) and not maker.get("name"):
        yield " ".join(strings([maker.get("givenName"), maker.get("familyName")]))


def _is_organisation(maker: object) -> bool:
    return isinstance(maker, dict) and "Organization" in str(maker.get("@type"))


def _things(value: object) -> Iterator[object]:
    if isinstance(value, list):
        for item in value:
            yield from _things(item)
    else:
        yield value


def _meta(declared: Declared) -> Iterator[str]:
    for name in declared.contents(*_META):
        if not name.startswith(("http:", "https:", "/")):
            yield name
    if any(map(_WRITTEN_BY.search, declared.contents("twitter:label1"))):
        yield from declared.contents("twitter:data1")


def _marked(tree: HtmlElement, house: frozenset[str]) -> list[str]:
    """Returns the text of the first element marked as a byline that names someone, and its siblings'."""
    first: HtmlElement | None = None
    texts: list[str] = []
    for element in islice(filter(_is_byline, tree.xpath(_BYLINES)), MAX_MARKED):
        text = element.get("content") or _pieces_of(element)
        if not text or len(text) > BYLINE_CHARACTERS:
            continue
        if first is None and (clean_authors([text], house) or agency_among([text])):
            first = element
            texts.append(text)
        elif first is not None and element.getparent() is first.getparent():
            texts.append(text)
    return texts


def _is_byline(element: HtmlElement) -> bool:
    is_marked = element.get("rel") == "author" or "author" in (element.get("itemprop") or "")
    if not is_marked and not _BYLINE_CLASS.search((element.get("class") or "").lower()):
        return False
    classes = (up.get("class") or "" for up in element.iterancestors() if up.tag not in ("html", "body"))
    return not any(_ELSEWHERE.search(names.lower()) for names in classes)


def _pieces_of(element: HtmlElement) -> str:
    """Returns the texts in an element, each on a line: name, date and job have elements of their own."""
    return "\n".join(text for piece in element.itertext() if (text := " ".join(piece.split())))


def _line(tree: HtmlElement) -> list[str]:
    """Returns the first line below the headline that begins like a byline and names someone."""
    for headline in islice(tree.iter("h1"), 1):
        for element in headline.xpath(_BELOW):
            if len(element) > BYLINE_ELEMENTS or not _OPENING.match(element.text_content()):
                continue
            text = _pieces_of(element)
            if len(text) <= BYLINE_CHARACTERS and authors_in(" ".join(text.split())):
                return [text]
    return []
