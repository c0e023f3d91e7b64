"""What an e-mail address tells: who reads it, who gave it out, and whether it can be one at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handraise.hygiene.keyboard import is_keyboard_run
from handraise.hygiene.lists import disposable_domains, free_mail_domains, words_in
from handraise.hygiene.names import TEST_WORDS
from handraise.hygiene.reasons import Reason
from handraise.hygiene.titles.words import fold
from handraise.importers.identity_keys import normalise_email

ROLES = words_in("""
abuse accounting accounts admin admissions alerts answers ap ar billing board booking bookings buying care careers charity clerk clientservice
clientsupport comms communications community compliance complaints contact contactus council customer customercare customerservice data dataprotection
developers devops dispatch donations donotreply editor education enquiries enquiry events executive executives export facilities faculty feedback finance
forms foundation fulfillment fundraising general global governance grants hello help helpdesk hi hostmaster hr humanresources info information
infrastructure inquiries inquiry international inventory invoice invoices it itdesk itsupport jobs legal library logistics mail mailbox maintenance
management managers marketing media members membership news newsletter nobody noreply notifications office operations ops orders order outreach partners
partnerships payments payroll planning postmaster pr press privacy procurement projects publicrelations purchasing questions quotes reception recruiting recruitment
records registrar reservations requests research returns root sales secretary security service servicedesk services shipping shop staff strategy students
subscribe suggestions supplier suppliers support sysadmin system talent team tech techsupport technology tickets training transport unsubscribe vendor vendors
volunteer volunteers warehouse webmaster website webteam welcome
kontakt anfrage anfragen vertrieb verkauf einkauf buchhaltung rechnung rechnungen rechnungswesen bewerbung bewerbungen personal sekretariat zentrale empfang presse
kundenservice kundendienst geschaeftsfuehrung geschaftsleitung verwaltung datenschutz bestellung bestellungen poststelle technik redaktion
contacto ventas compras administracion atencionalcliente recepcion pedidos facturacion soporte prensa gerencia
achats ventes comptabilite facturation accueil secretariat rh recrutement commande commandes direction commercial servicecommercial
vendite acquisti amministrazione segreteria ordini fatture contabilita assistenza direzione ufficio commerciale
verkoop inkoop boekhouding administratie facturen bestellingen receptie klantenservice
vendas contato contabilidade financeiro suporte atendimento faturamento
biuro sprzedaz zakupy ksiegowosc faktury sekretariat kadry order faktura ekonomi inkop forsaljning
""")
_SIDE_WORDS = words_in("""
eu emea us usa uk de fr es it nl ch at be apac na latam europe germany france spain italy global team group office desk north south east west customer
and der the
""")

TEST_MAILBOXES = frozenset({
    "test", "tests", "testing", "tester", "test1", "test2", "test123", "testuser", "testtest", "demo", "fake", "foo", "bar", "foobar", "none", "noone", "no",
    "nobody", "na", "abc", "abc123", "xyz", "blah", "blabla", "noemail", "nomail", "noname", "dummy", "example", "sample", "deleteme", "spam", "nospam",
})  # fmt: skip
_RESERVED = frozenset(
    {
        "example.com",
        "example.net",
        "example.org",
        "test.com",
        "test.de",
        "domain.com",
        "email.com.com",
        "none.com",
    }
)
# Not `.example`: nobody types it, and the companies of demonstrations live there.
_RESERVED_ENDINGS = (".test", ".invalid", ".localhost", ".local")
# Hosts of many owners' names: only the listed name itself is disposable, not what is under it.
_SHARED_SUFFIXES = frozenset({"net.ua", "dyndns.org", "sakura.ne.jp", "za.com", "co.uk", "com.br", "eu.org"})

_ACADEMIC = re.compile(
    r"(?:\A|\.)(?:edu|edu\.[a-z]{2}|ac\.[a-z]{2}|k12\.[a-z]{2}\.us|sch\.uk)\Z|(?:\A|\.)(?:uni|tu|fh|hs|th|univ|universite|unige|ens|u)-[a-z0-9-]+\.[a-z]{2,3}\Z"
)
_ACADEMIC_DOMAINS = words_in("""
ethz.ch epfl.ch uzh.ch unibas.ch unibe.ch unisg.ch unige.ch rwth-aachen.de tum.de lmu.de fu-berlin.de hu-berlin.de kit.edu uva.nl vu.nl tudelft.nl rug.nl uu.nl leidenuniv.nl
tue.nl utwente.nl kuleuven.be ugent.be uclouvain.be ulb.be polytechnique.edu sorbonne-universite.fr hec.fr essec.fr polimi.it unibo.it uniroma1.it unimi.it unipd.it polito.it
upm.es ucm.es uam.es ub.es upc.edu uc3m.es kth.se lu.se uu.se chalmers.se ki.se su.se ku.dk dtu.dk au.dk uio.no ntnu.no aalto.fi helsinki.fi utoronto.ca mcgill.ca ubc.ca
uwaterloo.ca usp.br unicamp.br uw.edu.pl pw.edu.pl unam.mx univie.ac.at tuwien.ac.at
""")
_STUDENT_HOSTS = frozenset(
    {
        "student",
        "students",
        "stud",
        "studenti",
        "etudiant",
        "etu",
        "etudiants",
        "alumnos",
        "alumno",
        "studenten",
        "stu",
        "edu-student",
        "mail-student",
    }
)
_CUT = re.compile(r"[._\-]+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address that can be one: its two halves, casefolded, without a `+tag`."""

    address: str
    local: str
    domain: str

    @property
    def is_role(self) -> bool:
        """Whether a team reads it: every word of the mailbox is a role's or a place's, and the first a role's."""
        if fold(self.local).replace("-", "").replace(".", "").replace("_", "") in ROLES | {
            "customersupport",
            "dontreply",
        }:
            return True
        words = [word.rstrip("0123456789") for word in _CUT.split(fold(self.local))]
        return words[0] in ROLES and all(
            word in ROLES or word in _SIDE_WORDS or not word for word in words[1:]
        )

    @property
    def is_free(self) -> bool:
        return self.domain in free_mail_domains()

    @property
    def is_disposable(self) -> bool:
        listed = disposable_domains()
        return any(
            d in listed for d in parents_of(self.domain) if d == self.domain or d not in _SHARED_SUFFIXES
        )

    @property
    def is_academic(self) -> bool:
        return bool(_ACADEMIC.search(self.domain)) or any(
            d in _ACADEMIC_DOMAINS for d in parents_of(self.domain)
        )

    @property
    def is_students(self) -> bool:
        return self.is_academic and any(label in _STUDENT_HOSTS for label in self.domain.split("."))


