"""Credits: bylines, news agencies, and who made the pictures."""

import re

#: Agency → its names in credits. Names of two letters count in capitals only.
AGENCIES: dict[str, tuple[str, ...]] = {
    "dpa": ("dpa", "dpa-afx", "deutsche presse-agentur"),
    "afp": ("afp", "agence france-presse", "أ ف ب", "ا ف ب"),
    "reuters": ("reuters", "rtr", "رويترز", "ロイター", "路透社", "路透", "로이터", "рейтер"),
    "ap": ("ap", "associated press", "the associated press", "美联社", "美聯社"),
    "epd": ("epd",),
    "kna": ("kna",),
    "sid": ("sid",),
    "apa": ("apa",),
    "sda": ("sda", "keystone-sda"),
    "efe": ("efe", "agencia efe"),
    "europa-press": ("europa press",),
    "ansa": ("ansa",),
    "adnkronos": ("adnkronos",),
    "anp": ("anp",),
    "belga": ("belga",),
    "lusa": ("lusa", "agência lusa"),
    "agencia-brasil": ("agência brasil",),
    "pap": ("pap",),
    "ctk": ("čtk", "ctk"),
    "tass": ("tass", "тасс"),
    "ria-novosti": ("ria novosti", "риа новости"),
    "interfax": ("interfax", "интерфакс"),
    "tt": ("tt",),
    "ritzau": ("ritzau",),
    "ntb": ("ntb",),
    "anadolu": ("aa", "anadolu", "anadolu ajansı"),
    "dha": ("dha",),
    "iha": ("i̇ha", "iha"),
    "kyodo": ("kyodo", "共同", "共同通信"),
    "jiji": ("jiji", "時事", "時事通信"),
    "xinhua": ("xinhua", "新华社", "新華社"),
    "cna": ("cna", "中央社"),
    "yonhap": ("yonhap", "연합뉴스"),
    "newsis": ("newsis", "뉴시스"),
    "pti": ("pti", "पीटीआई"),
    "ani": ("ani",),
    "ians": ("ians", "आईएएनएस"),
    "upi": ("upi",),
    "canadian-press": ("the canadian press", "canadian press"),
}
_ALIASES = {alias: agency for agency, aliases in AGENCIES.items() for alias in aliases}
_STOCK = (
    r"getty|shutterstock|imago|istock|picture[ -]alliance|adobe ?stock|alamy|unsplash|pixabay|zuma|epa|wireimage|keystone|bloomberg|"
    r"imagn|usa today sports|ap photo|afp|reuters|dpa|depositphotos|mirrorpix|pa wire|pa images|handout|nasa|instagram|screenshot|archiv|file photo"
)
_MAKER = (
    r"fotos?|photos?|photo credits?|photograph|images?|image credits?|pictures?|picture credits?|bild|bilder|bildquelle|bildnachweis|titelbild|symbolbild|"
    r"beitragsbild|credits?|crédits?(?: photo)?|photo de|fotografía|imagen|imagem|foto de|foto van|beeld|zdjęcie|fot|фото|изображение|"
    r"illustrations?|grafik|graphic|写真|画像|提供|撮影|图片|圖片|图片来源|圖片來源|图源|摄影|图|圖|사진|사진제공|صورة|الصورة|تصوير|फोटो|foto crédito|fotoğraf"
)
_SOURCE = r"quellen?|sources?|fuentes?|fontes?|bronnen|bron|źródło|źródła|источник|kilde|kilder|källa|källor|kaynak|来源|來源|出典|출처|자료|المصدر|स्रोत"
_MAKER_LINE = re.compile(rf"(?:{_MAKER})\s?(?:\[m\]\s?)?[:：©/=|]\s*\S.{{0,160}}", re.IGNORECASE)
_SOURCE_LINE = re.compile(rf"(?:{_SOURCE})\s?[:：=]\s*\S.{{0,80}}", re.IGNORECASE)
_MAKER_TAIL = re.compile(rf"(?<![^\W\d_])(?:fotos?|photos?|images?|image credit|bild|credit|crédit photo|fot\.|фото|imagem|imagen|fotoğraf)\s?[:：©]\s?[^.:]{{2,80}}\.?$", re.IGNORECASE)
_PAREN_TAIL = re.compile(r"[(（\[]([^()（）\[\]]{2,100})[)）\]]\.?$")
_CREDIT_WORDS = re.compile(
    rf"(?<![^\W\d_])(?:{_STOCK}|fotos?|photos?|photographed by|image|images|credit|courtesy|crédit|фото|写真|撮影|提供|사진|图|摄)(?![a-zà-ÿ])",
    re.IGNORECASE,
)
_SLASH_TAIL = re.compile(r"(?:^|\s)[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3} ?[/|] ?(?:AFP|AP|Reuters|REUTERS|dpa|EPA|Getty(?: Images)?|AFP/Getty Images|Bloomberg|imago|picture alliance|Shutterstock|NTB|TT|ANP|AAP|PA|Xinhua)(?:[ /][\w ]{0,30})?$")
_STOCK_TAIL = re.compile(r"(?:getty images|ap photo|via getty images|via ap|via reuters|shutterstock|picture alliance|imago images)(?:/[\w .]{0,40})?$", re.IGNORECASE)
_SIGNATURE = re.compile(r"[(\[（]?([\w.-]{1,20}(?: [\w.-]{1,15}){0,2}(?:\s?[/,;|]\s?[\w.-]{1,20}(?: [\w.-]{1,15})?){0,4})[)\]）]?\.?")
_FINAL_PAREN = re.compile(r"[(\[（]([^()（）\[\]]{2,40})[)\]）]\.?$")
_FINAL_SOURCE = re.compile(rf"(?:{_SOURCE}|mit material von|with|via)\s?[:：=]?\s+([^.:()]{{2,40}})\.?$", re.IGNORECASE)
_DATELINE = re.compile(r".{0,60}?[(（]([^()（）]{2,30})[)）]\s*(?:[-–—:]|\s)")
_INITIALS = re.compile(r"[(\[][a-z]{2,4}(?:/[a-z]{2,4})*[)\]]")
_BY = re.compile(
    r"(?:by|words by|written by|story by|von|text|autor|autorin|autor/in|par|por|di|a cura di|door|av|af|tekst|text av|автор|текст|yazan|مقال|بقلم|कॉपी|作者|記者|文)"
    r"(?:\s?[:：|]\s?|\s+)(\S.{1,110})",
    re.IGNORECASE,
)
_BY_ALONE = re.compile(r"(?:by|von|par|por|di|door|av|af|автор|作者|記者|redakteurin?|autorin?|author|written by)\s?[:：,\-–—|]?\s*", re.IGNORECASE)
_NAME_BREAK = re.compile(r"\s*(?:[,;|/•·&+]|\band\b|\bund\b|\bet\b|\by\b|\bog\b|\boch\b|\ben\b| e | i | и | ve |、)\s*")
_NAME_END = re.compile(r"\s*(?:[|•·–—(@]|\s-\s|\d|\bupdated\b|\bpublished\b|\bfor\b|\bin\b|\baus\b).*$", re.IGNORECASE | re.DOTALL)
_NAME_WORD = r"(?:[A-ZÀ-ÞĀ-ŽА-ЯЁ][\w.'’-]*|van|von|de|der|den|da|di|dos|del|la|le|el|al|bin|zu|af)"
_NAME = re.compile(rf"{_NAME_WORD}(?:\s{_NAME_WORD}){{1,4}}")


