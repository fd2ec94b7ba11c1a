"""Words that news sites of many languages use in credits, bylines, date lines and counters."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _either(text: str) -> str:
    """Returns a pattern of the alternatives, given with commas between them; the longest is tried first."""
    return "|".join(
        sorted(map(re.escape, text.replace("\n", "").split(",")), key=lambda word: (-len(word), word))
    )


#: Agency, as in `Document.agency`, → its names in credits. Names of two letters count in capitals only.
AGENCIES: dict[str, tuple[str, ...]] = {
    "adnkronos": ("adnkronos",),
    "afp": ("afp", "agence france-presse", "أ ف ب", "ا ف ب"),
    "agencia-brasil": ("agência brasil",),
    "anadolu": ("aa", "anadolu", "anadolu ajansı"),
    "ani": ("ani",),
    "anp": ("anp",),
    "ansa": ("ansa",),
    "ap": ("ap", "associated press", "the associated press", "美联社", "美聯社"),
    "apa": ("apa",),
    "belga": ("belga",),
    "canadian-press": ("the canadian press", "canadian press"),
    "cna": ("cna", "中央社"),
    "ctk": ("čtk", "ctk"),
    "dha": ("dha",),
    "dpa": ("dpa", "dpa-afx", "deutsche presse-agentur"),
    "efe": ("efe", "agencia efe"),
    "epd": ("epd",),
    "europa-press": ("europa press",),
    "ians": ("ians", "आईएएनएस"),
    "iha": ("i̇ha", "iha"),
    "interfax": ("interfax", "интерфакс"),
    "jiji": ("jiji", "時事", "時事通信"),
    "kna": ("kna",),
    "kyodo": ("kyodo", "共同", "共同通信"),
    "lusa": ("lusa", "agência lusa"),
    "newsis": ("newsis", "뉴시스"),
    "ntb": ("ntb",),
    "pap": ("pap",),
    "pti": ("pti", "पीटीआई"),
    "reuters": (
        *("reuters", "thomson reuters", "rtr", "رويترز", "ロイター", "路透社", "路透", "로이터", "рейтер"),
    ),
    "ria-novosti": ("ria novosti", "риа новости"),
    "ritzau": ("ritzau",),
    "sda": ("sda", "keystone-sda"),
    "sid": ("sid",),
    "tass": ("tass", "тасс"),
    "tt": ("tt",),
    "upi": ("upi",),
    "xinhua": ("xinhua", "新华社", "新華社"),
    "yonhap": ("yonhap", "연합뉴스"),
}

#: Who supplies pictures.
SUPPLIER = _either(
    "getty,shutterstock,imago,istock,picture alliance,picture-alliance,adobe stock,adobestock,alamy,"
    "unsplash,pixabay,zuma,epa,wireimage,keystone,bloomberg,imagn,usa today sports,ap photo,afp,"
    "reuters,dpa,depositphotos,mirrorpix,pa wire,pa images,handout,nasa,instagram,screenshot,archiv,"
    "archivbild,archivfoto,symbolbild,file photo"
)
#: Suppliers that end a caption without brackets.
SUPPLIER_AT_END = _either(
    "getty images,ap photo,via getty images,via ap,via reuters,shutterstock,picture alliance,imago images"
)
#: As above, written after a name and a slash; case counts.
SUPPLIER_AFTER_SLASH = _either(
    "AFP,AP,Reuters,REUTERS,dpa,EPA,Getty,Getty Images,AFP/Getty Images,Bloomberg,imago,"
    "picture alliance,Shutterstock,NTB,TT,ANP,AAP,PA,Xinhua"
)
#: Names the maker of a picture, before a colon.
PICTURE = _either(
    "foto,fotos,photo,photos,photo credit,photo credits,photograph,image,images,image credit,"
    "image credits,picture,pictures,picture credit,picture credits,bild,bilder,bildquelle,bildnachweis,"
    "titelbild,symbolbild,beitragsbild,credit,credits,crédit,crédits,crédit photo,crédits photo,"
    "photo de,fotografía,imagen,imagem,foto de,foto van,foto crédito,beeld,zdjęcie,fot,fot.,фото,"
    "изображение,illustration,illustrations,grafik,graphic,写真,画像,提供,撮影,图片,圖片,图片来源,"
    "圖片來源,图源,摄影,图,圖,사진,사진제공,صورة,الصورة,تصوير,फोटो,fotoğraf"
)
#: As above, inside a line, after what the picture shows.
PICTURE_AT_END = _either(
    "foto,fotos,photo,photos,image,images,image credit,bild,credit,crédit photo,fot.,фото,imagem,"
    "imagen,fotoğraf"
)
#: Shows that brackets hold a credit.
CREDIT_WORD = _either("foto,fotos,photo,photos,photographed by,image,images,credit,courtesy,crédit,фото")
CREDIT_SIGN = _either("写真,撮影,提供,사진,图,圖,摄,攝")
#: Names a source, before a colon.
SOURCE = _either(
    "quelle,quellen,source,sources,fuente,fuentes,fonte,fontes,bron,bronnen,źródło,źródła,источник,"
    "kilde,kilder,källa,källor,kaynak,来源,來源,出典,출처,자료,المصدر,स्रोत"
)
#: Opens a byline.
BY = _either(
    "by,words by,written by,story by,von,text,autor,autorin,par,por,di,a cura di,door,av,af,tekst,"
    "text av,автор,текст,yazan,مقال,بقلم,作者,記者,文"
)
#: A byline's first line where the name stands on the next.
BY_ALONE = _either(
    "by,written by,author,von,redakteur,redakteurin,autor,autorin,par,por,di,door,av,af,автор,作者,記者"
)
#: Words in a date line that are no date, in lower case.
DATE_LABELS = _words(
    """
    published publish pub date posted updated update last modified first on at and ago am pm a m p gmt
    utc est edt pst pdt cst cdt cet cest bst ist mez mesz mst mdt jst kst sast amt hkt sgt aest aedt h o
    clock minute minutes min mins hour hours day days week weeks month months year years read reading
    time th st nd rd uhr stand vom um von bis aktualisiert veröffentlicht zuletzt geändert
    erstveröffentlichung lesezeit lesedauer minuten stunde stunden vor tag tagen heute publié publiée le
    mis mise à jour modifié il y lecture temps de publicado publicada el actualizado actualizada hace las
    horas hora minutos lectura tiempo del pubblicato pubblicata alle ore aggiornato aggiornata lettura
    minuti gepubliceerd geplaatst bijgewerkt laatst gewijzigd op om uur leestijd geleden atualizado
    atualizada em às há leitura opublikowano aktualizacja zaktualizowano data dodano godz dnia r temu
    czytania опубликовано обновлено дата в г года мск назад минут минуты часов час чтения publicerad
    uppdaterad kl senast läsning offentliggjort opdateret publisert oppdatert sist den d siden güncelleme
    güncellenme yayınlanma tarihi giriş saat önce okuma süresi dk 公開 更新 配信 掲載 投稿 発布 发布 發布
    发表 發表 时间 時間 年 月 日 時 分 时 点 號 号 更新日 公開日 最終更新 입력 수정 등록 업데이트
    기사입력 최종수정 년 월 일 시 분 오전 오후 نشر نشرت آخر تحديث في م ص تاريخ النشر प्रकाशित अपडेट
    अपडेटेड बजे पर
    """
)
#: Begins a line that says when the article was changed,
UPDATED = _either(
    "updated,last updated,modified,last modified,stand,aktualisiert,zuletzt aktualisiert,geändert,"
    "zuletzt geändert,mis à jour,modifié,actualisé,actualizado,actualizada,aggiornato,bijgewerkt,"
    "laatst gewijzigd,atualizado,aktualizacja,zaktualizowano,обновлено,изменено,uppdaterad,oppdatert,"
    "opdateret,güncelleme,更新,最終更新,수정,최종수정,آخر تحديث,अपडेट"
)
#: or when it was published, whatever follows.
PUBLISHED = _either(
    "published,first published,posted,veröffentlicht,erstveröffentlichung,publié,publicado,pubblicato,"
    "gepubliceerd,opublikowano,опубликовано,publicerad,publisert,offentliggjort,yayınlanma,公開,发布时间,"
    "發布時間,입력,نشر,प्रकाशित"
)
#: What is counted; a line of these and numbers alone is a counter.
COUNTED = _words(
    """
    # of von de di van z из sur image images bild bilder foto fotos photo photos slide slides imagen
    imagem immagine afbeelding zdjęcie фото view views vote votes rating like likes share shares comment
    comments reply replies min mins minute minutes read reading time to listen watch aufrufe kommentar
    kommentare minuten lesezeit lesedauer lesen visualizações visualizaciones visualizzazioni vues
    commentaires comentarios comentários commenti reacties komentarze komentarzy weergaven просмотров
    комментариев görüntülenme yorum 조회수 조회 댓글 lecture temps lectura tiempo lettura tempo minuti
    minutos leitura leestijd minuut czas czytania minut чтения время мин минут минуты lästid okuma süresi
    dk dakika 閲覧数 阅读 浏览 评论
    """
)
#: Asks the reader to follow someone.
FOLLOW = _either(
    "follow,like,join,find,folgen sie,folgt,folge,suivez,retrouvez,sigue,siga,síguenos,síganos,segui,"
    "seguici,volg,śledź,obserwuj,följ,følg,takip,подписывайтесь,подпишитесь"
)
NETWORK = _either("twitter,facebook,instagram,telegram,whatsapp,youtube,linkedin,bluesky,mastodon,tiktok")
