"""A labelled world of people: real names of many countries with what makes them look odd, and planted junk.

The names were written down for this test, the oddities are the ones that cost other filters real buyers: family names
that are words (Null, Tester, Sample), short ones, ones without vowels, famous ones, names in other scripts, typing slips
in telephones, role and free mailboxes. Junk is what people type to get past a form, in the ways they type it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from handraise.hygiene.people import PersonValues

REAL = """
US | James Miller, Mary Johnson, Chloe Null, Jon Tester, Zach Ertz, Michael Jordan, Amanda Sample, Ed Guest, Bo Li, Ty Cobb, Al Drew, Ann Trew, Taylor Swift, Rob Banks, John Doe
GB | Harry Potter, Emma Jones, Oliver Smith-Wright, Siân Hughes, Rhys Pryce, Ffion Gwynn, Angus MacLeod, Niamh O'Shea, Will Smith, Joe Public-Jones
DE | Jörg Weiß, Anja Schröder, Dirk Nowitzki, Käthe Müller-Lüdenscheidt, Max Hertz, Jürgen Strnz, Heinz Wurst, Uwe Ertl, Ina Ott, Bodo Schwertfeger
FR | Jean Dupont, Élodie Lefèvre, François-Xavier N'Guyen, Aïcha Benali, Yves Ys, Anne Onfray, Guy Test, Zoé Azéma
ES | Juan Pérez, María José Gómez, Iñaki Etxeberria, José Ng, Eva Ro, Jesús Cristóbal, Pilar Asdrúbal
IT | Mario Rossi, Chiara D'Angelo, Ugo Uggè, Luca Po, Gaia Fo, Donald Ducci
NL | Jan de Vries, Anouk van 't Hof, Sjoerd Wijnstra, Pim Wtenbroek, Truus Qwast
PL | Agnieszka Wójcik, Grzegorz Brzęczyszczykiewicz, Zbigniew Szczęsny, Jan Kowalski
CZ | Petr Krč, Jan Vlk, Zdeněk Smrž, Jiří Srb, Vlasta Skrz
HR | Ivan Grgić, Ante Trst, Hrvoje Krk
CN | 伟 王, 丽 李, Na Li, Wei Wu, Xi Xu, Ng Ng, Qi Qu
JP | 太郎 山田, 花子 佐藤, Yui Oi, Ryo Aoi, Yu Ii
KR | 민수 김, 지영 이, Na Na, O Oh, Seo-yeon Noh
GR | Γιώργος Παπαδόπουλος, Ελένη Ιωάννου, Κώστας Νίκας
RU | Анна Иванова, Дмитрий Щербаков, Лев Ли
SA | محمد العتيبي, فاطمة القحطاني, Ali Ali, Omar Omar
IN | Priya Krishnamurthy, Vrshti Jhnk, Dev Sdasivan, Om Om, Lakshmi Nwtn, Jyoti Vyas
NG | Chukwuemeka Nwosu, Ngozi Mbgbaku, Tunde Ade
VN | Nguyễn Văn A, Trần Thị Bé, Mỹ Lê
TR | Ayşe Yılmaz, Işık Şahin, Ömer Çelik
"""
# What people type: first name, last name, mailbox ({d} stands for a domain).
JUNK_NAMES = """
asdf | asdf | asdf@{d}
asd | asdasd | asdasd@{d}
qwerty | qwerty | qwerty1@{d}
Qwertz | Uiop | qwertz@{d}
sdfg | dfgh | sdfg@{d}
jkljkl | fghfgh | jj@{d}
zxcv | bnm | a@{d}
fdsa | lkjh | info@{d}
xxx | xxx | xxx@{d}
aaaa | bbbb | aaa@{d}
Mickey | Mouse | mickey@{d}
Donald | Duck | dd@{d}
Micky | Maus | mm@{d}
Bugs | Bunny | bb@{d}
Darth | Vader | sith@{d}
Santa | Claus | north.pole@{d}
Test | Test | test@{d}
Test | User | tuser@{d}
testing | testing | testing@{d}
Testy | McTest | t@{d}
Demo | Demo | demo@{d}
Vorname | Nachname | vn@{d}
Firstname | Lastname | fl@{d}
Foo | Bar | foo@{d}
12345 | 67890 | q1@{d}
... | !!! | hey@{d}
none of your | business | nope@{d}
fuck | you | fy@{d}
http://win.example | click now | promo@{d}
No | Spam | nospam@{d}
Max | Mustermann | max@gmail.com
John | Doe | jd@yahoo.com
Jane | Doe | jane@hotmail.com
Unknown | Unknown | test@{d}
Anonymous | Anonymous | none@{d}
Michael | Jordan | asdf@{d}
Bill | Gates | test123@gmail.com
Elon | Musk | fake@{d}
Sdkfj | Wpqmx | sdfsdf@{d}
Joe | Bloggs | joe@aol.com
"""
DISPOSABLE = (
    "mailinator.com",
    "guerrillamail.com",
    "10minutemail.com",
    "yopmail.com",
    "trashmail.com",
    "sharklasers.com",
)
EMPLOYERS = (
    "acme.com",
    "nordwind.de",
    "lumiere.fr",
    "ferrovia.it",
    "bluepeak.io",
    "kowal.pl",
    "sakura.co.jp",
    "hanseatic.eu",
)
FREE = ("gmail.com", "gmx.de", "orange.fr", "yahoo.co.jp", "qq.com", "wp.pl")
PHONES = {
    "US": "+1 212 736 5000", "DE": "+49 30 2655 0", "FR": "+33 1 44 55 66 77", "GB": "020 7946 1823", "IT": "+39 06 6982",
    "JP": "03-3211-2211", "CN": "+86 10 6512 3456", "ES": "+34 913 22 19 80",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planted:
    """A person and whether the record is junk, and by what."""

    person: PersonValues
    is_junk: bool
    kind: str


def planted_people(n_real: int, n_junk: int, seed: int) -> list[Planted]:
    """A mixture in a fixed order for a seed."""
    rng = random.Random(seed)
    people = [*(_real(rng) for _ in range(n_real)), *(_junk(rng) for _ in range(n_junk))]
    rng.shuffle(people)
    return people


def _names() -> Iterator[tuple[str, str, str]]:
    for row in REAL.strip().splitlines():
        country, names = (cell.strip() for cell in row.split("|"))
        for name in names.split(", "):
            first, _, last = name.partition(" ")
            yield country, first, last


_REAL_NAMES = tuple(_names())
_JUNK_ROWS = tuple(tuple(c.strip() for c in row.split("|")) for row in JUNK_NAMES.strip().splitlines())


def _real(rng: random.Random) -> Planted:
    country, first, last = rng.choice(_REAL_NAMES)
    kind = rng.choice(["work"] * 6 + ["free", "role", "no phone slip", "upper"])
    local = _ascii(f"{first}.{last}") or f"m{rng.randrange(10_000)}"
    domain = rng.choice(
        FREE if kind == "free" and (first, last) not in _BORNE_OUT_BY_EMPLOYERS else EMPLOYERS
    )
    local = (
        rng.choice(["info", "sales.emea", "einkauf"])
        if kind == "role" and (first, last) not in _BORNE_OUT_BY_EMPLOYERS
        else local
    )
    if kind == "upper":
        first, last = first.upper(), last.upper()
    phone = PHONES.get(country) if rng.random() < 0.7 else None
    if kind == "no phone slip" and phone:
        phone = phone[:-4]
    return Planted(
        PersonValues(
            first, last, email=f"{local}@{domain}", phone=phone, country=country, company="Acme GmbH"
        ),
        False,
        kind,
    )


# Famous and sample names are told from the real by the mailbox at an employer.
_BORNE_OUT_BY_EMPLOYERS = {
    ("Michael", "Jordan"), ("Harry", "Potter"), ("Taylor", "Swift"), ("Will", "Smith"), ("John", "Doe"),
}  # fmt: skip


def _ascii(text: str) -> str:
    from handraise.hygiene.titles.words import fold

    return "".join(c for c in fold(text).replace(" ", "") if c.isascii() and (c.isalnum() or c == ".")).strip(
        "."
    )


def _junk(rng: random.Random) -> Planted:
    if rng.random() < 0.25:
        country, first, last = rng.choice(_REAL_NAMES)
        mailbox = f"{_ascii(first) or 'x1'}{rng.randrange(1000)}@{rng.choice(DISPOSABLE)}"
        return Planted(PersonValues(first, last, email=mailbox, country=country), True, "disposable")
    first, last, mailbox = rng.choice(_JUNK_ROWS)
    write = rng.choice([str, str, str.upper, str.title])
    email = mailbox.format(d=rng.choice(EMPLOYERS + FREE))
    phone = rng.choice([None, None, "1234567890", "0000000000", "+1 555"])
    return Planted(PersonValues(write(first), write(last), email=email, phone=phone), True, f"{first} {last}")
