"""Reasons: what a block that was dropped most likely is, in words that a reader understands.

The trees decide; these rules only name. They go from what is certain (where a block lies, what its class says of it)
to what its words suggest and, last, to its place.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.block import Block, DropReason
from transforms.blocks.features import FEATURE
from transforms.blocks.names import purpose_bit, purposes_of
from transforms.blocks.outline import Element

#: Longer texts are not named by a word in them.
_NAMED_CHARACTERS = 240
#: Words of general use on news sites, in the languages with the most pages; they name, they decide nothing.
_SAYINGS = (
    (DropReason.COPYRIGHT, r"©|\(c\) ?\d{4}|copyright|all rights reserved|alle rechte vorbehalten|tous droits|derechos reservados|riproduzione riservata|無断転載|版权所有|무단전재"),
    (DropReason.CONSENT, r"cookie|privacy|datenschutz|consent|einwillig|externe[rn]? inhalt|confidentialité|privacidad|個人情報"),
    (DropReason.NEWSLETTER, r"newsletter|your inbox|nieuwsbrief|nyhetsbrev|boletín|bülten|рассылк|ニュースレター|뉴스레터"),
    (DropReason.PAYWALL, r"subscri|sign in|log ?in|abonn|abo\b|registrier|suscr|iscriv|prenumer|подпис|会員|登録|订阅|구독|donat|spenden|membership"),
    (DropReason.ADVERTISEMENT, r"^(?:advertise?ment|anzeige|werbung|publicité|publicidad|pubblicità|advertentie|annons|reklama?|реклама|広告|ad)\b|sponsored|story continues below|affiliate"),
    (DropReason.COMMENTS, r"\bcomments?\b|kommentar|commentaires?|comentarios?|commenti|reacties|комментари|コメント|评论|댓글|yorum"),
    (DropReason.SHARE_BUTTONS, r"\b(?:share|tweet|follow|print|e-?mail|whatsapp|facebook|twitter|teilen|drucken|folgen|partager|compartir|condividi|delen|dela|paylaş|copy link|link kopieren)\b|поделиться|シェア|分享|공유"),
    (DropReason.CREDIT, r"^\W*(?:photos?|fotos?|images?|bild(?:er)?|pictures?|credits?|quelle|source|imagen|foto[sg]r\w+|video)\s*(?:by|von|:|/|©)|getty|shutterstock|picture alliance|imago|写真|撮影"),
    (DropReason.TEASER, r"read (?:more|also|next)|see also|more (?:on|from)\b|related|recommended|you (?:may|might)|lesen sie|mehr (?:zum|aus)|lies auch|auch interessant|lire aussi|à lire|le[ae] también|leggi anche|lees ook|leia (?:também|mais)|läs (?:också|mer)|les også|læs også|читайте|関連|相关|관련"),
    (DropReason.BYLINE, r"^(?:by|von|par|por|di|door|av|af|words by|text|autor|author|written by)\b[: ]"),
)  # fmt: skip
_SAID = re.compile("|".join(f"(?P<_{i}>{pattern})" for i, (_, pattern) in enumerate(_SAYINGS)), re.IGNORECASE)
_COUNTER = re.compile(r"[\d\s.,:%/|–-]+|\W*\d[\d.,]*\W*\w+\W*")
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
    said = _saying(block.text)
    if block.tag == "figcaption" or feature("in_figure"):
        return DropReason.CREDIT if said is DropReason.CREDIT else DropReason.CAPTION
    if said is not None:
        return said
    short, linked = feature("units") <= _LABEL_UNITS, feature("link_share") >= _LINKED
    if short and _COUNTER.fullmatch(block.text):
        return DropReason.COUNTER
    if feature("units") <= _PERSON_UNITS and _DATE.search(block.text):
        return DropReason.DATE_LINE
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


def _saying(text: str) -> DropReason | None:
    found = _SAID.search(text) if len(text) <= _NAMED_CHARACTERS else None
    return _SAYINGS[int(found.lastgroup[1:])][0] if found and found.lastgroup else None
