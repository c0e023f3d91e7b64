"""Companies and people whose identity is known, written down the way people write them. Deterministic by seed.

Companies: slips, legal forms, abbreviations, missing fields, subsidiaries, other firms that begin alike, and recycled names
(two companies of one name in different countries). People: nicknames, changed jobs and surnames, swapped and
accented names, shared mailboxes, and namesakes at one company. The words here are not those that the matchers know.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field

from handraise.identity.duplicates.people import Person
from handraise.identity.matching.companies import Company

_SYLLABLES = [
    "ba",
    "ber",
    "bo",
    "bri",
    "ca",
    "cor",
    "da",
    "den",
    "dor",
    "el",
    "fa",
    "fen",
    "fer",
    "ga",
    "gar",
    "gil",
    "ha",
    "hel",
    "ho",
    "in",
    "ja",
    "kal",
    "kar",
    "ken",
    "kor",
    "la",
    "lan",
    "len",
    "lo",
    "lu",
    "ma",
    "mar",
    "mer",
    "min",
    "mo",
    "mon",
    "na",
    "nel",
    "nor",
    "o",
    "pa",
    "pel",
    "per",
    "po",
    "quo",
    "ra",
    "ren",
    "ri",
    "ro",
    "sa",
    "sel",
    "sen",
    "sil",
    "so",
    "sta",
    "ta",
    "tel",
    "ten",
    "ti",
    "tor",
    "tra",
    "u",
    "va",
    "val",
    "ver",
    "vi",
    "wa",
    "wen",
    "xa",
    "yo",
    "za",
    "zen",
]
_ENDS = [
    "x",
    "n",
    "ra",
    "tec",
    "lo",
    "dia",
    "ris",
    "tis",
    "via",
    "con",
    "lux",
    "nix",
    "ly",
    "do",
    "ma",
    "na",
    "ro",
    "sta",
    "vis",
]
_FAMILIES = [
    "Hartmann",
    "Lindqvist",
    "Moreau",
    "Okafor",
    "Petrov",
    "Santos",
    "Tanaka",
    "Underwood",
    "Vasquez",
    "Whitfield",
    "Ziegler",
    "Brandt",
    "Castellano",
    "Dubois",
    "Eriksson",
    "Ferreira",
    "Grünwald",
    "Hájek",
    "Ivanov",
    "Jørgensen",
    "Kowalski",
    "Løvdal",
    "Müller",
    "Nakamura",
    "Önal",
    "Piątek",
    "Schäfer",
    "Åkerman",
]
_SURNAME_ENDS = ["mann", "sson", "ski", "ez", "eau", "ini", "ova", "berg", "field", "wood", "ton", "dottir"]
_COMMON = [f"{one} {two}" for one in ["Global", "Premier", "United", "Advanced", "First", "Summit", "Prime", "Green", "Smart", "Central", "Northern", "Pacific", "Digital", "Elite"]
           for two in ["Solutions", "Consulting", "Trading", "Systems", "Partners", "Group", "Logistics", "Energy", "Services", "Software", "Media", "Foods", "Staffing"]]  # fmt: skip
_KINDS = [
    "Technologies",
    "Systems",
    "Solutions",
    "Logistics",
    "Foods",
    "Consulting",
    "Software",
    "Pharma",
    "Engineering",
    "Industries",
    "Instruments",
    "Robotics",
    "Analytics",
    "Textiles",
    "Ceramics",
    "Optics",
    "Packaging",
    "Motors",
    "Insurance",
    "Energy",
]
_FORMS = {
    "US": ["Inc.", "LLC", "Corp.", "Corporation", "Inc", "Co."], "GB": ["Ltd", "Limited", "PLC", "Ltd."], "DE": ["GmbH", "AG", "GmbH & Co. KG"],
    "FR": ["S.A.", "SARL", "SAS"], "NL": ["B.V.", "N.V.", "BV"], "SE": ["AB"], "IT": ["S.p.A.", "S.r.l."], "ES": ["S.L.", "S.A."],
    "PL": ["Sp. z o.o.", "S.A."], "AU": ["Pty Ltd", "Pty. Ltd."], "IN": ["Pvt. Ltd.", "Private Limited"], "CA": ["Inc.", "Ltd."],
}  # fmt: skip
_ENDINGS = {"US": "com", "GB": "co.uk", "DE": "de", "FR": "fr", "NL": "nl", "SE": "se", "IT": "it", "ES": "es", "PL": "pl", "AU": "com.au", "IN": "in", "CA": "ca"}  # fmt: skip
_PLACE_NAMES = {"US": ["USA", "America", "North America"], "GB": ["UK", "(UK)"], "DE": ["Deutschland", "Germany"], "FR": ["France"],
                "NL": ["Nederland", "Netherlands"], "SE": ["Sweden", "Nordic"], "IT": ["Italia"], "ES": ["Iberia", "Spain"],
                "PL": ["Polska"], "AU": ["Australia"], "IN": ["India"], "CA": ["Canada"]}  # fmt: skip
_TOWNS = {
    "US": "Tulsa Fresno Omaha Tucson Mesa Tampa Reno Boise Akron Toledo", "GB": "Leeds Derby York Bath Exeter Hull", "DE": "Kassel Ulm Jena Kiel Bonn Mainz",
    "FR": "Nantes Lille Nice Metz Rennes Dijon", "NL": "Breda Delft Zwolle Almere", "SE": "Lund Umea Falun Kalmar", "IT": "Parma Pisa Bari Trieste",
    "ES": "Murcia Vigo Oviedo Burgos", "PL": "Lublin Opole Torun Gdynia", "AU": "Perth Hobart Darwin Cairns", "IN": "Pune Surat Nagpur Kochi",
    "CA": "Calgary Regina Halifax Windsor",
}  # fmt: skip
_PREFIXES = {"US": "+1918", "GB": "+44113", "DE": "+49561", "FR": "+33240", "NL": "+3176", "SE": "+4646", "IT": "+390521", "ES": "+34968", "PL": "+4881",
             "AU": "+6189", "IN": "+9120", "CA": "+1403"}  # fmt: skip
_SHORTER = {"Technologies": "Tech", "Systems": "Sys", "International": "Intl", "Industries": "Ind.", "Engineering": "Eng.", "Manufacturing": "Mfg", "Group": "Grp"}  # fmt: skip
_FREE = ["gmail.com", "outlook.com", "yahoo.com", "web.de", "orange.fr", "icloud.com"]


@dataclass
class Firm:
    """A company as it is: its true number, its own name, where it is, and whose branch it may be."""

    number: int
    brand: str
    form: str
    country: str
    town: str
    domain: str
    phone: str
    family: int
    sites: list[str] = field(default_factory=list)


def firms(n: int, seed: int) -> list[Firm]:
    """So many organisations, and with them their subsidiaries, firms that begin alike, and namesakes elsewhere."""
    rng, found = random.Random(seed), list[Firm]()
    taken = dict[str, int]()
    for _ in range(n):
        base = _firm(rng, len(found), _brand(rng), rng.choice(list(_FORMS)))
        found.append(base)
        if rng.random() < 0.05:
            found.extend(_subsidiaries(rng, base, len(found)))
        if rng.random() < 0.03:
            other = rng.choice([c for c in _FORMS if c != base.country])
            found.append(_firm(rng, len(found), base.brand, other))
        if rng.random() < 0.02:
            longer = _firm(
                rng, len(found), f"{base.brand.split()[0]} {rng.choice(_FAMILIES)}", rng.choice(list(_FORMS))
            )
            found.append(longer)
    for firm in found:
        _own_domain(rng, firm, taken)
    return found


def _own_domain(rng: random.Random, firm: Firm, taken: dict[str, int]) -> None:
    """Only the firms of one family share a domain."""
    while taken.setdefault(firm.domain, firm.family) != firm.family:
        label, dot, ending = firm.domain.partition(".")
        firm.domain = f"{label}{rng.choice(_SYLLABLES)}{dot}{ending}"


def _brand(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.62:
        stem = "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice([2, 2, 3]))) + rng.choice(_ENDS)
        return stem.capitalize() + (f" {rng.choice(_KINDS)}" if rng.random() < 0.55 else "")
    if kind < 0.95:
        family, other = (
            rng.choice(_FAMILIES)
            if rng.random() < 0.5
            else f"{''.join(rng.choices(_SYLLABLES, k=2))}{rng.choice(_SURNAME_ENDS)}".capitalize()
            for _ in range(2)
        )
        stem = "".join(rng.choice(_SYLLABLES) for _ in range(2)).capitalize()
        return rng.choice(
            [f"{family} & {other}", f"{family} {stem}", f"{stem} {family} {rng.choice(_KINDS)}"]
        )
    return f"{rng.choice(_COMMON)}"


def _firm(rng: random.Random, number: int, brand: str, country: str) -> Firm:
    label = "".join(c for c in _plain(brand).lower() if c.isalnum())
    if rng.random() < 0.15:
        label = "".join(w[:3] for w in _plain(brand).lower().replace("&", "").split())[:8] + rng.choice(
            ["group", "online", "hq", "corp"]
        )
    ending = "com" if rng.random() < 0.55 else _ENDINGS[country]
    # Namesakes cannot all have the plain domain; most generators forget it, and joins by domain look too good.
    label += f"-{rng.choice(_SYLLABLES)}{number}" if rng.random() < 0.1 or brand in _COMMON else ""
    phone = _PREFIXES[country] + f"{rng.randrange(2_000_000, 9_999_999)}"[: 11 - len(_PREFIXES[country])]
    return Firm(
        number,
        brand,
        rng.choice(_FORMS[country]),
        country,
        rng.choice(_TOWNS[country].split()),
        f"{label}.{ending}",
        phone,
        number,
    )


def _subsidiaries(rng: random.Random, base: Firm, number: int) -> list[Firm]:
    found = list[Firm]()
    for country in rng.sample([c for c in _FORMS if c != base.country], rng.choice([1, 1, 2, 3])):
        name = f"{base.brand} {rng.choice(_PLACE_NAMES[country])}"
        firm = _firm(rng, number + len(found), name, country)
        firm.family = base.family
        if rng.random() < 0.6:
            firm.domain = base.domain
        found.append(firm)
    return found


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Ø", "O").replace("ł", "l"))
    return "".join(c for c in decomposed if not unicodedata.combining(c) and (c.isascii()))


def slip(rng: random.Random, text: str) -> str:
    """One slip of the pen: a letter left out, doubled, swapped with its neighbour, or another one instead."""
    places = [i for i, c in enumerate(text) if c.isalpha() and i > 0]
    if len(places) < 4:
        return text
    at = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice("abcdefghiklmnoprstuvw") + text[at + 1 :]


def written(rng: random.Random, firm: Firm, care: float) -> str:
    """The firm's name as somebody writes it, the more carelessly the smaller `care` (0 to 1) is."""
    name = firm.brand
    if rng.random() > care:
        for long, short in _SHORTER.items():
            name = name.replace(long, short) if rng.random() < 0.5 else name
    if rng.random() > care and rng.random() < 0.25:
        name = slip(rng, name)
    if rng.random() > care and rng.random() < 0.5:
        name = _plain(name)
    if (
        rng.random() > care
        and rng.random() < 0.12
        and len(name.split()) > 1
        and firm.brand.split()[-1] in _KINDS
    ):
        name = " ".join(name.split()[:-1])
    name = name.replace(" & ", rng.choice([" & ", " and ", " + ", " & "]))
    form = rng.random()
    if form < care * 0.9:
        name = f"{name}{rng.choice([' ', ', ', ' '])}{firm.form if rng.random() < 0.8 else rng.choice(_FORMS[firm.country])}"
    case = rng.random()
    return name.upper() if case < 0.08 else name.lower() if case < (1 - care) * 0.25 else name


