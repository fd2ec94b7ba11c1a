"""The shipped taxonomy on short articles that we made up: what it must find, and what must not fool it."""

import pytest

from schemas.taxonomy_reader import shipped_taxonomy
from transforms.topics import TopicMatcher

# Topic and language; title; text. The next one follows a blank line.
ARTICLES = """\
deplatforming de
Videodienst wirft Prediger hinaus
Nach mehreren Verwarnungen hat YouTube den Kanal des Predigers dauerhaft gesperrt. Auch sein Konto
bei Instagram wurde gelöscht.

deplatforming en
Payment firm cuts off gun forum
PayPal has suspended the account of a forum for gun owners. Hours later its hosting company took the
website offline.

deplatforming fr
Le compte de l'animateur rétabli
Facebook avait suspendu le compte de l'animateur pendant six mois. La plateforme a rétabli sa page
mardi.

deplatforming es
Twitch expulsa a un creador
La plataforma Twitch suspendió la cuenta del creador tras sus comentarios. Es la segunda vez que su
canal es bloqueado.

deplatforming pl
Serwis usunął profil posła
Facebook zablokował konto posła na trzydzieści dni. Jego profil zniknął w środę rano, a serwis mówi
o łamaniu zasad.

national-security-ban de
Kabinett untersagt Verkauf der Chipfabrik
Aus Sorge um die nationale Sicherheit hat die Regierung die Übernahme durch einen chinesischen
Investor untersagt.

national-security-ban en
Ministers bar Huawei from network
The government will ban Huawei equipment from its 5G network, citing national security. Operators
have five years to remove it.

national-security-ban it
Il governo blocca la cessione
Con il golden power il governo ha vietato la vendita a un gruppo cinese, per ragioni di sicurezza
nazionale.

national-security-ban nl
Kabinet weert Chinese apparatuur
Het kabinet verbiedt apparatuur van Huawei in het 5G-netwerk vanwege de nationale veiligheid.

content-moderation de
Neue Regeln für Löschungen
Die Plattform ändert ihre Gemeinschaftsstandards: Moderatoren sollen Beiträge mit Nacktheit nur noch
kennzeichnen. Das Gesetz über digitale Dienste verlangt das.

content-moderation en
Video site rewrites its rulebook
TikTok will remove more videos about diets under new community guidelines. Content moderators label
posts before they spread.

content-moderation pt
Rede social muda moderação de conteúdo
O Facebook vai remover publicações sobre armas e rotular vídeos. A moderação de conteúdo ficará com
uma equipa em Lisboa.

hate-speech de
Verfahren wegen Volksverhetzung
Der Mann soll in Kommentaren Hetze gegen Geflüchtete verbreitet haben. Die Meldestelle zählt immer
mehr Hassrede.

hate-speech es
Suben los delitos de odio
Los mensajes de odio contra los migrantes crecen en las redes, dice el informe sobre el discurso de
odio.

hate-speech nl
Racistische leuzen op tribune
Een groep supporters riep racistische leuzen. De officier onderzoekt of er sprake was van aanzetten
tot haat.

disinformation en
No, the dam was not blown up
A fact check shows that the video is fake. The false claim spread through a network of fake
accounts.

disinformation fr
Une vidéo truquée circule
Cette infox sur les vaccins a été partagée des milliers de fois. Les chercheurs y voient une
campagne de désinformation.

disinformation pl
Fala fałszywych informacji
Eksperci ostrzegają przed dezinformacją o powodzi. Fałszywe nagranie obejrzało milion osób.

election-interference de
Ausschuss prüft Einmischung
Geheimdienste werfen Moskau vor, sich in die Wahl eingemischt zu haben. Ein Ausschuss untersucht die
versuchte Wahlbeeinflussung.

election-interference en
Inquiry into meddling in vote
Foreign agents tried to interfere in the election, the inquiry found. It saw no sign that ballots
were changed, but attempts at election interference continue.

election-interference it
Brogli, annullato il voto
La commissione ha annullato le elezioni comunali per frode elettorale. Nelle urne c'erano schede
compilate: brogli accertati.

antitrust de
Kartellamt rügt Möbelhändler
Das Bundeskartellamt wirft drei Händlern Preisabsprachen vor. Es prüft ein Bußgeld.

antitrust es
La CNMC multa a las cementeras
Competencia sanciona a cinco empresas por un cártel de precios y por abuso de posición dominante.

antitrust pl
UOKiK wszczął postępowanie
Urząd Ochrony Konkurencji podejrzewa zmowę cenową producentów okien. Grozi im kara finansowa.

litigation en
Bakery sues landlord
The bakery filed a lawsuit against its landlord and seeks damages. The judge will hear the civil
case in May.

litigation de
Anwohner ziehen vor Gericht
Gegen den Bau haben Anwohner beim Verwaltungsgericht Klage eingereicht. Die Kläger fordern
Schadenersatz.

litigation pt
Cliente processa banco
A cliente entrou com ação contra o banco e pede indenização por danos morais. O tribunal ouve as
partes em junho.

litigation pl
Pozew przeciw deweloperowi
Mieszkańcy złożyli pozew do sądu i żądają odszkodowania. Sąd wyznaczył rozprawę na maj.

court-injunction en
Judge halts road works
A judge issued a preliminary injunction that stops the works. The ministry will appeal against the
restraining order.

court-injunction fr
Le juge des référés suspend l'arrêté
Saisi en référé, le tribunal administratif a suspendu l'arrêté du maire.

court-injunction nl
Kort geding tegen kapplan
De voorzieningenrechter verbiedt de kap voorlopig. De gemeente verliest daarmee het kort geding.

export-controls de
Strengere Exportkontrollen für Laser
Das Ministerium verlangt für Laser künftig eine Ausfuhrgenehmigung. Die Exportkontrolle soll auch
Software erfassen.

export-controls en
New curbs on chip tools
The export controls require a licence for each shipment of chip tools. Makers fear the export ban
will cost sales.

export-controls it
Stretta sull'export di chip
Il governo introduce controlli sulle esportazioni di semiconduttori: servirà una licenza di
esportazione.

sanctions fr
Nouveau train de sanctions
L'Union européenne adopte des sanctions contre la Russie et gèle les avoirs de douze oligarques.

sanctions pt
UE aprova novas sanções
O pacote de sanções contra a Rússia atinge bancos e navios. Os ativos congelados ficam na Bélgica.

sanctions en
Treasury targets shippers
The Treasury imposed sanctions on eight shipping firms that carry Iranian oil. Their assets are
frozen.

data-privacy de
Bußgeld wegen Kundendaten
Die Datenschutzbehörde verhängt ein Bußgeld: Der Händler gab personenbezogene Daten ohne
Einwilligung weiter, ein Verstoß gegen die DSGVO.

data-privacy it
Il Garante ferma l'app
Il Garante per la privacy contesta il trattamento dei dati personali degli utenti.

cybersecurity-breach nl
Ziekenhuis getroffen door ransomware
Hackers legden de systemen plat en dreigen met publicatie. Ook is er een datalek, meldt het
ziekenhuis.

cybersecurity-breach es
Ciberataque contra el ayuntamiento
Los hackers cifraron los servidores con un programa malicioso y piden un rescate.

mergers-acquisitions en
Brewer agrees merger with rival
The brewer will acquire its rival for two billion in an all share merger. Shareholders vote on the
takeover in May.

mergers-acquisitions de
Werkzeugbauer vor Übernahme
Ein Finanzinvestor legt ein Übernahmeangebot für den Konzern vor. Die Aktionäre sollen je Anteil
zwölf Euro erhalten.

mergers-acquisitions fr
OPA sur le fabricant de vélos
Le groupe lance une offre publique d'achat sur son concurrent. Le rachat coûterait un milliard.

mergers-acquisitions es
La cervecera compra a su rival
El grupo ha acordado la adquisición de su rival. La fusión de las dos empresas necesita el visto
bueno de los accionistas.

layoffs en
Carmaker to cut 900 jobs
The carmaker will lay off a tenth of its workforce. The union calls the job cuts brutal.

layoffs it
Annunciati 300 esuberi
L'azienda prepara 300 licenziamenti nello stabilimento. I sindacati difendono i lavoratori.

layoffs pl
Zwolnienia grupowe w hucie
Huta zwolni dwustu pracowników. Związki zawodowe nie zgadzają się na redukcję etatów.

labour-strike en
Bus drivers strike over pay
Bus drivers walked out on Monday after talks failed. The union says the strike will last a week.

labour-strike fr
Grève dans les trains
Les cheminots ont déposé un préavis de grève. Les syndicats réclament une hausse des salaires.

labour-strike pt
Professores em greve
O sindicato convocou uma greve nacional. Os trabalhadores pedem aumento salarial.

central-bank-rates en
Central bank raises rates again
Policymakers raised interest rates by a quarter point. Inflation is still too high, the central bank
said.

central-bank-rates pl
Stopy procentowe bez zmian
Rada Polityki Pieniężnej nie zmieniła stóp procentowych. NBP spodziewa się niższej inflacji.

central-bank-rates es
El banco central baja los tipos
El BCE recorta los tipos de interés en 25 puntos básicos ante la menor inflación.

climate-policy nl
Kamer stemt over klimaatwet
Het kabinet wil met een CO2-heffing de klimaatdoelen halen. De klimaatwet gaat naar de senaat.

climate-policy de
Streit um CO2-Preis
Das Klimaschutzgesetz soll verschärft werden. Der Emissionshandel bringt dem Staat mehr Geld.

protest-unrest es
Miles de personas en la calle
Los manifestantes marcharon contra la reforma. La policía disolvió la protesta con gases
lacrimógenos.

protest-unrest en
Riot police clear square
Thousands of protesters took to the streets. Demonstrators built barricades and police fired tear
gas.
"""

