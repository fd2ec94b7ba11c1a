"""What a line is by what it is made of, whatever stands around it."""

import re

from schemas.block import DropReason
from transforms.dump import vocabulary
from transforms.dump.lines import Shape

#: Longer lines are not looked at.
MAX_CHARS = 1000
MAX_FOLLOW_WORDS = 35
MAX_COPYRIGHT_WORDS = 40

_COUNTER = re.compile(r"[-–\s]*(?:\d{1,3}\s?%[\s,]*){3,}|(?:\d{1,3}[\s/|]+){3,}\d{1,3}")
_MARKUP = re.compile(
    r"(?:<[^<>]+>\s*)+|(?:window|document|googletag)\.\S.*[;{)]|[a-z]+[A-Z]\w*:(?: (?:true|false|null))?"
)
#: An article tells that someone is followed; it does not ask for it.
_FOLLOW = re.compile(
    rf"(?:{vocabulary.FOLLOW})\b.{{0,160}}(?:\b(?:{vocabulary.NETWORK})|@\w+).{{0,120}}", re.IGNORECASE
)
_COPYRIGHT = re.compile(
    r"(?:copyright|©|\(c\))[\s©@:]*(?:\(c\) ?)?(?:by )?(?:19|20)\d\d\b|copyright\b.{0,60}(?:19|20)\d\d",
    re.IGNORECASE,
)


def by_form(line: Shape) -> DropReason | None:
    """Returns what kind of boilerplate a line is by its form, in any language; None if by none."""
    if len(line.text) > MAX_CHARS:
        return None
    words = set(line.key.split())
    if _COUNTER.fullmatch(line.text) or (len(words) > 1 and "#" in words and words <= vocabulary.COUNTED):
        return DropReason.COUNTER
    if line.words <= MAX_FOLLOW_WORDS and _FOLLOW.fullmatch(line.text):
        return DropReason.SHARE_BUTTONS
    if line.words <= MAX_COPYRIGHT_WORDS and _COPYRIGHT.match(line.text):
        return DropReason.COPYRIGHT
    if _MARKUP.fullmatch(line.text):
        return DropReason.MARKUP
    return DropReason.NAVIGATION if line.words == 0 else None