def accounts(found: list[Firm], seed: int) -> tuple[list[Company], dict[str, int]]:
    """The accounts of a CRM, some twice, and which firm each truly is. One firm in ten has none."""
    rng, rows, truth = random.Random(seed + 1), list[Company](), dict[str, int]()
    for firm in found:
        copies = 0 if rng.random() < 0.1 else 1 + (rng.random() < 0.13) + (rng.random() < 0.02)
        for copy in range(copies):
            row = _account(rng, firm, f"001{firm.number:07}{copy}", 0.9 if copy == 0 else 0.55)
            rows.append(row)
            truth[row.id] = firm.number
    rng.shuffle(rows)
    return rows, truth


def _account(rng: random.Random, firm: Firm, record: str, care: float) -> Company:
    site = rng.choice(["", "https://www.", "http://", "www."]) + firm.domain + rng.choice(["", "/", "/en"])
    return Company(
        record,
        written(rng, firm, care),
        website=site if rng.random() < care - 0.1 else None,
        country=firm.country if rng.random() < care else None,
        city=firm.town if rng.random() < care - 0.1 else None,
        phone=firm.phone if rng.random() < care - 0.3 else None,
    )


def leads(found: list[Firm], n: int, seed: int) -> tuple[list[Company], dict[str, int]]:
    """Leads as forms and fairs bring them, and the firm each truly is of. Big firms have more of them."""
    rng, rows, truth = random.Random(seed + 2), list[Company](), dict[str, int]()
    for number in range(n):
        firm = found[min(int(len(found) * rng.random() ** 1.5), len(found) - 1)]
        row = _lead(rng, firm, f"00Q{number:08}")
        rows.append(row)
        truth[row.id] = firm.number
    return rows, truth


