"""What countries and states are called besides their names in ISO 3166: one row each, `code | names`."""

from __future__ import annotations

# Names that several countries bear, so that none is meant: Congo, America's Guinea, the bare Virgin Islands.
AMBIGUOUS = frozenset(
    {
        "congo",
        "virgin islands",
        "samoa islands",
        "micronesia islands",
        "yugoslavia",
        "ussr",
        "soviet union",
        "czechoslovakia",
        "europe",
        "eu",
        "asia",
        "africa",
        "scandinavia",
    }
)

COUNTRIES = """
US | usa, u.s., u.s.a., us of a, united states, the united states, united states of america (usa), america, estados unidos, etats unis, vereinigte staaten, stati uniti, verenigde staten, eeuu, ee.uu., eua, usa (united states)
GB | uk, u.k., great britain, britain, england, scotland, wales, northern ireland, united kingdom (uk), gb-eng, gb-sct, gb-wls, grossbritannien, grande bretagne, gran bretagna, gran bretana, reino unido, royaume uni, regno unito, vereinigtes konigreich, angleterre, inglaterra, inghilterra, schottland, ecosse, groot-brittannie, storbritannien, wielka brytania
DE | deutschland, allemagne, alemania, germania, duitsland, alemanha, niemcy, tyskland, brd, federal republic of germany, bundesrepublik deutschland, ger
FR | frankreich, francia, frankrijk, franca, francja, frankrike
ES | espana, espagne, spanien, spagna, spanje, espanha, hiszpania
IT | italia, italie, italien, wlochy
NL | holland, the netherlands, niederlande, pays-bas, pays bas, hollande, paises bajos, paesi bassi, nederland, holanda, holandia
BE | belgie, belgique, belgien, belgica, belgio
CH | schweiz, suisse, svizzera, suiza, switzerland (ch), zwitserland, swiss
AT | osterreich, oesterreich, autriche, oostenrijk
IE | eire, republic of ireland, irland, irlande, irlanda, ierland, southern ireland
KR | korea, south korea, republic of korea, korea (south), korea south, s. korea, rok, sudkorea, coree du sud, corea del sur, corea del sud
KP | north korea, korea (north), korea north, dprk, nordkorea, coree du nord
CN | china, prc, p.r. china, pr china, people's republic of china, peoples republic of china, mainland china, chine, cina, kina
TW | taiwan, republic of china, taiwan roc, r.o.c., chinese taipei
HK | hong kong, hongkong, hong kong sar, hong kong s.a.r.
MO | macau, macao, macau sar
RU | russia, russland, russie, rusia, rusland, rosja, russian fed.
CZ | czech republic, czechia, tschechien, czech rep., republica checa, tschechische republik
SK | slovakia, slovak republic, slowakei
TR | turkey, turkiye, turkei, turquie, turquia, turchia
AE | uae, u.a.e., emirates, dubai, abu dhabi, vereinigte arabische emirate, emirats arabes unis
SA | ksa, saudi, kingdom of saudi arabia, saudi-arabien
VN | vietnam, viet nam
LA | laos
IR | iran
SY | syria
BO | bolivia
VE | venezuela
TZ | tanzania
MD | moldova, moldavia
BN | brunei
FM | micronesia
CI | ivory coast, cote d'ivoire, elfenbeinkuste
CD | dr congo, drc, democratic republic of congo, democratic republic of the congo, congo-kinshasa, congo kinshasa, zaire, congo (drc)
CG | republic of congo, republic of the congo, congo-brazzaville, congo brazzaville
MK | macedonia, north macedonia, fyrom, mazedonien
SZ | swaziland
MM | burma
CV | cape verde
TL | east timor
VA | vatican, vatican city, holy see
PS | palestine
XK | kosovo
BR | brasil, brasilien, bresil, brasile, brazilie
MX | mejico, mexiko, mexique, messico, mex
JP | japon, giappone, nippon, jpn
CA | canada (ca), kanada
AU | aus, australien, australie
NZ | nz, n.z., aotearoa, neuseeland
IN | bharat, indien, inde
GR | hellas, griechenland, grece, grecia, el
SE | sverige, schweden, suede, suecia, svezia, zweden
NO | norge, norwegen, norvege
DK | danmark, danemark, dinamarca
FI | suomi, finnland, finlande
PL | polska, polen, pologne, polonia, polonia
PT | portogallo
HU | magyarorszag, ungarn, hongrie
HR | hrvatska, kroatien, croatie
RS | srbija, serbien
SI | slovenija, slowenien
BA | bosnia, bosnia & herzegovina, bosnia-herzegovina
TT | trinidad, trinidad & tobago
AG | antigua
KN | st. kitts and nevis, st kitts
LC | st. lucia, st lucia
VC | st. vincent, st vincent and the grenadines
GM | gambia, the gambia
BS | bahamas, the bahamas
PH | the philippines, filipinas
VG | british virgin islands, bvi
VI | us virgin islands, u.s. virgin islands, usvi
CW | curacao
ZA | rsa, sudafrika, afrique du sud
EG | agypten, egypte
"""

STATES = """
US | US-CA | calif, calif., cali
US | US-MA | mass, mass.
US | US-PA | penn, penn., penna
US | US-NY | new york state, ny state
US | US-DC | washington dc, washington d.c., d.c.
US | US-WA | wash., washington state
US | US-CT | conn, conn.
US | US-MI | mich, mich.
US | US-MN | minn, minn.
US | US-IL | ill.
US | US-TX | tex, tex.
US | US-FL | fla, fla.
US | US-AZ | ariz, ariz.
US | US-CO | colo, colo.
US | US-TN | tenn, tenn.
US | US-VA | virg.
US | US-WI | wisc, wisc., wis.
CA | CA-QC | quebec, pq
CA | CA-NL | newfoundland
CA | CA-BC | b.c.
CA | CA-PE | pei, p.e.i.
DE | DE-BY | bavaria, baviere, baviera
DE | DE-NW | nrw, north rhine-westphalia, north rhine westphalia
DE | DE-BW | bw, baden wurttemberg
DE | DE-HE | hesse
DE | DE-SN | saxony
DE | DE-NI | lower saxony
DE | DE-ST | saxony-anhalt
DE | DE-TH | thuringia
DE | DE-RP | rhineland-palatinate, rlp
DE | DE-MV | mecklenburg-western pomerania
AU | AU-NSW | n.s.w.
AU | AU-QLD | qld
CH | CH-GE | geneva, genf, geneve
CH | CH-ZH | zurich
CH | CH-BE | berne
CH | CH-LU | lucerne
AT | AT-9 | vienna
AT | AT-7 | tyrol
AT | AT-6 | styria
AT | AT-4 | upper austria
AT | AT-3 | lower austria
AT | AT-2 | carinthia
GB | GB-ENG | england
GB | GB-SCT | scotland
GB | GB-WLS | wales
GB | GB-NIR | northern ireland
ES | ES-CT | catalonia
ES | ES-AN | andalusia
ES | ES-PV | basque country
IT | IT-25 | lombardy
IT | IT-52 | tuscany
IT | IT-21 | piedmont
IT | IT-62 | latium
IN | IN-TN | tamilnadu
IN | IN-OD | orissa
"""
