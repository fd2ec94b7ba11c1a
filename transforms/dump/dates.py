"""Date lines: when an article was published, as text dumps bear it."""

import re
from datetime import UTC, date, datetime
from functools import cache

from babel.dates import get_day_names, get_month_names

_LOCALES = "de en fr es it nl pt pl ru uk cs sv da nb is fi tr hu ro el ja zh ko ar he hi id vi af zu".split()
#: Words that stand around a date, not part of it, in the languages of `_LOCALES`.
_LABELS = frozenset(
    """
    published publish date posted updated update last modified first on at and ago am pm a m p gmt utc est edt pst pdt
    cst cdt cet cest bst ist mez mesz mst mdt jst kst sast amt hkt sgt ist aest aedt h o clock minute minutes min mins hour hours day days week
    weeks month months year years read reading time th st nd rd uhr stand vom am um von bis aktualisiert veröffentlicht
    zuletzt geändert erstveröffentlichung lesezeit lesedauer minuten stunde stunden vor tag tagen heute publié
    publiée le mis mise à jour à modifié il y a lecture temps de publicado publicada el actualizado actualizada hace las
    horas hora minutos lectura tiempo del pubblicato pubblicata il alle ore aggiornato aggiornata lettura minuti
    gepubliceerd geplaatst bijgewerkt laatst gewijzigd op om uur leestijd geleden atualizado atualizada em às há leitura
    opublikowano aktualizacja zaktualizowano data dodano godz dnia r temu czytania опубликовано обновлено дата в г
    года мск назад минут минуты часов час чтения publicerad uppdaterad kl senast läsning offentliggjort opdateret
    publisert oppdatert sist den d siden güncelleme güncellenme yayınlanma tarihi giriş saat önce okuma süresi dk
    公開 更新 配信 掲載 投稿 発布 发布 發布 发表 發表 时间 時間 年 月 日 時 分 时 点 號 号 更新日 公開日 最終更新
    입력 수정 등록 업데이트 기사입력 최종수정 년 월 일 시 분 오전 오후 نشر نشرت آخر تحديث في م ص تاريخ النشر
    प्रकाशित अपडेट अपडेटेड बजे पर updated published pub
    """.split()
)
#: A label at the start of a line that holds a date even where other words follow.
_LEADS = re.compile(
    r"(first |last |zuletzt )?(published|posted|updated|stand|aktualisiert|veröffentlicht|erstveröffentlichung|publié|mis à jour|"
    r"publicado|actualizado|pubblicato|aggiornato|gepubliceerd|bijgewerkt|atualizado|opublikowano|aktualizacja|"
    r"опубликовано|обновлено|publicerad|uppdaterad|publisert|oppdatert|offentliggjort|güncelleme|yayınlanma|"
    r"公開|更新|发布时间|發布時間|입력|수정|نشر|آخر تحديث|प्रकाशित|अपडेट)",
    re.IGNORECASE,
)
_CRUMB = re.compile(
    r"(?:[ \t]*(?:date|datum|published|updated|pubdate|publish_date|timestamp)[ \t]*[:=]?[ \t]*"
    r"(\d{4}-\d{2}(?:-\d{2}(?:T[0-9:.]{5,15}(?:Z|[+-]\d\d:?\d\d)?)?)?)(?=\s|$))+[ \t]*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2} ?[ap]\.?m\b", re.IGNORECASE)
_AGO = re.compile(
    r"\b(?:\d+|an?) (?:sec|min|minute|hour|day|week|month|year)s?(?: ago)?\b|\b(?:vor \d+ (?:minute|stunde|tag|woche)|il y a \d+|"
    r"hace \d+)|\d+ (?:minuti|ore|giorni) fa|\d+\s?(?:分|時間|日)前|\d+\s?(?:分钟|小时|天)前|\d+\s?(?:분|시간|일) ?전",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d{2})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_CJK_DATE = re.compile(r"((?:19|20)\d{2})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)?\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/((?:19|20)?\d{2})(?!\d)")
_DAY_NAMED = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º)?[ -](?:de |of )?([^\W\d_]{3,})\.?,?[ -](?:de |del )?((?:19|20)\d{2})(?!\d)")
_NAMED_DAY = re.compile(r"([^\W\d_]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? ((?:19|20)\d{2})(?!\d)")
#: Longer lines hold no mere date.
MAX_DATE_LINE_CHARS = 160


@cache
def _months() -> dict[str, int]:
    """Month names of all locales, in lower case (CLDR, through Babel); a name of two months means none."""
    found: dict[str, int] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    word = name.casefold().rstrip(".")
                    found[word] = number if found.get(word, number) == number else 0
    return found


@cache
def _vocabulary() -> frozenset[str]:
    """Words a date line is made of."""
    names = {
        word
        for locale in _LOCALES
        for width in ("wide", "abbreviated")
        for name in get_day_names(width, "format", locale).values()
        for word in _WORD.findall(name.casefold())
    }
    return _LABELS | names | {word for month in _months() for word in _WORD.findall(month)}


def crumb_end(text: str) -> int:
    """Returns where a leading crumb such as ` date 2020-11 ` ends; 0 where there is none."""
    match = _CRUMB.match(text)
    return match.end() if match else 0


def date_words(text: str) -> int | None:
    """Returns how many words of a line belong to no date; None where it holds no date or time."""
    if len(text) > MAX_DATE_LINE_CHARS:
        return None
    if not (day_of(text) or _TIME.search(text) or _AGO.search(text)):
        return None
    return sum(word not in _vocabulary() for word in _WORD.findall(text.casefold()))


def is_labelled(text: str) -> bool:
    """Whether a line begins by saying that a date of publication follows."""
    return _LEADS.match(text) is not None


def moment_of(text: str) -> datetime | None:
    """Returns the moment that a date line or crumb gives in full, in UTC.

    A date without a time zone is its day's first moment in UTC; a time without a zone is passed over.
    """
    for word in text.split():
        if "T" in word and word[-1:] in "Z0123456789":
            try:
                moment = datetime.fromisoformat(word)
            except ValueError:
                continue
            if moment.tzinfo is not None and 1990 <= moment.year < 2100:
                return moment.astimezone(UTC)
    day = day_of(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def day_of(text: str) -> date | None:
    """Returns the first full and unambiguous date in a short text."""
    for pattern, order in ((_YEAR_FIRST, (1, 3, 4)), (_CJK_DATE, (1, 2, 3)), (_DAY_FIRST, (3, 2, 1))):
        if match := pattern.search(text):
            return _day(*(int(match[group]) for group in order))
    if match := _DAY_NAMED.search(text):
        return _day(int(match[3]), _months().get(match[2].casefold(), 0), int(match[1]))
    if match := _NAMED_DAY.search(text):
        return _day(int(match[3]), _months().get(match[1].casefold(), 0), int(match[2]))
    if match := _SLASHED.search(text):
        first, second = int(match[1]), int(match[2])
        if first > 12 or first == second:
            return _day(int(match[3]), second, first)
        if second > 12:
            return _day(int(match[3]), first, second)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
    return found if 1990 <= found.year < 2100 else None
