"""HTML limits: what of a page no parser need see, because it would take minutes over it.

News pages come near to none of these bounds; made-up and broken ones do.
"""

import re

#: In characters; the rest of a longer page is not read.
MAX_CHARACTERS = 10_000_000
#: Elements and blocks of an outline: time and memory grow with each.
MAX_ELEMENTS = 40_000
MAX_BLOCKS = 20_000
#: Further attributes of a tag are dropped: parsers compare the name of each with all before it, 200,000 take
#: them minutes. No one writes so many; a quote too few makes some out of a text.
MAX_ATTRIBUTES = 1000
#: Parsing takes time by the square of the nesting, as browsers' rules of recovery demand.
MAX_NESTING = 2_000
#: So it does by the square of the options in a form, whose choice each new one may change.
MAX_OPTIONS = 2_000
#: Pages of fewer tags are parsed as they are: even if all are nested, or options, it takes half a second.
_FEW_TAGS = 8_000
#: Elements that never nest: void ones, those without elements inside, and those whose next of a kind ends the
#: one before.
_FLAT = frozenset(
    "p li td th tr dt dd thead tbody tfoot colgroup optgroup option html body head title script style"
    " noscript template iframe select textarea area base br col embed hr img input link meta param source"
    " track wbr".split()
)

# As https://html.spec.whatwg.org/multipage/parsing.html#attribute-name-state and its neighbours read one.
# Possessive throughout, hence linear.
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+)?+)?+"""
_NAME = r"<[a-zA-Z][^\s/>]*+"
_HAS_MANY_ATTRIBUTES = re.compile(
    rf"(?:[^<]++|<(?![a-zA-Z])|{_NAME}(?:{_ATTRIBUTE}){{0,{MAX_ATTRIBUTES}}}+(?!{_ATTRIBUTE}))*+"
    rf"{_NAME}(?:{_ATTRIBUTE}){{{MAX_ATTRIBUTES}}}"
)
_ALL_ATTRIBUTES = re.compile(rf"({_NAME}(?:{_ATTRIBUTE}){{0,{MAX_ATTRIBUTES}}}+)(?:{_ATTRIBUTE})*+")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_OPTION = re.compile(r"</?option(?:[\s/][^>]*)?>?", re.IGNORECASE)


def cap_attributes(html: str) -> str:
    """Returns `html` with at most `MAX_ATTRIBUTES` in each tag; do so before any parser sees it."""
    return _ALL_ATTRIBUTES.sub(r"\1", html) if _HAS_MANY_ATTRIBUTES.match(html) else html


def cap_tags(html: str) -> str:
    """Returns the beginning of `html` that is neither too long nor too deep, without masses of options."""
    html = html[:MAX_CHARACTERS]
    if html.count("<") < _FEW_TAGS:
        return html
    nesting = options = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        options += name == "option"
        if name in _FLAT:
            continue
        nesting = max(0, nesting - 1) if tag[1] else nesting + 1
        if nesting > MAX_NESTING:
            html = html[: tag.start()]
            break
    return _OPTION.sub(" ", html) if options > MAX_OPTIONS else html
