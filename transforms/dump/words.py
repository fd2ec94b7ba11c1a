"""Words by which lines of text differ in kind, whatever they are about: a few of each for many languages.

General lists, made by hand; none was learned from pages. Words are looked up in lower case.
"""

import re
from collections.abc import Iterable

from schemas.block import DropReason
from transforms.writing import CJK


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Articles, prepositions, auxiliaries, conjunctions: sentences are full of them, headings and menus are not.
FUNCTION_WORDS = _words(
    """
    the of and to in a is that for it on was with as be at by this had not are but from or have an they
    which one were her all their there been if when who will more no out so up said what its about than
    into them can only other new some could time these two may then do first any my now such like our
    over me even most made after also did many before must through back years where much your way well
    down should because each just those how too own while he she him his we you i has would
    der die das und in zu den von mit ist des im nicht ein eine als auch es an werden aus er hat dass
    sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur
    bis mehr durch man sein wurde sei hatte kann gegen vom können schon wenn habe seine ihre dann unter
    wir soll ich eines jahr zwei jahren diese dieser wieder keine seiner worden will zwischen immer was
    sagte gibt alle seit wurden beim doch jetzt waren denn dem für auf sich
    le la les de des du un une et à en est que qui dans pour sur pas plus par au aux avec ce se ne il
    elle on sont ses son sa été mais ou comme nous vous leur cette ces ont fait être deux avait était
    tout aussi selon après sans entre encore où dont même alors depuis lors ils elles je si bien peut
    très
    el los las del y no lo su sus o ha este esta ya pero fue son entre también dos desde era muy sobre
    hasta sin está todo han ser puede esto cuando hay donde quien contra ese porque durante nos ni uno
    según tras mientras yo con al como
    lo i gli di dei della delle e che per non si è da alla dal dalla nel nella sono come più ha ma anche
    su questo questa suo sua hanno stato essere tra fra due anni dopo ai agli sul sulla ci quando dove
    chi fino ancora molto perché così prima loro
    het een van dat op te zijn met voor niet aan er om ook dan maar bij uit door naar hij ze zij wordt
    werd heeft hebben wel deze dit tot meer zo al moet kunnen jaar twee geen worden tegen onder zich
    veel omdat toen wij we
    os as do da dos das em um uma para com não na ao à mais mas foi são ser tem seu ou quando muito há
    já também só pelo pela até isso ela depois sem mesmo aos ter seus quem onde após disse estão ele
    foram
    w z nie się że jest od za po jak ale przez dla ze są co tak był jego tym które który która tylko
    było oraz lub już także będzie być przed przy może ich czy jej bardzo więcej gdy roku lat mają nad
    pod tego
    и в не на я что он с это по но они к у мы из до для так же бы вы все его то она ее её их был была
    было были есть если или уже может при после также который которые которая этого года году ещё еще
    чтобы когда где кто со во под
    між від про він вона вони його був була було були які який яка також може років якщо або вже
    v že je k ve pro jako jsou jeho která jsem bude byl byla bylo až má nebo podle však ještě když
    jejich
    och att det som är av med den till inte har ett jag från vi kan när år hade efter eller nu hon ska
    sig här vid där blir mot alla mycket mellan två varit bli blev sin sina detta dessa og ikke af et
    hun skal ved meget være blevet disse etter mer også seg ja on ei että hän oli ovat mutta kun myös
    kuin joka tai sen jos niin ole voi vain mukaan jo ollut olla mikä tämä siitä
    ve bir bu için ile çok olarak daha olan gibi kadar sonra ise var her oldu değil bin mi ki diye göre
    ancak veya iki olduğu ya olduğunu tarafından hem şu
    í á að sem til við þetta ekki hún ég fyrir þeir frá eru hefur þá úr voru þegar þar hafa verið eftir
    segir það
    az és hogy nem egy ez volt meg csak már mint vagy még lesz van amely aki ha után
    și în cu pe nu este că din care mai pentru fost prin ca sau dar după sunt
    και το της η του την να από που στο οι τα στην των ο δεν είναι θα τον έχει μια ένα αλλά τους στη ότι
    σε ως
    yang dan dari dengan ini itu untuk pada tidak dalam adalah akan oleh sebagai juga telah atau bisa
    karena mereka
    và của có trong cho được không các một những này đã để khi người từ cũng về theo tại
    ukuthi futhi kodwa uma ngoba lapho noma nge kanye yena bona lokhu ngesikhathi abantu kwi kuye ukuba
    xa kunye okanye
    vir wat was ook hy sy hulle deur kwa ya wa ni katika kuwa hii hiyo huo pia lakini kama yake ambao
    في من على إلى أن عن مع هذا هذه التي الذي كان كما لا ما بين قد أو بعد ذلك كل قال هو هي لم حيث خلال
    وقد عند
    של את על לא הוא זה עם כי גם היא אל או אך כל אבל רק יותר בין היה אשר אחרי לפני כדי
    के में की है से को का और ने पर कि यह हैं भी एक लिए नहीं कर इस तो ही हो था गया थी वे अपने साथ बाद या
    जो
    এবং এই করে থেকে যে না ও জন্য তার হয় একটি করা সঙ্গে
    の は を に が で と る た す な も い ら れ し か 的 是 了 在 和 有 不 这 這 们 們
    을 를 이 가 은 는 에 의 로 다 고
    """
)

