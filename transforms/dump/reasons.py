"""Boilerplate: why a line is no part of an article's text."""

from enum import StrEnum


class Boilerplate(StrEnum):
    """Why a line was left out. The list is closed."""

    TITLE = "title"  # the headline: kept, but apart from the text
    BYLINE = "byline"  # who wrote it
    DATE_LINE = "date-line"  # when it was published or changed
    AUTHOR_NOTE = "author-note"  # about the author or the editors
    CAPTION = "caption"  # what a picture shows
    CREDIT = "credit"  # who made a picture or sent the text
    SHARE_BUTTONS = "share-buttons"  # sharing, printing, saving, following
    TEASER = "teaser"  # other articles
    ADVERTISEMENT = "advertisement"
    NEWSLETTER = "newsletter"
    PAYWALL = "paywall"  # offers to subscribe or donate
    CONSENT = "consent"  # cookies, external content, terms
    COMMENTS = "comments"  # readers' comments and how to write them
    COPYRIGHT = "copyright"
    NAVIGATION = "navigation"  # menus, breadcrumbs, labels, tags
    COUNTER = "counter"  # progress, views, votes, reading time
    MARKUP = "markup"  # left-over HTML or script
    REPEATED = "repeated"  # said before, word for word