def _lead(rng: random.Random, firm: Firm, record: str) -> Company:
    name = written(rng, firm, 0.55) if rng.random() > 0.05 else rng.choice(["", "n/a", "-"])
    if rng.random() < 0.02:
        name = f"{rng.choice(['IT Department', 'Marketing', 'Purchasing'])}, {name}"
    where = rng.random()
    host = firm.domain if where < 0.74 else rng.choice(_FREE) if where < 0.95 else ""
    mail = (
        f"p{rng.randrange(10**6)}@{'mail.' if rng.random() < 0.02 and host == firm.domain else ''}{host}"
        if host
        else None
    )
    return Company(record, name or None, email=mail, country=firm.country if rng.random() < 0.6 else None, city=firm.town if rng.random() < 0.3 else None)  # fmt: skip


# Given names with what their bearers are also called; most stand in no list of the matchers.
_GIVEN = [
    "Robert:Bob,Rob",
    "Katherine:Kate,Katie",
    "Alexander:Alex,Sascha",
    "Elizabeth:Liz,Beth",
    "Michael:Mike",
    "William:Bill,Will",
    "Margarete:Grete",
    "Giuseppe:Beppe",
    "Francisco:Paco",
    "Wojciech:Wojtek",
    "Malgorzata:Gosia",
    "Dmitri:Dima",
    "Mikhail:Misha",
    "Thomas:Tom",
    "Andreas:Andi",
    "Stefan:",
    "Lena:",
    "Ingrid:",
    "Oskar:",
    "Hugo:",
    "Priya:",
    "Arjun:",
    "Mei:",
    "Kenji:",
    "Fatima:",
    "Omar:",
    "Chloé:",
    "René:",
    "Søren:",
    "Björn:",
    "Zoë:",
    "Aoife:",
    "Niamh:",
    "Tomás:",
    "Inés:",
    "João:",
    "Lúcia:",
    "Marek:",
    "Agata:",
    "Petra:",
    "Milan:",
    "Freya:",
    "Isla:",
    "Rowan:",
    "Skyler:",
    "Brooke:",
    "Trevor:",
    "Duncan:",
    "Maud:",
    "Cyril:",
    "Odile:",
    "Bastien:",
    "Maëlle:",
    "Siobhan:Shiv",
    "Gwendolyn:Gwen",
    "Bartholomew:Bart",
    "Jean-Pierre:JP",
    "Anne-Marie:",
    "Karl-Heinz:Kalle",
    "Mohammed:Mo",
    "Nathaniel:Nate",
    "Wilhelmina:Mina",
    "Archibald:Archie",
    "Leopold:Poldi",
]
_FREQUENT = [
    "Smith",
    "Jones",
    "Müller",
    "Garcia",
    "Nguyen",
    "Patel",
    "Kim",
    "Rossi",
    "Dubois",
    "Johansson",
    "Nowak",
    "Brown",
    "Martin",
    "Silva",
    "Lee",
]