def mailbox_of(text: str | None) -> Mailbox | None:
    """The address as a mailbox; None where there is none, or none that could be one."""
    address = normalise_email(text) if text else None
    if address is None:
        return None
    local, _, domain = address.rpartition("@")
    return Mailbox(address, local.partition("+")[0] or local, domain)


def parents_of(domain: str) -> Iterator[str]:
    """The domain itself and every domain above it, down to two labels."""
    labels = domain.split(".")
    for i in range(len(labels) - 1):
        yield ".".join(labels[i:])


def is_under(domain: str, domains: Iterable[str]) -> bool:
    """Whether a domain is one of some domains, or under one."""
    wanted = frozenset(domains)
    return any(parent in wanted for parent in parents_of(domain))


def is_role_mailbox(text: str | None) -> bool | None:
    """Whether a team reads the address (info@, sales.emea@). Unknown without an address. No sign of junk."""
    mailbox = mailbox_of(text)
    return None if mailbox is None else mailbox.is_role


def is_free_mail(text: str | None) -> bool | None:
    """Whether the address is at a provider for everybody. Unknown without an address. No sign of junk."""
    mailbox = mailbox_of(text)
    return None if mailbox is None else mailbox.is_free


def is_disposable_mailbox(text: str | None) -> bool | None:
    """Whether the address is at a provider of mailboxes for minutes. Unknown without an address."""
    mailbox = mailbox_of(text)
    return None if mailbox is None else mailbox.is_disposable


def mailbox_reasons(mailbox: Mailbox) -> Iterator[Reason]:
    """Doubts about an address, and what else it tells."""
    local = fold(mailbox.local)
    if mailbox.is_disposable:
        yield Reason("disposable_mailbox", "email", mailbox.domain)
    if mailbox.domain in _RESERVED or mailbox.domain.endswith(_RESERVED_ENDINGS):
        yield Reason("reserved_domain", "email", mailbox.domain)
    if local in TEST_MAILBOXES or _is_test_local(local):
        yield Reason("test_mailbox", "email", mailbox.local)
    elif any(is_keyboard_run(word) for word in re.findall(r"[a-z]+", local)):
        yield Reason("keyboard_mailbox", "email", mailbox.local)
    if mailbox.is_role:
        yield Reason("role_mailbox", "email", mailbox.local)
    if mailbox.is_free:
        yield Reason("free_mailbox", "email", mailbox.domain)
    if mailbox.is_students:
        yield Reason("student_mailbox", "email", mailbox.domain)
    elif mailbox.is_academic:
        yield Reason("academic_mailbox", "email", mailbox.domain)


def _is_test_local(local: str) -> bool:
    words = [word.strip("0123456789") for word in _CUT.split(local)]
    return words[0] in ("test", "testing", "tester") and all(not w or w in TEST_WORDS for w in words)