def is_credit(text: str) -> bool:
    """Whether a line does nothing but name the maker or source of a picture or text."""
    if len(text) > 220:
        return False
    if text.startswith("©") or _INITIALS.fullmatch(text):
        return True
    if _MAKER_LINE.fullmatch(text) or _SOURCE_LINE.fullmatch(text):
        return len(text.split()) <= 18
    match = _SIGNATURE.fullmatch(text)
    if match and any(agency_of(part) for part in _parts(match[1])):
        return True
    words = len(text.split())
    return words <= 8 and bool(_SLASH_TAIL.search(text) or _STOCK_TAIL.search(text))


def is_caption(text: str, words: float, sentences: int) -> bool:
    """Whether a line ends by crediting a picture, as captions do."""
    if words > 60 or sentences > 3 or len(text) > 500:
        return False
    if _MAKER_TAIL.search(text) or _STOCK_TAIL.search(text) or _SLASH_TAIL.search(text):
        return True
    match = _PAREN_TAIL.search(text)
    if not match:
        return False
    inside, before = match[1], text[: match.start()].rstrip()
    if agency_of(inside):  # "… said on Monday. (Reuters)" is an article's end, "A man in Paris (Reuters)" a caption
        return not before.endswith((".", "!", "?", "”", '"', "»", "。"))
    return _CREDIT_WORDS.search(inside) is not None and not _INITIALS.fullmatch(match[0])


def agency_of(name: str) -> str | None:
    """Returns the agency that goes by `name`, in lower case as in `Document.agency`; None for any other word."""
    name = name.strip(" .,-–—")
    alias = name.casefold()
    return _ALIASES.get(alias) if len(name) > 2 or name.isupper() or not name.isascii() else None


def agency_in(text: str) -> str | None:
    """Returns the agency that a line credits: as a signature, in brackets or after `Quelle:` at its end."""
    tail = text[-80:]
    match = _SIGNATURE.fullmatch(text) if len(text) <= 80 else None
    for found in (match, _FINAL_PAREN.search(tail), _FINAL_SOURCE.search(tail)):
        if found:
            for part in _parts(found[1]):
                if agency := agency_of(part):
                    return agency
    return None


def agency_of_dateline(text: str) -> str | None:
    """Returns the agency of an opening such as `PARIS (Reuters) - …`."""
    match = _DATELINE.match(text[:120])
    if match:
        for part in _parts(match[1]):
            if agency := agency_of(part):
                return agency
    return None


def _parts(text: str) -> list[str]:
    return [text, *re.split(r"\s?[/,;|]\s?|\s+", text)]


def is_bare_byline(text: str) -> bool:
    """Whether a line is a byline's first word alone: `By`, `Von`."""
    return len(text) <= 20 and _BY_ALONE.fullmatch(text) is not None


def authors_in(text: str) -> tuple[str, ...] | None:
    """Returns the names in a byline such as `By Ann Ash and Bo Birch, Daily News`; None if it is no byline."""
    if len(text) > 130:
        return None
    match = _BY.fullmatch(text)
    if not match:
        return None
    names = names_in(match[1])
    return names or None


def names_in(text: str) -> tuple[str, ...]:
    """Returns the names of persons that a line begins with."""
    names: list[str] = []
    for part in _NAME_BREAK.split(_NAME_END.sub("", text)):
        part = part.strip(" .,:")
        if not _NAME.fullmatch(part):
            break
        if part not in names:
            names.append(part)
    return tuple(names)


def is_name(text: str) -> bool:
    """Whether a line is one or more names of persons and nothing else."""
    if len(text) > 100 or text.isupper():
        return False
    parts = [part.strip() for part in _NAME_BREAK.split(text)]
    return all(_NAME.fullmatch(part) for part in parts)