#: Beginnings of words in lines about the site, not the news, and what such a line may be.
_CUES = {
    DropReason.NEWSLETTER: _words(
        """
        subscri newsletter inbox e-mail email mailbox signup unsubscrib posteingang inscri
        infolettre courriel suscri boletín iscriv casella nieuwsbrief assin boletim nyhetsbrev
        tilmeld nyhedsbrev подпис рассылк bülten メール 订阅 訂閱 구독 اشترك النشرة सब्सक्राइब
        """
    ),
    DropReason.PAYWALL: _words(
        """
        register login account password premium trial abonn anmeld konto kostenlos kündbar
        probemonat registrier einlogg passwort cuenta prenumer rejestr zaloguj abone donat spende 登録
        会員 購読 ログイン 登录 注册 로그인 가입
        """
    ),
    DropReason.COPYRIGHT: _words(
        """
        copyright rights reserved permission rechte vorbehalten impressum droits réservés derechos
        reservados diritti riservati direitos voorbehouden zastrzeżone защищены rättigheter
        rettigheder rettigheter saklıdır 著作権 転載 無断 版权 저작권 무단 전재 재배포 حقوق محفوظة
        """
    ),
    DropReason.CONSENT: _words(
        """
        privacy cookie consent disclaimer gdpr datenschutz confidentialité privacidad çerez 隐私
        الخصوصية
        """
    ),
    DropReason.SHARE_BUTTONS: _words(
        """
        facebook twitter instagram whatsapp telegram linkedin youtube tiktok pinterest reddit
        flipboard bluesky mastodon snapchat follow share tweet hashtag teilen folgen folgt partag
        suivez compart síguenos condivid seguici volg compartilh udostępnij поделит följ følg paylaş
        takip シェア フォロー 分享 关注 공유 팔로우 شارك تابع शेयर फॉलो
        """
    ),
    DropReason.COMMENTS: _words(
        """
        comment reply replies moderat kommentar kommentier netiquette leserbrief comentari commenti
        reacties reageer komentarz коммент yorum コメント 评论 評論 댓글 تعليق टिप्पणी
        """
    ),
    DropReason.TEASER: _words(
        """
        related recommended trending weitere meistgelesen ilgili 関連 おすすめ 相关 推荐 관련 추천
        """
    ),
    DropReason.CREDIT: _words(
        """
        photo getty shutterstock istock imago reuters afp alamy credit courtesy foto bildquelle
        archivbild symbolbild picture-alliance crédit imagen imagem immagine zdjęcie фото 写真 撮影 提供
        图片 사진 صورة फोटो
        """
    ),
    DropReason.AUTHOR_NOTE: _words(
        """
        reporter journalist correspondent editor columnist contributor freelance contributed
        redakteur redaktion autor korrespondent rédact corresp periodista redact giornalista
        jornalista repórter dziennikarz корреспондент редактор muhabir 記者 編集 记者 编辑 기자 편집 संवाददाता
        """
    ),
    DropReason.ADVERTISEMENT: _words(
        """
        affiliate commission buy price shop discount coupon sponsored advertis promotion anzeige
        provision werbung angebot publici pubblicità advertentie reklam annons annonce реклам 広告 广告
        廣告 광고 إعلان विज्ञापन
        """
    ),
}
#: Cue → reason.
_REASONS = {cue: reason for reason, cues in _CUES.items() for cue in cues}
#: Scripts that do not part words, or add to their beginnings.
_UNPARTED = re.compile(r"[\u0600-\u06ff\u0900-\u097f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def _any_of(cues: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(cues, reverse=True)))


_CUE = re.compile(
    rf"(?<![^\W\d_])(?:{_any_of(cue for cue in _REASONS if not _UNPARTED.match(cue))})|"
    rf"{_any_of(cue for cue in _REASONS if _UNPARTED.match(cue))}"
)
_WORD = re.compile(rf"[{CJK}]|[^\W\d_{CJK}]+")


def words_of(lowered: str) -> list[str]:
    """Returns the words of a line (in lower case), without numbers; CJK characters are words of their own."""
    return _WORD.findall(lowered)


def cues_in(lowered: str) -> list[DropReason]:
    """Returns, for each word in a line (in lower case) that speaks of the site, what such a line may be."""
    return [_REASONS[cue] for cue in _CUE.findall(lowered)]
