"""Names: what the class names and ids of elements say of their purpose.

The words are those that news sites and their content systems use in general, in the languages their developers
write; a name is split into words at hyphens, underscores and capitals.
"""

import re
from functools import lru_cache

#: Purpose → words that stand for it. The first `SUPPORTING` of them speak for an article.
PURPOSES = {
    "article": "article articles story post entry artikel noticia beitrag news articlebody storybody hentry blogpost",
    "body": "body content text richtext wysiwyg prose bodytext articlebody storybody articletext bodycopy copy fulltext"
    " contenu contenido inhalt texto testo",
    "paragraph": "paragraph paragraphs para absatz parrafo",
    "lead": "lead lede leadtext intro summary standfirst excerpt dek deck subtitle subhead subheadline subline vorspann"
    " abstract description chapo entradilla sottotitolo stand",
    "heading": "headline title heading kicker overline titel titulo header hed",
    "share": "share shares sharing social socials follow facebook twitter whatsapp addthis sharedaddy tweet pinterest"
    " linkedin teilen sharebar",
    "teaser": "related recirc recirculation recommend recommended recommendation recommendations promo promos outbrain"
    " taboola trending popular mostread latest suggest suggested suggestions upnext teaser teasers"
    " card cards carousel slider swiper playlist widget widgets linklist readmore more also similar upsell relevant"
    " backlink crosslink seealso river feed next prev previous articles posts stories sibling verwandte mehr lire empfehlung",
    "newsletter": "newsletter newsletters subscribe subscription signup mailchimp optin email mail",
    "comment": "comment comments disqus discussion commentlist commentary kommentar kommentare comentarios comentario"
    " commentaires commenti respond reply replies livefyre talkback guestbook",
    "advertisement": "ad ads adv advert adverts advertisement advertising sponsor sponsored dfp gpt anzeige werbung"
    " publicidad pub adslot adbox banner commercial affiliate partner promotion teads adsense",
    "navigation": "nav navigation navbar menu menus submenu breadcrumb breadcrumbs pagination pager toolbar topbar"
    " sitemap ticker tab tabs skip crumbs masthead sidenav",
    "footer": "foot footer bottom colophon imprint impressum copyright legal disclaimer terms footnote footnotes",
    "aside": "side sidebar aside rail secondary complementary rightcol marginal col right",
    "byline": "byline bylines author authors autor autoren contributor writer reporter profile bio verfasser staff"
    " vcard avatar",
    "date": "date datetime time timestamp publish published pubdate posted updated dateline meta datum fecha info",
    "caption": "caption captions credit credits figcaption image images img photo photos picture figure bild foto"
    " legend bildunterschrift leyenda thumbnail",
    "media": "gallery media video videos player slideshow audio embed galerie podcast jwplayer brightcove youtube"
    " lightbox",
    "tags": "tag tags taglist category categories topic topics keyword keywords label labels badge rubric rubrik"
    " section eyebrow",
    "consent": "cookie cookies consent gdpr privacy modal popup overlay dialog drawer toast tooltip cmp onetrust"
    " optanon",
    "paywall": "paywall premium piano regwall paid plus gate gateway login locked metered abo offer offers membership"
    " register signin",
    "hidden": "hidden hide invisible visually sr screenreader offscreen noprint collapsed none",
    "box": "box infobox fact facts factbox callout note notes highlight highlights keypoints toc kasten bullets sidebox",
    "quote": "quote quotes pullquote blockquote zitat tweet citation",
}
SUPPORTING = 4

_PURPOSES_OF_WORD: dict[str, int] = {}
for _bit, _words in enumerate(PURPOSES.values()):
    for _word in _words.split():
        _PURPOSES_OF_WORD[_word] = _PURPOSES_OF_WORD.get(_word, 0) | 1 << _bit
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MAX_CHARACTERS = 400
SUPPORTING_BITS = (1 << SUPPORTING) - 1


def purpose_bit(purpose: str) -> int:
    """Returns the bit of one of `PURPOSES`."""
    return 1 << list(PURPOSES).index(purpose)


@lru_cache(maxsize=16384)
def purposes_of(names: str) -> int:
    """Returns the purposes that class names and ids speak of: bit i for the i-th of `PURPOSES`."""
    bits = 0
    for word in _WORD.findall(names[:_MAX_CHARACTERS]):
        bits |= _PURPOSES_OF_WORD.get(word.lower(), 0)
    return bits
