"""Reasons: what a block that was dropped most likely is, in words that a reader understands.

They go from what is certain (where a block lies, what its words say outright) to what its class names and, last, its
place suggest. Words are those by which lines of dumps are known (`transforms.dump`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.block import Block, DropReason
from transforms.blocks.features import FEATURE
from transforms.blocks.names import purpose_bit, purposes_of
from transforms.blocks.outline import Element
from transforms.dump.attribution import is_credit
from transforms.dump.forms import by_form
from transforms.dump.lines import shape_of
from transforms.dump.phrases import shipped
from transforms.dump.words import cues_in

#: Longer texts are not known by a phrase in them. In characters.
_PHRASE_CHARACTERS = 150
_COUNTER = re.compile(r"[\d\s.,:%/|–-]+|\W*\d[\d.,]*\W*\w+\W*")
_BYLINE = re.compile(r"(?:by|von|par|por|di|door|av|af|text|words by|written by)\b[: ]", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d+\s*[月월]\s*\d+\s*[日일]"
)
#: Purpose of class names → reason; in the order of trust.
_PURPOSES = tuple(
    (purpose_bit(purpose), reason)
    for purpose, reason in (
        ("comment", DropReason.COMMENTS),
        ("consent", DropReason.CONSENT),
        ("newsletter", DropReason.NEWSLETTER),
        ("share", DropReason.SHARE_BUTTONS),
        ("advertisement", DropReason.ADVERTISEMENT),
        ("caption", DropReason.CAPTION),
        ("paywall", DropReason.PAYWALL),
        ("byline", DropReason.BYLINE),
        ("date", DropReason.DATE_LINE),
        ("tags", DropReason.NAVIGATION),
        ("navigation", DropReason.NAVIGATION),
        ("footer", DropReason.NAVIGATION),
        ("teaser", DropReason.TEASER),
        ("aside", DropReason.TEASER),
    )
)
#: Share of the title's words that a repetition of it has, and of its own words that are the title's.
_TITLE_SHARE = 0.7
_REPEATED_SHARE = 0.8
_LINKED = 0.8
#: A text of more words is a text; shorter ones label something.
_LABEL_UNITS = 6
_PERSON_UNITS = 12


def boilerplate_said(text: str) -> DropReason | None:
    """Returns what kind of boilerplate a text is by its words or form alone; None if it may be an article's."""
    if len(text) > _PHRASE_CHARACTERS:
        return None
    shape = shape_of(text)
    return shipped().say(shape).reason or by_form(shape)


def reason_of(block: Block, elements: Sequence[Element], features: NDArray[np.float32]) -> DropReason:
    """Returns the reason that best names why `block` is no part of the article.

    Args:
        block: A block that was dropped.
        elements: Those of its page's outline.
        features: Its row of `block_features`.
    """

    def feature(name: str) -> float:
        return float(features[FEATURE[name]])

    if feature("in_title") >= _TITLE_SHARE and feature("of_title") >= _TITLE_SHARE:
        return DropReason.TITLE
    if feature("said_before") >= _REPEATED_SHARE:
        return DropReason.REPEATED
    if block.tag == "figcaption" or feature("in_figure"):
        return DropReason.CREDIT if is_credit(block.text) else DropReason.CAPTION
    if block.tag == "nav":
        return DropReason.NAVIGATION
    if said := boilerplate_said(block.text):
        return said
    short, named = (feature("units") <= units for units in (_LABEL_UNITS, _PERSON_UNITS))
    if named and (suggested := _suggested(block.text)):
        return suggested
    linked = feature("link_share") >= _LINKED
    if short and _COUNTER.fullmatch(block.text):
        return DropReason.COUNTER
    for purposes in _purposes_around(block, elements):
        for bit, reason in _PURPOSES:
            if purposes & bit:
                return reason
    if linked or feature("branch_links") >= _LINKED:
        return DropReason.NAVIGATION if short else DropReason.TEASER
    return DropReason.OTHER


def _purposes_around(block: Block, elements: Sequence[Element]) -> Iterator[int]:
    """Yields the purposes (bits) that names give a block and each element around it, the nearest first."""
    yield purposes_of(block.inline_names)
    index = block.element
    while index >= 0:
        yield purposes_of(elements[index].names)
        index = elements[index].parent


def _suggested(text: str) -> DropReason | None:
    """Returns what the words of a short text may say it is; an article might use them too."""
    if "©" in text:
        return DropReason.COPYRIGHT
    if _BYLINE.match(text):
        return DropReason.BYLINE
    if is_credit(text):
        return DropReason.CREDIT
    if _DATE.search(text):
        return DropReason.DATE_LINE
    cues = Counter(cues_in(text.casefold()))
    return shipped().say(shape_of(text)).suspect or (cues.most_common(1)[0][0] if cues else None)
