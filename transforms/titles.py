"""Titles: the headline of a page, without the names of house and section around it."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from transforms.declared import Declared, names_of, strings

_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title")
_SITES = ("og:site_name", "application-name", "twitter:site", "al:ios:app_name", "apple-mobile-web-app-title")
_SECTIONS = ("article:section", "og:section", "parsely-section")

#: Between a headline and the name of a site or a section; what headlines hold themselves needs white space.
_SEPARATOR = re.compile(r"\s+(?:[|•·»«›‹—–\-]|::|//)\s+|\s*[|｜：]\s*")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}")


def page_title(tree: HtmlElement, declared: Declared, url: str | None) -> str | None:
    """Returns the headline of a page.

    Candidates are Open Graph (or its like), the JSON-LD headline, each `<h1>` and `<title>`. That on which
    most agree wins, but `<title>` is written for search engines: where a page declares another headline, that
    is its own.

    Args:
        tree: The page.
        declared: What it declares.
        url: Its address, a hint at the name of the house.
    """
    said, shown, window = _candidates(tree, declared, url)
    own = [title for title in said if window and _differ(title, window[0])]
    own += [title for title in shown if own and key_of(title) in map(key_of, own)]
    candidates = own or [*said, *shown, *window]
    votes = Counter(map(key_of, candidates))
    # max() keeps the first of equals.
    return max(candidates, key=lambda title: votes[key_of(title)], default=None)


def page_headlines(tree: HtmlElement, declared: Declared, url: str | None) -> tuple[str, ...]:
    """Returns all that a page gives as its headline; arguments as for `page_title`."""
    return tuple(chain.from_iterable(_candidates(tree, declared, url)))


def _candidates(
    tree: HtmlElement, declared: Declared, url: str | None
) -> tuple[list[str], list[str], list[str]]:
    """Returns headlines as declared, as shown and as written for search engines."""
    house = house_names(declared, url)
    debris = house | {key_of(section) for section in _sections(declared)}

    def cleaned(titles: Iterable[str]) -> list[str]:
        found = (_without_debris(title, debris) for title in titles)
        return [title for title in found if key_of(title) and key_of(title) not in house]

    said = [*cleaned(declared.contents(*_TITLES))[:1], *cleaned(_headlines(declared))[:1]]
    shown = cleaned(map(text_of, tree.iter("h1")))
    return said, shown, cleaned(map(text_of, tree.iterfind(".//head/title")))[:1]


def house_names(declared: Declared, url: str | None) -> frozenset[str]:
    """Returns the names of the house, as `key_of` spells them: `thedailyexample`, `dailyexample`."""
    publishers = (name for node in declared.articles for name in names_of(node.get("publisher")))
    host = ((urlsplit(url).hostname or "") if url else "").removeprefix("www.")
    labels = host.split(".")
    names = [*declared.contents(*_SITES), *publishers, host, labels[0], *labels[-2:-1]]
    keys = {key_of(name) for name in names}
    keys |= {key.removeprefix("the") for key in keys} | {f"the{key}" for key in keys}
    return frozenset(key for key in keys if len(key) > 1)


def key_of(text: str) -> str:
    """Returns the letters and digits of `text` in one case, to compare spellings."""
    return "".join(c for c in text.casefold() if c.isalnum())


def text_of(element: HtmlElement) -> str:
    """Returns the text in an element, white space single."""
    return " ".join("".join(element.itertext()).split())


def _differ(one: str, other: str) -> bool:
    """Whether two titles say different things: neither holds the other, as a shortened one does."""
    return key_of(one) not in key_of(other) and key_of(other) not in key_of(one)


def _headlines(declared: Declared) -> Iterable[str]:
    return (
        text for node in declared.articles[:1] for text in strings(node.get("headline") or node.get("name"))
    )


def _sections(declared: Declared) -> Iterable[str]:
    return (*declared.contents(*_SECTIONS), *declared.properties("articleSection"))


def _without_debris(title: str, debris: frozenset[str]) -> str:
    """Returns `title` without the names of the house and the section before or behind it."""
    parts = _SEPARATOR.split(title)
    separators = _SEPARATOR.findall(title)
    while len(parts) > 1 and _is_debris(parts[-1], debris):
        parts.pop()
        separators.pop()
    while len(parts) > 1 and _is_debris(parts[0], debris):
        parts.pop(0)
        separators.pop(0)
    return " ".join("".join(a + b for a, b in zip(parts, [*separators, ""], strict=True)).split())


def _is_debris(part: str, debris: frozenset[str]) -> bool:
    key = key_of(part)
    return not key or key in debris or _HOST.fullmatch(part.lower()) is not None
