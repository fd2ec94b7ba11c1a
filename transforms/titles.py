"""Titles: the headline of a page, without the names of house and section around it.

A kicker ("Swing bridge: The town is cut off") stays where the page gives it as part of its headline, with a
colon between the two; one that stands in the `<h1>` as an element of its own is joined so too.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from transforms.declared import Declared, names_of, strings

_GRAPH = ("og:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title")
_SITES = ("og:site_name", "application-name", "twitter:site", "al:ios:app_name", "apple-mobile-web-app-title")
_SECTIONS = ("article:section", "og:section", "parsely-section")

#: Between a headline and the name of a site or a section; what headlines hold themselves needs white space.
_SEPARATOR = re.compile(r"\s+(?:[|│•·∙»«›‹><—–―‒\-:/~⋆★▸]|::|//)\s+|\s*[|｜：]\s*")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}")
_GENERIC = re.compile(r"\b(?:online|news|newspaper|magazine|website|nachrichten|home ?page)\b", re.IGNORECASE)
_TAG = re.compile(r"</?(?:a|b|br|em|i|p|span|strong|sub|sup|u)\b[^<>]*>", re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W_]+")
_CUT = re.compile(r"\s*(?:…|\.\.\.)$")
_KICKER = re.compile(
    r"kicker|overline|eyebrow|roofline|topline|dachzeile|spitzmarke|pretitle|antetitulo|occhiello"
)
_BREAKS = frozenset(("br", "div", "p", "li", "h1", "h2", "h3", "h4"))
#: A longer title is a text; nothing is cut from it.
MAX_TITLE_CHARACTERS = 1000
#: A title for which nothing else speaks yields to one for which so many do: of Open Graph, Twitter, JSON-LD,
#: a heading, `<title>`, the address.
OUTVOTED_BY = 4
#: Share of the words of an address that a title must hold for the address to speak for it.
SLUG_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Headlines:
    """What a page gives as its headline, without names of house and section.

    Attributes:
        graph: Open Graph's title or its like; none or one.
        headline: JSON-LD's; none or one.
        twitter: Twitter's; none or one.
        shown: Each `<h1>`.
        window: `<title>`; none or one.
    """

    graph: tuple[str, ...]
    headline: tuple[str, ...]
    twitter: tuple[str, ...]
    shown: tuple[str, ...]
    window: tuple[str, ...]

    def all(self) -> tuple[str, ...]:
        """Returns all of them, in order of trust; one may be there more than once."""
        return (*self.graph, *self.headline, *self.shown, *self.window, *self.twitter)


def read_headlines(tree: HtmlElement, declared: Declared, url: str | None) -> Headlines:
    """Returns all that a page gives as its headline.

    Args:
        tree: The page.
        declared: What it declares.
        url: Its address, a hint at the name of the house.
    """
    house = house_names(declared, url)
    sections = {key_of(section) for section in _sections(declared)}

    def cleaned(titles: Iterable[str]) -> tuple[str, ...]:
        found = (_without_debris(_TAG.sub(" ", html.unescape(title)), house, sections) for title in titles)
        return tuple(title for title in found if key_of(title) and key_of(title) not in house)

    graph, twitter = cleaned(declared.contents(*_GRAPH))[:1], cleaned(declared.contents("twitter:title"))[:1]
    headline, shown = cleaned(_headlines(declared))[:1], cleaned(map(_heading, tree.iter("h1")))
    window = cleaned(map(text_of, tree.iterfind(".//head/title")))[:1]
    known = Counter(key_of(title) for kind in (graph, headline, twitter, shown[:1]) for title in kind)
    if not known:
        window = tuple(_as_lower_heading(tree, title) or title for title in window)
    window = tuple(_holds_part(title, known.keys()) or title for title in window)
    agreed = {key for key, kinds in known.items() if kinds > 1}
    whole = (*headline, *shown, *window)

    def mended(titles: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_holds_part(title, agreed) or title for title in titles if not _is_cut(title, whole))

    return Headlines(mended(graph), mended(headline), mended(twitter), shown, window)


def page_title(tree: HtmlElement, found: Headlines, url: str | None) -> str | None:
    """Returns the headline of a page.

    `<title>` is written for search engines: where Open Graph or JSON-LD say another, that is the page's own,
    of two such that for which most of the others speak, other headings and the address among them. One that
    stands alone against nearly all others yields to them. Where neither declares a title of its own, that on
    which most agree wins.

    Args:
        tree: The page.
        found: What it gives as its headline.
        url: Its address, often a copy of the headline.
    """
    window = {key_of(title) for title in found.window}
    said = (*found.graph, *found.headline)
    own = [title for title in said if key_of(title) not in window]
    votes = _votes(tree, found, url)
    if not own:
        return _most(said or (*_related(found), *found.window, *found.shown, *found.twitter), votes)
    best, other = _most(own, votes), _most(found.all(), votes)
    outvoted = best and other and votes[key_of(best)] == 1 and votes[key_of(other)] >= OUTVOTED_BY
    return other if outvoted else best


def without_site(title: str, headline: str | None) -> str:
    """Returns `headline` where `title` is that and a name of a site or a section, else `title`."""
    return headline if headline and _holds_part(title, {key_of(headline)}) else title


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
    return _NO_LETTER.sub("", text.casefold())


def text_of(element: HtmlElement) -> str:
    """Returns the text in an element, white space single; elements on lines of their own are parted by it."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for inner in element:
        space = " " if inner.tag in _BREAKS else ""
        yield space
        if isinstance(inner.tag, str) and inner.tag not in ("script", "style"):
            yield from _pieces(inner)
        yield space + (inner.tail or "")


