"""Readers' comments: the lines by which they are known in many languages."""

import re

#: Longer lines are not looked at.
_MAX_CHARS = 400
_MAX_PART_CHARS = 120

#: A comment's first line, "Ann Ash on 3 May 2020 said:".
_SAID = re.compile(
    r"\b(?:said|says|wrote|writes|sagte?|schrieb|schreibt|meint|dit|écrit|dice|dijo|escribió|scrive|scritto|"
    r"disse|diz|escreveu|zegt|schreef|schrijft|pisze|napisała?|säger|skrev|skriver|siger|sier|diyor ki|"
    r"dedi ki|пишет|написала?|говорит)\s?[:：]$|(?:より|说|說|님의 말)\s?[:：]$",
    re.IGNORECASE,
)
#: What stands under a comment.
_BUTTON = re.compile(
    r"[ •.()\d]*(?:"
    r"reply|replies|reply to this|log in to reply|report|report abuse|like|quote|permalink|"
    r"upvote|downvote|antworten|antwort|melden|zitieren|gefällt mir|kommentar melden|répondre|"
    r"signaler|citer|responder|denunciar|citar|rispondi|segnala|beantwoorden|reageer|reageren|"
    r"odpowiedz|zgłoś|svara|anmäl|svar|svar på|anmeld|yanıtla|cevapla|şikayet et|ответить|"
    r"пожаловаться|返信|返信する|通報|回复|回覆|举报|답글|신고|رد|الرد"
    r")[ •.()\d]*",
    re.IGNORECASE,
)
_REPLIES = (
    r"(?:comments?|responses?|replies|thoughts?|(?:leser)?kommentare?|antworten|gedanken?|commentaires?|"
    r"réponses?|réflexions?|comentarios?|respuestas?|pensamientos?|comentários?|respostas?|commenti|risposte|"
    r"pensieri|reacties|gedachten|komentarz[ey]?|odpowiedzi|комментари[ийяев]+|kommentarer|svar|tankar|tanker|"
    r"yorum(?:lar)?|コメント|评论|評論|댓글|تعليقات?|टिप्पणियां)\b"
)
_ON = r"(?:to|on|auf|zu|sur|à|en|em|para|a|su|op|over|do|till|til|om)\b"
#: "Comments", "12 Kommentare", "3 responses to “…”".
_HEADING = re.compile(
    rf"[•–—#* (\[]*\d*[)\]]?\s*{_REPLIES}(?:\s*(?:[(\[]?\d+[)\]]?|{_ON}.{{0,160}}))?\s*:?",
    re.IGNORECASE,
)
#: "3 responses to “…”", as WordPress and others set it above comments in each of their languages.
_TITLED = re.compile(
    rf"(?:\d+|one|eine?|une?|uno?|um|één|jeden|en|ett)\s{_REPLIES}\s{_ON}\s*:?\s?[\"“”„«»‘‹]"
    r"(?:[^.!?]{1,300}|.{1,300}[\"“”»«’›])",
    re.IGNORECASE,
)


def is_comment_heading(line: str) -> bool:
    """Whether a line is a heading over readers' comments, or what says how many there are."""
    return len(line) <= _MAX_CHARS and _HEADING.fullmatch(line) is not None


def is_titled_comment_heading(line: str) -> bool:
    """Whether a line says how many comments follow on the article that it names: nothing else follows it."""
    return len(line) <= _MAX_CHARS and _TITLED.fullmatch(line) is not None


def is_comment_part(line: str) -> bool:
    """Whether a line is a button under a reader's comment, or says who wrote the one that follows."""
    if len(line) > _MAX_PART_CHARS:
        return False
    return _BUTTON.fullmatch(line) is not None or _SAID.search(line) is not None
