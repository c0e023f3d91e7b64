"""What a real export contains that no simulation makes: a few, counted, listed in the README.

People are planted into the history; broken rows only into the files, each a row of its own, so that
setting it aside leaves nothing else orphaned.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from history import Company, History, Person, WebAct
from invented_names import draw
from salesforce_files import Ids, Row, numbered_id
from web_behaviour import NEW_LEAD, form_filled
from working_time import instant_on, working_day

FAR_POSITION = 1_000_000  # numbers of broken rows' ids, beyond every real one
DOWNLOADS = {
    "competitor": ("buyers-guide", "roi-workbook"),
    "student": ("ap-benchmark", "supplier-risk", "buyers-guide"),
    "duplicate": (),
}
N_DUPLICATES, N_DUPLICATES_IN_MARKETO = 6, 3


@dataclass(frozen=True)
class Planted:
    """A planted person, by kind."""

    kind: str
    person: Person


def plant_people(history: History) -> list[Planted]:
    planted = [
        *(Planted("competitor", p) for p in _competitors()),
        *(Planted("student", p) for p in _students()),
        Planted(
            "test lead",
            _person("mickey", _company("test", "Test"), "Mickey", "Mouse", "test@test.example", 150),
        ),
        *(Planted("formula", p) for p in _formulas()),
        Planted("accents", _accents()),
        *(Planted("duplicate", p) for p in _duplicates(history)),
    ]
    for item in planted:
        history.people.append(item.person)
        if item.person.in_marketo:
            history.web_acts.extend(_arrival(item))
    known = {id(c) for c in history.companies}
    for item in planted:
        if item.kind == "competitor" and id(item.person.company) not in known:
            known.add(id(item.person.company))
            history.companies.append(item.person.company)
    return planted


def _company(
    key: str, name: str, *, industry: str = "professional_services", type_: str = "Prospect"
) -> Company:
    created_at = datetime(2024, 3, 4, 15, 0, tzinfo=UTC)
    domain = f"{key}.example"
    return Company(
        f"planted/{key}", name, domain, industry, "US", "TX", None, None, None, True, created_at, 1, type_
    )


def _person(key: str, company: Company, first: str, last: str, email: str, day: int) -> Person:
    """A lead who fills a form on the first working day from `day` days after 2024-10-01."""
    on = working_day(date(2024, 10, 1) + timedelta(days=day))
    return Person(
        key=f"planted/{key}",
        company=company,
        first_name=first,
        last_name=last,
        title=None,
        email=email,
        phone=None,
        function=None,
        seniority=None,
        buyer_role=None,
        source="Web",
        rep=0,
        created_at=instant_on(on, company.region, f"planted/{key}"),
        company_as_typed=company.name,
        came_by="Web form fillout",
    )


def _competitors() -> list[Person]:
    procurio = _company("procurio", "Procurio Systems Inc.", industry="software", type_="Competitor")
    ledgerloop = _company("ledgerloop", "Ledgerloop Ltd", industry="software", type_="Competitor")
    people = [
        _person("competitor 1", procurio, "Dana", "Whitlock", "dana.whitlock@procurio.example", 61),
        _person("competitor 2", procurio, "Felix", "Arden", "felix.arden@procurio.example", 330),
        _person("competitor 3", ledgerloop, "Mona", "Castellan", "mona.castellan@ledgerloop.example", 560),
    ]
    titles = ("Product Manager", "Competitive Intelligence Lead", "Account Executive")
    return [
        replace(p, title=title, industry_as_typed="software") for p, title in zip(people, titles, strict=True)
    ]


def _students() -> list[Person]:
    university = _company("northfield-university", "Northfield University", industry="education")
    names = (("Ada", "Lund", 45), ("Tomas", "Rivera", 210), ("Hui", "Lin", 490))
    return [
        replace(
            _person(
                f"student {i}",
                university,
                first,
                last,
                f"{first}.{last}@student.northfield.example".lower(),
                day,
            ),
            title=("Student", "MBA student", "PhD candidate")[i],
            industry_as_typed="education",
        )
        for i, (first, last, day) in enumerate(names)
    ]


def _formulas() -> list[Person]:
    """What a spreadsheet would run on opening the file."""
    shady = _company("shady", '=HYPERLINK("http://shady.example","Invoice")')
    plain = _company("plainview", "Plainview Trading")
    return [
        _person("formula 1", plain, "Rob", "=cmd|' /C calc'!A0", "rob@plainview.example", 100),
        _person("formula 2", shady, "Sam", "Tester", "sam@shady.example", 401),
    ]


def _accents() -> Person:
    company = _company("munoz", "Muñoz & Søn Logistics")
    person = _person("accents", company, "Zoë", "Brontë-Núñez", "zoe.bronte@munoz.example", 275)
    return replace(person, title="Head of Procurement", seniority="director", function="procurement_manager")


def _duplicates(history: History) -> list[Person]:
    """Somebody types a person in again, with the same address in another case; half of them reach Marketo."""
    since, until = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    pool = [p for p in history.people if p.is_lead and p.email and since < p.created_at < until]
    chance, copies = draw("duplicates"), []
    for i, person in enumerate(chance.sample(sorted(pool, key=lambda p: p.key), N_DUPLICATES)):
        email = person.email or ""
        later = person.created_at + timedelta(days=7 * chance.randint(1, 8), minutes=chance.randint(5, 50))
        copies.append(
            replace(
                person,
                key=f"planted/duplicate {i}",
                email=email.upper()
                if i % 2
                else email.partition("@")[0].title() + "@" + email.partition("@")[2],
                source="Trade Show",
                created_at=later,
                company_as_typed=person.company.name.rpartition(" ")[0],
                came_by="salesforce.com",
                in_marketo=i < N_DUPLICATES_IN_MARKETO,
                working_at=None,
                converted_at=None,
                disqualified_at=None,
                unsubscribed_at=None,
                bounced_at=None,
            )
        )
    return copies


def _arrival(item: Planted) -> list[WebAct]:
    person = item.person
    source = (("Source Type", person.came_by),)
    acts = [WebAct(person, person.created_at, NEW_LEAD, None, "null", source)]
    for i, asset in enumerate(DOWNLOADS.get(item.kind, ("ap-benchmark",))):
        at = person.created_at + timedelta(minutes=3 * i)
        acts.append(form_filled(person, at, f"whitepaper-{asset}"))
    return acts


# -- broken rows -------------------------------------------------------------------------------------


def break_salesforce(tables: dict[str, list[Row]]) -> list[tuple[str, str]]:
    """Adds one unreadable row each to leads, contacts and tasks; says what it did."""
    _insert(tables["Lead"], Id=numbered_id("Lead", FAR_POSITION), LastName="Broken", Email="broken@broken.example",
            IsConverted="false", Status="Open - Not Contacted", ConvertedDate="", ConvertedAccountId="",
            ConvertedContactId="", ConvertedOpportunityId="", CreatedDate="31/02/2025 25:61")  # fmt: skip
    _insert(tables["Contact"], Id="", LastName="Idless", Email="idless@broken.example")
    _insert(
        tables["Task"],
        Id=numbered_id("Task", FAR_POSITION),
        ActivityDate="2025-13-45",
        CreatedDate="yesterday",
    )
    return [
        ("salesforce/Lead.csv", "unparseable CreatedDate"),
        ("salesforce/Contact.csv", "missing Id"),
        ("salesforce/Task.csv", "unparseable ActivityDate and CreatedDate"),
    ]


def break_marketo(months: dict[str, list[Row]]) -> list[tuple[str, str]]:
    """Adds an unreadable instant, a missing person, and one row sent twice."""
    undated, nobody, twice = sorted(months)[2], sorted(months)[5], sorted(months)[8]
    _insert(months[undated], marketoGUID="990000001", activityDate="not a date")
    _insert(months[nobody], marketoGUID="990000002", leadId="null")
    _insert(months[twice])
    return [
        (f"marketo/activities_{undated}.csv", "unparseable activityDate"),
        (f"marketo/activities_{nobody}.csv", "missing leadId"),
        (f"marketo/activities_{twice}.csv", "the same row twice"),
    ]


def _insert(rows: list[Row], **broken: str) -> None:
    """Copies the middle row, breaks it, and puts it after the original."""
    middle = len(rows) // 2
    rows.insert(middle + 1, rows[middle] | broken)


def planted_table(planted: list[Planted], ids: Ids) -> list[tuple[str, str, str]]:
    """Kind, lead id and e-mail address of every planted person that made it into the export."""
    by_kind: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for item in planted:
        if item.person.key in ids.leads:
            by_kind[item.kind].append((item.kind, ids.leads[item.person.key], item.person.email or ""))
    return [row for rows in by_kind.values() for row in rows]