@dataclass
class Human:
    """A person as it is: name, short forms, work, and how to reach it."""

    number: int
    given: str
    short: list[str]
    family: str
    firm: Firm
    local: str
    mobile: str
    private: str


def humans(found: list[Firm], n: int, seed: int) -> list[Human]:
    """People at firms; four in a thousand have a namesake there, told apart by the address alone."""
    rng, people = random.Random(seed + 3), list[Human]()
    boxes = dict[str, int]()
    while len(people) < n:
        firm = found[min(int(len(found) * rng.random() ** 1.5), len(found) - 1)]
        human = _human(rng, len(people), firm, boxes)
        people.append(human)
        if rng.random() < 0.004:
            other = _human(rng, len(people), firm, boxes, (human.given, human.family))
            people.append(other)
    return people


def _surname(rng: random.Random) -> str:
    if rng.random() < 0.12:
        return rng.choice(_FREQUENT)
    stem = "".join(rng.choices(_SYLLABLES, k=rng.choice([1, 2, 2]))) + rng.choice(_SURNAME_ENDS)
    return rng.choice(["", "", "", "", "", "van ", "O'", "De ", "Saint-"]) + stem.capitalize()


def _human(
    rng: random.Random, number: int, firm: Firm, boxes: dict[str, int], named: tuple[str, str] | None = None
) -> Human:
    full, _, short = rng.choice(_GIVEN).partition(":")
    family = _surname(rng)
    if named:
        full, family, short = (
            named[0],
            named[1],
            next(g for g in _GIVEN if g.partition(":")[0] == named[0]).partition(":")[2],
        )
    first, last = ("".join(c for c in _plain(t).lower() if c.isalpha()) for t in (full, family))
    local = [f"{first}.{last}", f"{first[0]}{last}", f"{first}{last[0]}", f"{first}_{last}"][firm.number % 4]
    boxes[f"{local}@{firm.domain}"] = turn = boxes.get(f"{local}@{firm.domain}", 0) + 1
    local += str(turn) if turn > 1 else ""
    private = f"{rng.choice([first + '.' + last, last + first[0], first[:3] + last[:3]])}{rng.randrange(1000)}@{rng.choice(_FREE)}"
    mobile = _PREFIXES[firm.country][:3] + f"{rng.randrange(610_000_000, 799_999_999)}"
    return Human(number, full, short.split(",") if short else [], family, firm, local, mobile, private)


