"""Names that nobody bears, that stand in for a name, or that were typed to get past a form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from handraise.hygiene.keyboard import has_no_vowel, is_keyboard_run
from handraise.hygiene.reasons import Reason
from handraise.hygiene.titles.words import fold

MOST_CHARACTERS = 200
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"https?:|www\.|\.(?:com|net|org|ru|xyz|top|info)\b", re.IGNORECASE)
# A spreadsheet's formula, a page's tag, a template's or database's text: typed to break what reads it.
_CODE = re.compile(
    r"(?:\A|\s)[=+@]\w+[|(!]|<\s*/?\s*[a-z]+[\s/>]|\$\{|\{\{|'\s*or\s+'?1'?\s*=|;\s*drop\s+table",
    re.IGNORECASE,
)


def _names(text: str) -> frozenset[str]:
    return frozenset(fold(name.strip()) for name in text.replace("\n", ",").split(",") if name.strip())


# A blank by another name: the value is missing, and that somebody wrote it is a weak doubt.
MISSING = _names("""
unknown, null, none, n/a, na, n\\a, nil, tbd, tba, not provided, not available, not known, no name, noname, no data, anonymous, anon, unbekannt
inconnu, desconocido, sconosciuto, onbekend, desconhecido, nieznany, okand, k.a., keine angabe, keine, ohne, occupant, staff, placeholder, contact
last name unknown, first name unknown, select, empty, blank, missing, undefined, nan, lead, no last name, no first name, not given
""")
# Of these, the ones that are also somebody's family name are no doubt beside a given name (Chloe Null, Na Li).
_ALSO_FAMILY_NAMES = _names("null, na, nan, nil, contact, none, lead, anon")
TEST_WORDS = _names("""
test, testing, tester, tests, testuser, testy, mctest, mctester, mctestface, testface, testperson, testlead, testcontact, demo, sample, example, dummy, fake, bogus
temp, foo, bar, baz, foobar, prueba, essai, prova, teste, proba, probe, user, guest, admin, candidate, ignore, delete, deleteme, xtest, testtest, one, two, lead, contact
account, person, name, firstname, lastname, vorname, nachname, prenom, nom, nombre, apellido, nome, cognome, surname, first, last, customer
""")
# Needed among the words of a whole name before it counts as a test: the others are too often names or words.
_CERTAIN_TEST_WORDS = _names("""
test, testing, tests, testuser, testy, mctest, mctester, mctestface, testface, testperson, testlead, testcontact, demo, dummy, fake, bogus, foo, foobar, deleteme, xtest
testtest, prueba, firstname, lastname, vorname, nachname, prenom, apellido, cognome, example
""")
SAMPLE_PEOPLE = _names("""
john doe, jane doe, max mustermann, erika mustermann, maria musterfrau, hans mustermann, joe bloggs, fred bloggs, jan modaal, fulano de tal, pinco pallino
otto normalverbraucher, joe sixpack, juan nadie, monsieur untel, joe public, john q public, johnny appleseed
""")
FICTIONAL = _names("""
mickey mouse, minnie mouse, micky maus, minnie maus, donald duck, daisy duck, dagobert duck, scrooge mcduck, daffy duck, bugs bunny, road runner, elmer fudd, porky pig, yogi bear
fred flintstone, wilma flintstone, barney rubble, scooby doo, shaggy rogers, spongebob squarepants, sponge bob, patrick star, winnie pooh, winnie the pooh, santa claus, easter bunny, tooth fairy
darth vader, luke skywalker, obi wan kenobi, obiwan kenobi, master yoda, han solo, princess leia, chewbacca, batman, superman, spiderman, spider man, iron man, captain america, wonder woman
frodo baggins, bilbo baggins, gandalf the grey, albus dumbledore, hermione granger, lord voldemort, jesus christ, adolf hitler, god almighty, captain kirk
papa smurf, buzz lightyear, super mario, sonic hedgehog, pika chu, hello kitty, nobody nobody, mr nobody, foo bar, lorem ipsum, your name, my name, name name, first last
tyrion lannister, daenerys targaryen, inspector gadget, homer j simpson, peppa pig, kermit the frog, miss piggy, cookie monster, big bird
""")
FAMOUS = _names("""
michael jordan, elvis presley, george washington, abraham lincoln, barack obama, donald trump, joe biden, hillary clinton, bill clinton, bill gates, elon musk, steve jobs, mark zuckerberg, jeff bezos
tom cruise, brad pitt, angelina jolie, taylor swift, justin bieber, kim kardashian, beyonce knowles, lady gaga, michael jackson, freddie mercury, john lennon, paul mccartney, bob marley, angela merkel
napoleon bonaparte, albert einstein, isaac newton, william shakespeare, winston churchill, vladimir putin, emmanuel macron, queen elizabeth, cristiano ronaldo, lionel messi, david beckham, tiger woods
james bond, harry potter, peter pan, sherlock holmes, clark kent, bruce wayne, peter parker, tony stark, jon snow, walter white, homer simpson, bart simpson, marge simpson, lisa simpson, indiana jones
forrest gump, rocky balboa, john rambo, john wick, james kirk, alice wonderland, robin hood, jack sparrow, tony soprano, charlie chaplin, marilyn monroe, bruce lee, chuck norris, leonardo da vinci
pablo picasso, vincent van gogh, wolfgang mozart, ludwig beethoven, george bush, john kennedy, nelson mandela, mahatma gandhi, oprah winfrey, will smith, johnny depp, leonardo dicaprio
""")
_OFFENSIVE_WORDS = _names(
    "fuck, fucker, fucking, fuckoff, fucku, shit, bullshit, asshole, arschloch, motherfucker, bitch, cunt, putamadre, hurensohn, stronzo"
)
_REFUSALS = _names("""
none of your business, mind your own business, noneofyourbusiness, not telling you, go away, leave me alone, no thanks, no thank you, stop spamming, do not contact, dont call me, i dont want to say
geht dich nichts an, keine ahnung, no quiero decir, not your business, nunya business, why do you care, no spam, not interested
""")


def is_missing(text: str | None) -> bool:
    """Whether a value is absent, or a word for absent."""
    if text is None:
        return True
    bare = fold(text).strip(" .-_[]()*?!'\"")
    return not bare or bare in MISSING


def name_reasons(first: str | None, last: str | None, whole: str | None = None) -> Iterator[Reason]:
    """Doubts about a name, given in two parts or whole. A name in any script is a name."""
    given = [
        (f, t.strip()[:MOST_CHARACTERS])
        for f, t in (("first_name", first), ("last_name", last))
        if t and t.strip()
    ]
    if not given and whole and whole.strip():
        given = [("name", whole.strip()[:MOST_CHARACTERS])]
    if not given:
        return
    text = " ".join(t for _, t in given)
    field = given[0][0] if len(given) == 1 else "name"
    words = _WORD.findall(text)
    yield from _of_the_whole(text, field, words)
    for part, value in given:
        yield from _of_a_part(value, part, other_words=len(words) - len(_WORD.findall(value)))


def _of_the_whole(text: str, field: str, words: Sequence[str]) -> Iterator[Reason]:
    folded = [fold(word) for word in words]
    plain = " ".join(folded)
    if _CODE.search(text):
        yield Reason("code_in_name", field, text)
    elif _ADDRESS.search(text):
        yield Reason("address_in_name", field, text)
    elif not words:
        yield from () if is_missing(text) else (Reason("no_letters_in_name", field, text),)
    elif plain in FICTIONAL:
        yield Reason("fictional_name", field, text)
    elif plain in SAMPLE_PEOPLE:
        yield Reason("sample_person", field, text)
    elif plain in FAMOUS:
        yield Reason("famous_name", field, text)
    elif plain in _REFUSALS or any(word in _OFFENSIVE_WORDS for word in folded):
        yield Reason("offensive_name", field, text)
    elif all(word in TEST_WORDS for word in folded) and any(word in _CERTAIN_TEST_WORDS for word in folded):
        yield Reason("test_name", field, text)


def _of_a_part(value: str, field: str, other_words: int) -> Iterator[Reason]:
    bare = fold(value).strip(" .-_[]()*?!'\"")
    if is_missing(value) and _is_doubtful_blank(bare, other_words):
        yield Reason("placeholder_name", field, value)
    words = _WORD.findall(value)
    if any(c.isdigit() for c in value) and words:
        yield Reason("digits_in_name", field, value)
    if any(is_keyboard_run(word) for word in words):
        yield Reason("keyboard_name", field, value)
    elif any(has_no_vowel(word) for word in words) and not value.isupper():
        yield Reason("unpronounceable_name", field, value)


def _is_doubtful_blank(bare: str, other_words: int) -> bool:
    return bool(bare) and not (bare in _ALSO_FAMILY_NAMES and other_words)