def _votes(tree: HtmlElement, found: Headlines, url: str | None) -> Counter[str]:
    """Returns how many kinds of evidence speak for each headline (by its key)."""
    votes: Counter[str] = Counter()
    keys = {key_of(title) for title in found.all()}
    if len(keys) < 2:
        return votes
    lower = {key_of(inner.text_content()) for h2 in tree.iter("h2", "h3") for inner in h2.iter()} & keys
    for kind in (found.graph, found.headline, found.twitter, found.shown, found.window):
        votes.update({key_of(title) for title in kind})
    votes.update(lower - {key_of(title) for title in found.shown})
    slug = _slug_words(url)
    shares = {key_of(title): _share(slug, title) for title in found.all()} if slug else {}
    highest = max(shares.values(), default=0)
    if highest >= SLUG_SHARE:
        votes.update(key for key, share in shares.items() if share == highest)
    return votes


def _most(titles: Iterable[str], votes: Counter[str]) -> str | None:
    # max() keeps the first of equals.
    return max(titles, key=lambda title: votes[key_of(title)], default=None)


def _related(found: Headlines) -> Iterable[str]:
    """Returns the headings that share a word with `<title>`: others belong to a dialogue or a list."""
    words = {word for title in found.window for word in _words(title)}
    return [title for title in found.shown if not words or words & _words(title)]


def _slug_words(url: str | None) -> frozenset[str]:
    path = unquote(urlsplit(url).path) if url else ""
    longest = max(re.split(r"[/.,]", path), key=lambda part: part.count("-") + part.count("_"), default="")
    words = frozenset(
        word for word in _words(longest.replace("_", "-")) if not any(c.isdigit() for c in word)
    )
    return words if len(words) > 2 else frozenset()


def _share(slug: frozenset[str], title: str) -> float:
    spelt = title.casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("å", "aa"), ("ø", "oe"), ("æ", "ae")):
        spelt = spelt.replace(umlaut, letters)
    return len(slug & (_words(title) | _words(spelt))) / len(slug)


def _words(text: str) -> frozenset[str]:
    """Returns the words of a text in lower case and without accents, those of one letter left out."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return frozenset(word for word in re.findall(r"\w+", plain) if len(word) > 1)


def _heading(element: HtmlElement) -> str:
    """Returns the text of a heading; a kicker inside it is followed by a colon."""
    kickers = [
        inner for inner in element.iterdescendants() if _KICKER.search((inner.get("class") or "").lower())
    ]
    whole, kicker = text_of(element), text_of(kickers[0]) if kickers else ""
    rest = whole.removeprefix(kicker).lstrip(" :|–—-")
    return f"{kicker.rstrip(' :|–—-')}: {rest}" if kicker and rest and whole.startswith(kicker) else whole


def _is_cut(title: str, others: Iterable[str]) -> bool:
    """Whether `title` was cut: at an ellipsis, or at a quotation mark that ended its attribute."""
    stem = _CUT.sub("", title)
    rests = (other[len(stem) :].lstrip() for other in others if other.startswith(stem) and other != title)
    return any(stem != title or rest.startswith(('"', "'")) for rest in rests)


def _headlines(declared: Declared) -> Iterable[str]:
    return (
        text for node in declared.articles[:1] for text in strings(node.get("headline") or node.get("name"))
    )


def _sections(declared: Declared) -> Iterable[str]:
    return (*declared.contents(*_SECTIONS), *declared.properties("articleSection"))


def _holds_part(title: str, keys: Collection[str]) -> str | None:
    """Returns the longest beginning or end of `title`, up to a separator, whose key is one of `keys`."""
    separators = _SEPARATOR.finditer(title) if len(title) <= MAX_TITLE_CHARACTERS else ()
    parts = (part for found in separators for part in (title[: found.start()], title[found.end() :]))
    known = (part.strip() for part in parts if key_of(part) and key_of(part) in keys)
    return max(known, key=len, default=None)


def _as_lower_heading(tree: HtmlElement, title: str) -> str | None:
    """Returns the greater part of `title` if a heading below the first level is the same."""
    part = _holds_part(title, {key_of(text_of(heading)) for heading in tree.iter("h2", "h3")})
    return part if part and 2 * len(key_of(part)) >= len(key_of(title)) else None


def _without_debris(title: str, house: Collection[str], sections: Collection[str]) -> str:
    """Returns `title` without the names of the house and the section before or behind it."""
    if len(title) > MAX_TITLE_CHARACTERS:
        return title
    debris = {*house, *sections}
    parts = _SEPARATOR.split(title)
    separators = _SEPARATOR.findall(title)
    while len(parts) > 1 and _is_debris(parts[-1], debris):
        parts.pop()
        separators.pop()
    while len(parts) > 1 and _is_debris(parts[0], debris):
        parts.pop(0)
        separators.pop(0)
    rest = " ".join("".join(chain.from_iterable(zip(parts, [*separators, ""], strict=True))).split())
    # A bare colon parts the name of a house, but not that of a section: it may be a kicker's.
    head, tail = rest.partition(": "), rest.rpartition(": ")
    if head[2] and key_of(head[0]) in house:
        return head[2]
    return tail[0] if tail[0] and key_of(tail[2]) in house else rest


def _is_debris(part: str, debris: Collection[str]) -> bool:
    key, proper = key_of(part), key_of(_GENERIC.sub("", part))
    return (
        not proper or key in debris or proper in debris or _HOST.fullmatch(part.strip().lower()) is not None
    )
