"""What single titles say, drawn as a table, and the laws of reading them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.hygiene.titles import FUNCTIONS, SENIORITIES, read_title

# title = seniority, function. `ic` is individual_contributor, `-` cannot be told.
TITLES = """
CFO = c_level, finance
C.F.O. = c_level, finance
Chief Financial Officer = c_level, finance
Group CFO & COO = c_level, -
Chief Marketing and Communications Officer = c_level, marketing
Founder & CEO = c_level, general_management
Co-Founder / CTO = c_level, it
Owner = c_level, general_management
President and CEO = c_level, general_management
Vice President = vp, -
Vice-President, Sales = vp, sales
SVP Finance = vp, finance
EVP, Operations = vp, operations
Assistant Vice President = vp, -
VP of Engineering = vp, engineering
Vice President's office = -, -
Office of the CFO = -, -
Assistant to the CEO = ic, administration
Executive Assistant to the Chief Financial Officer = ic, administration
PA to the Managing Director = ic, administration
CEO's Assistant = ic, -
Chief of Staff = -, -
Chief of Staff to the CEO = -, -
Managing Director = c_level, general_management
MD = -, -
MD & CEO = c_level, general_management
John Smith MD, Cardiology = -, -
Director = director, -
Account Director = director, sales
Head of IT = director, it
IT Head = director, it
Head of Marketing & Sales = director, -
Sales and Marketing Manager = manager, -
Senior Manager = manager, -
Product Manager = manager, product
Senior Product Marketing Manager = manager, marketing
Sales Director EMEA = director, sales
Director of Customer Success = director, customer_success
Director, Supply Chain = director, supply_chain
Purchasing Manager = manager, procurement
IT Procurement Manager = manager, procurement
Account Executive = ic, sales
Marketing Executive = ic, marketing
Executive Director = director, -
General Counsel = -, legal
Software Engineer = ic, engineering
Sales Engineer = ic, sales
Security Engineer = ic, security
Data Scientist = ic, data
Recruiter = ic, hr
HR Business Partner = ic, hr
Partner = -, -
Managing Partner = c_level, general_management
Former CEO = -, -
Ex-CFO = -, -
Retired = -, -
CEO (retired) = -, -
Marketing Intern = ic, marketing
Student at MIT = -, -
Marketing Director at President Hotels = director, marketing
Director of IT | Board Member = director, it
VP Sales - Europe = vp, sales
Team Lead Customer Support = manager, customer_success
Tech Lead = -, -
Lead Data Engineer = ic, data
IT Manager = manager, it
CISO = c_level, security
Geschäftsführer = c_level, general_management
Geschäftsführerin = c_level, general_management
Geschäftsführer:in = c_level, general_management
Geschäftsführender Gesellschafter = c_level, general_management
Assistenz der Geschäftsführung = ic, administration
Assistentin der Geschäftsleitung = ic, administration
Einkaufsleiter = director, procurement
Leiterin Einkauf = director, procurement
Leiter/in Personal (m/w/d) = director, hr
Vertriebsleiter DACH = director, sales
Projektleiter = manager, project_management
Teamleiter Buchhaltung = manager, finance
Sachbearbeiter Einkauf = ic, procurement
Softwareentwickler = ic, engineering
IT-Leiter = director, it
Leiter IT = director, it
Produktionsleiter = director, operations
Vorstand Finanzen = c_level, finance
Prokurist = -, -
Werkstudent Marketing = ic, marketing
Directeur général = c_level, general_management
Président Directeur Général = c_level, general_management
Directrice des achats = director, procurement
Directeur financier = director, finance
Directeur administratif et financier = director, finance
Responsable marketing = manager, marketing
Responsable des ressources humaines = manager, hr
Chef de projet = manager, project_management
Ingénieur commercial = ic, sales
Acheteuse = ic, procurement
Comptable = ic, finance
Assistante de direction = ic, administration
Gérant = c_level, general_management
Chargée de communication = ic, marketing
Stagiaire marketing = ic, marketing
Directora General = c_level, general_management
Director de Compras = director, procurement
Director/a de Recursos Humanos = director, hr
Jefe de Ventas = manager, sales
Gerente de Finanzas = manager, finance
Consejero Delegado = c_level, general_management
Ingeniera de software = ic, engineering
Responsable de Logística = manager, supply_chain
Vicepresidenta de Operaciones = vp, operations
Amministratore Delegato = c_level, general_management
Direttore Acquisti = director, procurement
Direttrice Marketing = director, marketing
Responsabile Vendite = manager, sales
Titolare = c_level, general_management
Impiegata amministrativa = ic, administration
Algemeen Directeur = c_level, general_management
Hoofd Inkoop = director, procurement
Financieel Directeur = director, finance
Eigenaar = c_level, general_management
Inkoper = ic, procurement
Directiesecretaresse = -, administration
Diretor Geral = c_level, general_management
Diretora de Marketing = director, marketing
Gerente de Compras = manager, procurement
Engenheiro de Produção = ic, engineering
Sócio fundador = c_level, general_management
Prezes Zarządu = c_level, general_management
Dyrektor finansowy = director, finance
Kierownik sprzedaży = manager, sales
VD = c_level, general_management
Inköpschef = manager, procurement
Försäljningschef = manager, sales
Ekonomichef = manager, finance
Head = director, -
Product Owner = ic, product
Owner / Operator = c_level, general_management
VP Product & Engineering = vp, -
Director of Information Security and Compliance = director, -
RevOps Manager = manager, sales
FP&A Manager = manager, finance
L&D Manager = manager, hr
M&A Director = director, finance
Personal Assistant to CEO = ic, administration
Personal Trainer = ic, -
Leiter Personal = director, hr
Geschäftsleiter = c_level, -
Mitglied der Geschäftsleitung = c_level, -
Contrôleur de gestion = ic, finance
IT-chef = manager, it
Ex-Google | VP Engineering at Startup = -, -
GM = manager, general_management
Associate Partner = -, -
Talent Acquisition Partner = -, hr
Interim CFO = c_level, finance
Fractional CMO = c_level, marketing
Technical Account Manager = manager, sales
Growth Lead = -, -
Treasurer = -, finance
Ninja = -, -
Dr. = -, -
Executive = -, -
Sales = -, sales
Founder / MD = c_level, general_management
AP Manager = manager, finance
AP Sales Manager = manager, sales
Finance Operations Manager = manager, finance
IT Operations Manager = manager, it
Systems Manager = manager, it
Director of Business Systems = director, it
PhD candidate = -, -
xyzzy = -, -
123 = -, -
"""


def _rows() -> list[tuple[str, str | None, str | None]]:
    def part(text: str) -> str | None:
        return {"-": None, "ic": "individual_contributor"}.get(text, text)

    rows = []
    for line in TITLES.strip().splitlines():
        title, _, parts = line.rpartition(" = ")
        seniority, function = parts.split(", ")
        rows.append((title, part(seniority), part(function)))
    return rows


@pytest.mark.parametrize(("title", "seniority", "function"), _rows())
def test_a_title_says(title: str, seniority: str | None, function: str | None) -> None:
    reading = read_title(title)
    assert (reading.seniority, reading.function) == (seniority, function), reading


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            ["vp", "of", "&", "|", "student", "ceo", "s", "'", "retired", "assistant to", "-", "leiter"]
        )
    ).map(" ".join)
)
def test_whatever_is_written_reads_as_known_words_at_their_places(title: str) -> None:
    reading = read_title(title)
    assert reading.seniority in (None, *SENIORITIES)
    assert reading.function in (None, *FUNCTIONS)
    for words in reading.words:
        assert title[words.start : words.end] == words.text
    decided = {words.part for words in reading.words}
    for part in ("seniority", "function", "buying_role"):
        assert (getattr(reading, part) is not None) == (part in decided)


@pytest.mark.parametrize("title", [None, "", "   ", "-", "n/a", "株式会社", "…"])
def test_no_title_is_unknown_in_every_part(title: str | None) -> None:
    reading = read_title(title)
    assert (reading.seniority, reading.function, reading.buying_role, reading.is_student) == (None,) * 4
    assert reading.words == ()


def test_the_words_that_decided_are_told() -> None:
    told = {w.part: w.text for w in read_title("Senior Head of IT, Europe").words}
    assert told == {"seniority": "Head of", "function": "Head of IT", "buying_role": "Head of IT"}


@pytest.mark.parametrize(
    ("title", "student"),
    [
        ("Student", True), ("PhD Student at ETH", True), ("Étudiante en marketing", True), ("Werkstudent IT", True),
        ("Student Nurse", True), ("Student Advisor", False), ("Manager Student Services", False), ("CFO", False),
        ("Marketing Intern", None), ("Praktikantin", None), ("Former student", None), ("Retired", None), ("Vertrieb", None),
    ],
)  # fmt: skip
def test_a_student_is_told_from_those_who_work_with_students(title: str, student: bool | None) -> None:
    assert read_title(title).is_student is student


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("CEO", "economic_buyer"), ("Owner", "economic_buyer"), ("CFO", "economic_buyer"), ("CMO", None),
        ("IT Architect", "technical_evaluator"), ("Security Engineer", "technical_evaluator"), ("Head of IT", "technical_evaluator"),
        ("Sales Engineer", None), ("Assistant to the CFO", None), ("Purchasing Manager", None), ("Former CEO", None),
    ],
)  # fmt: skip
def test_a_buying_role_is_claimed_only_where_the_title_supports_it(title: str, role: str | None) -> None:
    assert read_title(title).buying_role == role


def test_letter_case_accents_and_gender_make_no_difference() -> None:
    for group in (
        ["Geschäftsführer", "GESCHÄFTSFÜHRERIN", "Geschaftsfuhrer", "Geschäftsführer*in (m/w/d)"],
        ["directeur des ventes", "Directrice des Ventes", "Directeur/rice des ventes"],
        ["Vice President, Sales", "vice-president sales", "VP Sales", "V.P. Sales"],
    ):
        assert len({(read_title(t).seniority, read_title(t).function) for t in group}) == 1, group


def test_every_pattern_of_the_tables_can_match() -> None:
    """A pattern that the cutting of words never produces (a dot, a capital) would be dead text."""
    from handraise.hygiene.titles.functions import DOMAIN, STRONG, WEAK
    from handraise.hygiene.titles.seniority import LEVELS, OTHERS, PERHAPS_STUDENTS, STUDENTS
    from handraise.hygiene.titles.words import words_of

    for table in (DOMAIN, STRONG, WEAK, LEVELS, OTHERS, PERHAPS_STUDENTS, STUDENTS):
        for rule in table.rules:
            said = [e.replace("*", "xyz") for e in rule.elements if e not in ("<", ">", "...")]
            title = " ".join("thing" if e == "_" else e for e in said)
            found = table.all([w.text for w in words_of(title)])
            assert found, (rule, title)


def test_a_very_long_text_is_read_at_its_beginning() -> None:
    assert read_title("CFO " + "of everything " * 100_000).seniority == "c_level"