def people(found: list[Human], firms_: list[Firm], seed: int) -> tuple[list[Person], dict[str, int]]:
    """Records of people as forms, fairs and imports bring them, and who each truly is. A third stands more than once.

    The account is the one that a CRM says or that accounts were matched to before: mostly known where the address is at work.
    """
    rng, rows, truth = random.Random(seed + 4), list[Person](), dict[str, int]()
    for human in found:
        copies = 1 + (rng.random() < 0.3) + (rng.random() < 0.06)
        moved = rng.random() < 0.08
        for copy in range(copies):
            firm = rng.choice(firms_) if moved and copy else human.firm
            row = _record(rng, human, firm, f"003{human.number:08}{copy}", moved and copy > 0)
            rows.append(row)
            truth[row.id] = human.number
    rng.shuffle(rows)
    return rows, truth


def _record(rng: random.Random, human: Human, firm: Firm, record: str, moved: bool) -> Person:
    given, family = human.given, human.family
    if human.short and rng.random() < 0.3:
        given = rng.choice(human.short)
    if rng.random() < 0.03:
        family = _surname(rng) if rng.random() < 0.4 else slip(rng, family)
    if rng.random() < 0.25:
        given, family = _plain(given), _plain(family)
    if rng.random() < 0.04:
        given = f"{given[0]}."
    elif rng.random() < 0.03:
        given = f"{given} {rng.choice('ABCDEFGHKLMNPRST')}."
    elif rng.random() < 0.02:
        given = f"Dr. {given}"
    if rng.random() < 0.02:
        given, family = family, given
    where, email = rng.random(), ""
    if where < 0.68:
        email = f"{human.local}@{firm.domain}"
    elif where < 0.72:
        email = f"info@{firm.domain}"
    elif where < 0.85:
        email = human.private
    upper = rng.random() < 0.05
    switchboard = rng.random() < 0.15
    phone = firm.phone if switchboard else human.mobile if rng.random() < 0.45 else None
    full = f"{family}, {given}" if rng.random() < 0.5 else f"{given} {family}"
    parts = rng.random() < 0.85
    return Person(
        record, (given.upper() if upper else given) if parts else None, (family.upper() if upper else family) if parts else None,
        None if parts else full, email=(email.upper() if rng.random() < 0.05 else email) or None, phone=phone,
        account=f"A{firm.number}" if rng.random() < (0.95 if firm.domain in email else 0.6) else None, country=firm.country if rng.random() < 0.5 else None,
    )  # fmt: skip


__all__ = [
    "Company",
    "Firm",
    "Human",
    "Person",
    "accounts",
    "firms",
    "humans",
    "leads",
    "people",
    "slip",
    "written",
]