# Language; title; text. Words of a topic, but not its subject.
TRAPS = """\
de
Sperre für den Torwart
Nach der Roten Karte hat der Verband eine Sperre von drei Spielen verhängt. Der Trainer klagt über
die Entscheidung.

de
Sperrung der Brücke verlängert
Die Autobahn bleibt bis Montag gesperrt. Der Verkehr wird umgeleitet.

de
Kleingärtner übernehmen Verantwortung
Zwei Vereine wollen den Park pflegen. Die Stadt übernimmt die Kosten.

en
Sprinter given doping ban
The sprinter was banned for two years after a positive test. The federation rejected her appeal.

en
Striker signs new contract
The striker will stay for three seasons. The club had turned down a bid from a rival.

en
Air strike hits depot
The air strike destroyed a depot, the army said. Missile strikes continued overnight.

en
Man jailed for murder
The court sentenced him to life in prison. The jury had found him guilty of murder.

en
How to pick a savings account
Compare the rates on offer, and read the small print. Your bank must tell you before it changes
them.

fr
La manifestation sportive attire la foule
Le grand prix a réuni des milliers de spectateurs. Les coureurs ont profité du soleil.

es
Nueva marca de aceite
La cooperativa presenta una marca de aceite. La compra de la maquinaria terminó en otoño.

it
Fermo del campionato per neve
La partita è stata sospesa per la neve. L'arbitro ha deciso dopo dieci minuti.

nl
Weg afgesloten na ongeluk
De weg is afgesloten voor al het verkeer. De politie onderzoekt het ongeluk.

pl
Trener zawieszony na dwa mecze
Komisja zawiesiła trenera po meczu. Klub złożył odwołanie.
"""


