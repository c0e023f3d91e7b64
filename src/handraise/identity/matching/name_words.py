"""Words that company names have in common, so that they tell little: places, kinds of business, branches, departments."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One spelling for abbreviations and for singular and plural of the words below.
SPELLINGS: dict[str, str] = {
    variant: word
    for word, variants in {
        "international": "intl internatl int'l internationale internacional internazionale internacionale inter",
        "technology": "technologies tech technologie technologien tecnologia tecnologias tecnologie technol techn techs teknologi",
        "system": "systems systeme sistemas sys systemes sistemi", "solution": "solutions loesungen losungen soluciones solucoes soluzioni",
        "service": "services svc svcs servicios servicos servizi serv dienste", "industry": "industries ind industrie industrien industria industrias inds",
        "manufacturing": "mfg manuf manufg", "associate": "associates assoc assocs associes", "brother": "brothers bros gebrueder gebruder gebr freres fratelli",
        "holding": "holdings hldg hldgs", "group": "grp groupe gruppe grupo gruppo groep gruppen koncernen", "management": "mgmt mgt",
        "university": "univ universitat universite universidad universita universiteit universidade", "national": "natl nat'l nationale nacional nazionale",
        "center": "centre ctr zentrum centrum centro", "laboratory": "laboratories labs lab laboratorium laboratoires laboratorios",
        "engineering": "eng engr engineers ingenieria ingenieure", "consulting": "consultants consultancy consulenza consultoria conseil beratung consult",
        "partner": "partners partnership", "product": "products prods produkte productos", "enterprise": "enterprises entreprise entreprises ent",
        "communication": "communications comm comms", "electronic": "electronics elektronik electronique electronica elec", "pharmaceutical": "pharmaceuticals pharma pharm pharmaceutica",
        "development": "dev devel devt", "research": "forschung recherche", "company": "co comp compagnie compania companhia companies", "department": "dept abteilung departement",
        "software": "softwares sw", "financial": "fin finance finanz", "insurance": "ins insur versicherung versicherungen assurances", "material": "materials",
        "chemical": "chemicals chem chemie chimie", "community": "comm'ty", "american": "amer", "saint": "st sankt", "transport": "transports transportation", "logistic": "logistics logistik logistica logistique",
        "europe": "europa european europaische europeenne", "global": "globale", "association": "assn", "federal": "fed", "digital": "digitale", "automotive": "auto automobile",
        "bank": "banque banco banca banken", "energy": "energie energia energies", "network": "networks netz", "hospital": "hosp", "health": "healthcare",
    }.items()
    for variant in variants.split()
}  # fmt: skip

# Kinds of business and other words under which thousands of companies stand.
GENERIC: frozenset[str] = _words(
    """international technology system solution service industry manufacturing associate holding group management university
    national center laboratory engineering consulting partner product enterprise communication electronic pharmaceutical
    development research company software financial insurance material chemical saint transport logistic global association federal
    digital automotive bank energy network hospital health worldwide world data cloud media marketing design studio studios
    agency creative capital investment investments ventures venture trading trade trust foundation institute school college academy
    church city county state general first united new american british deutsche royal north south east west northern southern eastern
    western central pacific atlantic air care medical dental clinic pharmacy law legal tax accounting advisory advisors real estate
    property properties homes home house construction building builders contractors electric electrical power water gas oil steel
    metal metals plastics paper food foods foodservice restaurant cafe coffee hotel hotels travel tours events security safety supply supplies equipment
    machinery machine tools tool parts packaging printing print press publishing books music film video games game sports sport fitness
    fashion apparel beauty cosmetics jewelry furniture interiors garden farm farms agriculture agro dairy animal pet pets auto motors motor
    cars car truck trucks bus rail marine shipping freight express delivery courier warehouse storage rental rentals leasing
    recruitment staffing hr people talent training education learning online web internet app apps mobile telecom wireless
    computer computers it information smart tech bio life science sciences green blue red black white gold golden silver star sun
    best top quality premier elite prime advanced innovative innovation innovations integrated professional professionals
    alpha beta omega delta apex summit phoenix eagle pioneer horizon vision nova matrix vertex titan fusion synergy quantum atlas
    of for the and de la le les des du der die das von van und et y e a an in at on to el los las do da"""
)  # fmt: skip

CONNECTORS: frozenset[str] = _words("and und et y e og och en ja i n")

_COUNTRY_WORDS = {
    "DE": "germany deutschland allemagne alemania germania duitsland", "AT": "austria osterreich oesterreich autriche",
    "CH": "switzerland schweiz suisse svizzera suiza", "FR": "france frankreich francia frankrijk", "GB": "uk britain england scotland wales gb",
    "IE": "ireland irland", "NL": "netherlands nederland holland niederlande", "BE": "belgium belgie belgique belgien benelux", "LU": "luxembourg luxemburg",
    "IT": "italy italia italie italien", "ES": "spain espana espagne spanien iberia iberica", "PT": "portugal", "US": "usa us america",
    "CA": "canada kanada", "MX": "mexico mexiko", "BR": "brazil brasil brasilien", "AR": "argentina", "CL": "chile", "CO": "colombia", "PE": "peru",
    "SE": "sweden sverige schweden suede", "NO": "norway norge norwegen", "DK": "denmark danmark danemark", "FI": "finland suomi", "IS": "iceland",
    "PL": "poland polska polen pologne", "CZ": "czech czechia ceska", "SK": "slovakia slovensko", "HU": "hungary magyarorszag ungarn", "RO": "romania", "BG": "bulgaria",
    "HR": "croatia hrvatska", "SI": "slovenia slovenija", "RS": "serbia srbija", "GR": "greece hellas", "TR": "turkey turkiye turkei", "RU": "russia rossiya russland", "UA": "ukraine",
    "JP": "japan nippon", "CN": "china", "HK": "hongkong", "TW": "taiwan", "KR": "korea", "IN": "india", "PK": "pakistan", "SG": "singapore singapur", "MY": "malaysia", "ID": "indonesia",
    "TH": "thailand", "VN": "vietnam", "PH": "philippines", "AU": "australia", "NZ": "zealand", "ZA": "africa", "EG": "egypt", "NG": "nigeria", "KE": "kenya", "MA": "maroc morocco",
    "IL": "israel", "AE": "uae emirates dubai", "SA": "saudi arabia", "QA": "qatar",
}  # fmt: skip
# Words of place that end the names of branches, with the country they name (or none).
PLACES: dict[str, str | None] = {
    word: country for country, words in _COUNTRY_WORDS.items() for word in words.split()
}
PLACES.update(
    dict.fromkeys(
        _words(
            """europe emea apac latam dach nordic nordics scandinavia asia americas eurasia oceania mideast
        london manchester birmingham edinburgh dublin paris lyon marseille berlin munich munchen muenchen hamburg frankfurt koln cologne
        stuttgart dusseldorf vienna wien zurich geneva geneve basel amsterdam rotterdam utrecht eindhoven brussels bruxelles antwerp
        madrid barcelona lisbon lisboa milan milano rome roma turin stockholm gothenburg oslo copenhagen helsinki warsaw warszawa
        prague praha budapest bucharest athens istanbul moscow kyiv york boston chicago houston dallas austin denver seattle
        atlanta miami phoenix philadelphia francisco angeles toronto montreal vancouver sydney melbourne auckland tokyo osaka seoul beijing
        shanghai shenzhen bangalore mumbai delhi johannesburg capetown alabama alaska arizona arkansas california carolina colorado
        connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts
        michigan minnesota mississippi missouri montana nebraska nevada hampshire jersey ohio oklahoma oregon pennsylvania tennessee
        texas utah vermont virginia washington wisconsin wyoming dakota"""
        )
    )
)  # fmt: skip

# Words that go before a place or a place's word and belong to it: `Acme of North America`, `Acme (The Netherlands)`.
BEFORE_PLACES: frozenset[str] = _words(
    "north south east west latin great new united middle the of in san los de hong"
)

# In brackets these name a branch too: `Acme (West)`.
DIRECTIONS: frozenset[str] = _words(
    "north south east west central nord sud ost northern southern eastern western"
)

BRANCHES: frozenset[str] = _words(
    """branch filiale niederlassung zweigniederlassung succursale sucursal office offices headquarters hq plant werk site
    region regional division filial sede bureau"""
)

DEPARTMENTS: frozenset[str] = _words(
    """department sales marketing it hr purchasing procurement accounting accounts finance einkauf vertrieb logistics logistic support
    engineering legal operations administration personnel payable billing personal buchhaltung"""
)
