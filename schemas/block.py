"""Block: a paragraph, heading, item or cell of a document, and what was decided about it."""

from dataclasses import dataclass
from enum import StrEnum


class DropReason(StrEnum):
    """Why a block is no part of an article's text. The list is closed: people read and count it."""

    TITLE = "title"  # the headline: kept, but apart from the text
    BYLINE = "byline"  # who wrote it
    DATE_LINE = "date-line"  # when it was published or changed
    AUTHOR_NOTE = "author-note"  # about the author or the editors
    CAPTION = "caption"  # what a picture, film or recording shows
    CREDIT = "credit"  # who made a picture or sent the text
    SHARE_BUTTONS = "share-buttons"  # sharing, printing, saving, following
    TEASER = "teaser"  # other articles
    ADVERTISEMENT = "advertisement"
    NEWSLETTER = "newsletter"
    PAYWALL = "paywall"  # offers to subscribe, register or donate
    CONSENT = "consent"  # cookies, external content, terms
    COMMENTS = "comments"  # readers' comments and how to write them
    COPYRIGHT = "copyright"
    NAVIGATION = "navigation"  # menus, breadcrumbs, labels, tags
    COUNTER = "counter"  # progress, views, votes, reading time
    MARKUP = "markup"  # left-over HTML or script
    REPEATED = "repeated"  # said before on the same page, word for word
    REPEATED_ON_SITE = "repeated-on-site"  # stands on other pages of the site, word for word
    NO_ARTICLE = "no-article"  # the document holds no article that this could be part of
    OTHER = "other"  # judged by its place and shape alone


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document between two line breaks of the layout.

    Attributes:
        text: White space collapsed; never empty.
        tag: The HTML element it stands in (`p`, `h2`, `li`, `td`, …); `line` in text dumps.
        element: Index of that element in the page's outline; -1 in text dumps.
        inline: The inline element it starts with (`a`, `b`, `span`, …); empty where it starts with bare text.
        inline_names: Class names and ids of the inline elements it starts with.
        link_chars: Characters of `text` inside links.
        links: Number of links that begin in it.
        emphasis_chars: Characters of `text` in bold or italics.
        after_break: It starts after an empty line made of `<br>`, not at an element of its own.
    """

    text: str
    tag: str
    element: int = -1
    inline: str = ""
    inline_names: str = ""
    link_chars: int = 0
    links: int = 0
    emphasis_chars: int = 0
    after_break: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A block and its fate.

    Attributes:
        block: The block.
        score: From 0 to 1: that it belongs to the article.
        reason: Why it was dropped; None for a block that was kept.
    """

    block: Block
    score: float
    reason: DropReason | None