def articles(block: str) -> list[list[str]]:
    """Splits each article into the words of its first line, its title and its text."""
    parts = [article.split("\n", 2) for article in block.strip().split("\n\n")]
    return [[*head.split(), title, text] for head, title, text in parts]


@pytest.fixture(scope="module")
def matcher() -> TopicMatcher:
    return TopicMatcher(shipped_taxonomy())


@pytest.mark.parametrize(("topic", "language", "title", "text"), articles(ARTICLES))
def test_finds_the_topic(matcher: TopicMatcher, topic: str, language: str, title: str, text: str) -> None:
    assert topic in [tag.id for tag in matcher.tag(title, text, language)]


@pytest.mark.parametrize(("language", "title", "text"), articles(TRAPS))
def test_finds_nothing_in_a_trap(matcher: TopicMatcher, language: str, title: str, text: str) -> None:
    assert matcher.tag(title, text, language) == ()


@pytest.mark.parametrize(("topic", "language", "title", "text"), articles(ARTICLES))
def test_finds_it_in_an_unknown_language_too(
    matcher: TopicMatcher, topic: str, language: str, title: str, text: str
) -> None:
    assert topic in [tag.id for tag in matcher.tag(title, text, "und")]


def test_every_topic_has_an_article() -> None:
    assert {topic.id for topic in shipped_taxonomy().topics} == {article[0] for article in articles(ARTICLES)}
