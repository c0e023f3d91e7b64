"""One seed of the leadforge world, told as one quarter of a company's history.

What the raw world leaves open is drawn here, from seeds: times of day, names, the pages of a session,
the stages between a deal's first and last. Two of its hidden traits are used, each only for what it
stands for: `latent_problem_awareness` for who asks to talk to sales, `latent_engagement_propensity`
for who opens mail and accepts invitations. No outcome decides what a person does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from deals import company_has_won, tell_deal
from history import Company, Deal, History, Person, Role, SalesContact
from invented_names import FREE_MAIL_DOMAINS, STATES, TITLES, NameBook, draw
from leadforge.api.generator import Generator
from programs import Programs
from web_behaviour import WebBehaviour
from working_time import WORLD_STARTS_ON, LeadClock, Quarter, created_on, instant_on, working_day

T = TypeVar("T")

RECIPE = "b2b_saas_procurement_v1"
CONTACTS_PER_ACCOUNT = 2.8  # the recipe's own ratio: 1,500 accounts, 4,200 contacts
LEADS_PER_CONTACT = 0.60  # fewer than the recipe's: a database holds many names that never came by

# What life leaves out, as shares of what happened: no rep logs everything, research leaves blanks.
LOGGED = {"connected": 0.16, "meeting_set": 0.16, "demo_completed": 0.16, "no_answer": 0.05, "left_voicemail": 0.05}  # fmt: skip
LOGGED_TOUCH = 0.06
UNKNOWN = {"employees": 0.15, "revenue": 0.20, "maturity": 0.18, "website": 0.08}
UNKNOWN_OF_PERSON = {"title": 0.06, "seniority": 0.20, "function": 0.17, "buyer_role": 0.24}
UNKNOWN_ON_LEAD = {"industry": 0.18, "employees": 0.25}
HAS_PHONE, DO_NOT_CALL = 0.45, 0.015
COMPANY_TYPED_FREELY = 0.10
ON_A_BOUGHT_LIST = 0.90  # of the world's contacts who never became a lead
FOUND_ON_A_LIST = 0.40  # of the leads whom reps approached
MAIN_CONTACT_HAS_ROLE, ROLE_IS_NAMED, SECOND_ROLE = 0.85, 0.75, 0.22

EMPLOYEES = {"200-499": (200, 499), "500-999": (500, 999), "1000-1999": (1000, 1999), "2000+": (2000, 6000)}
REVENUE_MUSD = {"$1M-$10M": (1, 10), "$10M-$50M": (10, 50), "$50M-$200M": (50, 200), "$200M+": (200, 900)}
SOURCES = {"sdr_outbound": "SDR Outbound", "partner_referral": "Partner Referral", "inbound_marketing": "Web"}
ROLE_NAMES = {
    "economic_buyer": "Economic Buyer",
    "champion": "Influencer",
    "technical_evaluator": "Technical Buyer",
    "end_user": "Business User",
}


def raw_world(seed: int, n_accounts: int) -> Any:
    n_contacts = round(n_accounts * CONTACTS_PER_ACCOUNT)
    generator = Generator.from_recipe(
        RECIPE,
        seed=seed,
        exposure_mode="research_instructor",
        n_accounts=n_accounts,
        n_contacts=n_contacts,
        n_leads=round(n_contacts * LEADS_PER_CONTACT),
    )
    return generator.generate()


class ToldWorld:
    """Tells one seed's world into a `History`, as the business of one quarter."""

    def __init__(self, seed: int, n_accounts: int, quarter: Quarter, names: NameBook, programs: Programs):
        world = raw_world(seed, n_accounts)
        self.seed, self.quarter, self.names, self.programs = seed, quarter, names, programs
        self.raw = world.simulation_result
        self.raw_accounts = {a.account_id: a for a in world.population.accounts}
        self.raw_contacts = {c.contact_id: c for c in world.population.contacts}
        self.traits = world.population.latent_state.contact_latents
        self.touches = _by_lead(self.raw.touches)
        self.sessions = _by_lead(self.raw.sessions)
        self.sales_activities = _by_lead(self.raw.sales_activities)
        self.opportunities = {o.lead_id: o for o in self.raw.opportunities}
        customers = {c.opportunity_id: c.customer_id for c in self.raw.customers}
        plans = {s.customer_id: s.plan_name for s in self.raw.subscriptions}
        self.plans = {opportunity_id: plans[customer_id] for opportunity_id, customer_id in customers.items()}
        self.history = History()
        self.companies: dict[str, Company] = {}

    def tell(self) -> History:
        for raw in self.raw_accounts.values():
            self.companies[raw.account_id] = self._company(raw)
        self.history.companies.extend(self.companies.values())
        led: set[str] = set()
        for lead in self.raw.leads:
            if lead.contact_id not in led:  # a person's further leads would only be duplicates of the first
                led.add(lead.contact_id)
                self._tell_lead(lead)
        self._tell_roles()
        for contact_id in sorted(self.raw_contacts.keys() - led):
            self._tell_contact_without_lead(contact_id)
        return self.history

    def key(self, raw_id: str) -> str:
        return f"{self.seed}/{raw_id}"

    # -- companies and people ------------------------------------------------------------------------

    def _company(self, raw: Any) -> Company:
        key = self.key(raw.account_id)
        chance = draw("company facts", key)
        name, domain = self.names.company(raw.industry, raw.region)
        low, high = REVENUE_MUSD[raw.estimated_revenue_band]
        on = date.fromisoformat(raw.created_at) + (self.quarter.starts_on - WORLD_STARTS_ON)
        return Company(
            key=key,
            name=name,
            domain=domain,
            industry=raw.industry,
            region=raw.region,
            state=chance.choice(STATES[raw.region]),
            employees=_known(self._employees(raw), UNKNOWN["employees"], "employees", key),
            revenue_usd=_known(
                chance.randint(low * 10, high * 10) * 100_000, UNKNOWN["revenue"], "revenue", key
            ),
            maturity=_known(raw.process_maturity_band, UNKNOWN["maturity"], "maturity", key),
            has_website=_known(True, UNKNOWN["website"], "website", key) is not None,
            created_at=instant_on(working_day(on), raw.region, f"{key}/created"),
            rep=chance.randint(1, 10),
        )

    def _employees(self, raw_account: Any) -> int:
        return draw("employees", self.key(raw_account.account_id)).randint(
            *EMPLOYEES[raw_account.employee_band]
        )

    def _person(self, contact: Any, source: str, rep: int, created_at: datetime) -> Person:
        key, company = self.key(contact.contact_id), self.companies[contact.account_id]
        raw_account = self.raw_accounts[contact.account_id]
        first, last, email = self.names.person(key, _mail_domain(contact, company, key))
        chance = draw("person facts", key)
        title = chance.choice(TITLES[contact.role_function, contact.seniority])
        return Person(
            key=key,
            company=company,
            first_name=first,
            last_name=last,
            title=_known(title, UNKNOWN_OF_PERSON["title"], "title", key),
            email=email,
            phone=_phone(company.region, key) if chance.random() < HAS_PHONE else None,
            function=_known(contact.role_function, UNKNOWN_OF_PERSON["function"], "function", key),
            seniority=_known(contact.seniority, UNKNOWN_OF_PERSON["seniority"], "seniority", key),
            buyer_role=_known(contact.buyer_role, UNKNOWN_OF_PERSON["buyer_role"], "buyer role", key),
            source=source,
            rep=rep,
            created_at=created_at,
            company_as_typed=_typed_company(company.name, key),
            industry_as_typed=_known(company.industry, UNKNOWN_ON_LEAD["industry"], "typed industry", key),
            employees_as_typed=_known(
                self._employees(raw_account), UNKNOWN_ON_LEAD["employees"], "typed employees", key
            ),
            do_not_call=draw("do not call", key).random() < DO_NOT_CALL,
        )

    def _web(self, person: Person, contact_id: str) -> WebBehaviour:
        traits = self.traits[contact_id]
        return WebBehaviour(
            person,
            self.programs,
            awareness=traits["latent_problem_awareness"],
            engagement=traits["latent_engagement_propensity"],
        )

    # -- leads ---------------------------------------------------------------------------------------

    def _tell_lead(self, lead: Any) -> None:
        contact, raw_created = self.raw_contacts[lead.contact_id], date.fromisoformat(lead.lead_created_at)
        key, region = self.key(lead.lead_id), self.companies[lead.account_id].region
        clock = LeadClock(
            raw_created, created_on(raw_created, self.quarter, key), region, phase=draw("phase", key).random()
        )
        created_at = instant_on(clock.created_on, region, f"{key}/created", closes=time(16, 0))
        person = self._person(contact, _lead_source(lead, key), int(lead.owner_rep_id[4:]), created_at)
        self.history.people.append(person)

        deal = self._tell_lead_deal(lead, person, clock)
        self._tell_sales_contacts(lead, person, clock)
        if deal is None and lead.current_stage == "closed_lost":
            person.disqualified_at = self._given_up_at(lead, person, clock)
        self._tell_web(lead, person, clock, deal.opened_at if deal else None)

    def _tell_lead_deal(self, lead: Any, person: Person, clock: LeadClock) -> Deal | None:
        raw = self.opportunities.get(lead.lead_id)
        if raw is None:
            return None
        deal = tell_deal(self.key(raw.opportunity_id), raw, person, clock, self.plans.get(raw.opportunity_id))
        person.converted_at = deal.opened_at
        self.history.deals.append(deal)
        return deal

    def _tell_sales_contacts(self, lead: Any, person: Person, clock: LeadClock) -> None:
        first_at: datetime | None = None
        for raw in sorted(
            self.sales_activities[lead.lead_id], key=lambda a: (a.activity_timestamp, a.activity_id)
        ):
            key = self.key(raw.activity_id)
            at = clock.at(date.fromisoformat(raw.activity_timestamp), key, person.created_at)
            is_logged = first_at is None or draw("logged", key).random() < LOGGED[raw.activity_outcome]
            first_at = at if first_at is None else min(first_at, at)
            if is_logged:
                self.history.sales_contacts.append(
                    SalesContact(
                        person, at, raw.activity_type, is_inbound=False, outcome=raw.activity_outcome
                    )
                )
        if first_at is not None and (person.converted_at is None or first_at < person.converted_at):
            person.working_at = first_at

    def _given_up_at(self, lead: Any, person: Person, clock: LeadClock) -> datetime:
        """The raw world keeps no day for a lead lost before an opportunity; a few days after its last event."""
        seen = [t.touch_timestamp for t in self.touches[lead.lead_id]]
        seen += [s.session_timestamp for s in self.sessions[lead.lead_id]]
        seen += [a.activity_timestamp for a in self.sales_activities[lead.lead_id]]
        last = date.fromisoformat(max(seen, default=lead.lead_created_at))
        days = draw("given up", person.key).randint(1, 10)
        after = person.working_at or person.created_at
        return clock.at(last + timedelta(days=days), f"{person.key}/given up", after)

    def _tell_web(self, lead: Any, person: Person, clock: LeadClock, opened_at: datetime | None) -> None:
        web = self._web(person, lead.contact_id)
        if lead.lead_source == "inbound_marketing":
            web.arrive_by_form()
        else:
            web.arrive_by("salesforce.com")
        timed = [
            (clock.at(date.fromisoformat(t.touch_timestamp), self.key(t.touch_id), person.created_at), t)
            for t in self.touches[lead.lead_id]
        ]
        for at, touch in sorted(timed, key=lambda pair: (pair[0], pair[1].touch_id)):
            self._tell_touch(touch, person, at, web)
        for raw in self.sessions[lead.lead_id]:
            at = clock.at(
                date.fromisoformat(raw.session_timestamp), self.key(raw.session_id), person.created_at
            )
            web.visit(raw, at, self.key(raw.session_id), opened_at)
        self.history.web_acts.extend(web.acts)
        self.history.memberships.extend(web.memberships.values())

    def _tell_touch(self, touch: Any, person: Person, at: datetime, web: WebBehaviour) -> None:
        is_inbound, key = touch.touch_direction == "inbound", self.key(touch.touch_id)
        if touch.touch_type == "content_download":
            web.download(at, key) if is_inbound else web.offer_content(at, key)
        elif touch.touch_type == "webinar":
            web.register(at, key) if is_inbound else web.be_invited(at, key)
        elif touch.touch_type == "email" and is_inbound:
            web.get_mail(at, key)
        elif draw("logged touch", key).random() < LOGGED_TOUCH:
            kind = "linkedin" if touch.touch_type == "linkedin_message" else touch.touch_type
            outcome = draw("touch outcome", key).choice(("connected", "no_answer", "left_voicemail"))
            self.history.sales_contacts.append(SalesContact(person, at, kind, is_inbound, outcome))

    # -- the rest of the buying group ----------------------------------------------------------------

    def _tell_roles(self) -> None:
        """The lead's own role, and now and then a colleague's; many deals never get one."""
        colleagues: dict[str, list[Person]] = defaultdict(list)
        for person in self.history.people:
            colleagues[person.company.key].append(person)
        for deal in self.history.deals:
            chance = draw("roles", deal.key)
            if chance.random() < MAIN_CONTACT_HAS_ROLE:
                self._tell_role(deal, deal.person, deal.opened_at, is_primary=True)
            others = [p for p in colleagues[deal.person.company.key] if p is not deal.person]
            if others and chance.random() < SECOND_ROLE:
                other = chance.choice(others)
                on = working_day(deal.opened_at.date(), chance.randint(2, 14))
                at = instant_on(on, other.company.region, f"{deal.key}/second role", deal.opened_at)
                if other.contact_at is not None and other.contact_at < at:
                    self._tell_role(deal, other, at, is_primary=False)

    def _tell_role(self, deal: Deal, person: Person, at: datetime, *, is_primary: bool) -> None:
        raw_role = self.raw_contacts[person.key.partition("/")[2]].buyer_role
        is_named = draw("role name", deal.key, person.key).random() < ROLE_IS_NAMED
        name = ROLE_NAMES[raw_role] if is_named else ""
        self.history.roles.append(Role(deal.key, person, name, is_primary, at))

    def _tell_contact_without_lead(self, contact_id: str) -> None:
        """On a bought list, or a colleague whom the customer team met, or unknown to us."""
        contact, key = self.raw_contacts[contact_id], self.key(contact_id)
        if draw("on a bought list", key).random() < ON_A_BOUGHT_LIST:
            self._tell_bought(contact, key)
            return
        won_at = company_has_won(self.history.deals, self.companies[contact.account_id])
        if won_at is None:
            return
        chance = draw("customer contact", key)
        on = working_day(won_at.date() + timedelta(days=chance.randint(1, 30)))
        at = instant_on(on, self.companies[contact.account_id].region, key, after=won_at)
        person = self._person(contact, "Customer Success", chance.randint(1, 10), at)
        person.is_lead, person.in_marketo = False, False
        self.history.people.append(person)

    def _tell_bought(self, contact: Any, key: str) -> None:
        program, chance = self.programs.by_key[f"list/{self.quarter.name}"], draw("bought", key)
        at = datetime.combine(program.starts_on, time(15, 15), UTC) + timedelta(
            seconds=chance.randint(0, 240)
        )
        person = self._person(contact, "Purchased List", 0, at)
        if contact.email_domain_type == "unknown":
            person.email = None
        self.history.people.append(person)
        web = self._web(person, contact.contact_id)
        web.arrive_by("List import")
        web.join(program, [(at, "Sent", False)], is_logged=False)
        for number, days in enumerate((7, 28)[: chance.choice((1, 1, 1, 2))]):
            on = working_day(program.starts_on + timedelta(days=days))
            web.get_cold_mail(
                instant_on(on, person.company.region, f"{key}/mail {number}"), f"{key}/mail {number}"
            )
        self.history.web_acts.extend(web.acts)
        self.history.memberships.extend(web.memberships.values())


def _lead_source(lead: Any, key: str) -> str:
    if lead.lead_source == "sdr_outbound" and draw("found on a list", key).random() < FOUND_ON_A_LIST:
        return "Purchased List"
    return SOURCES[lead.lead_source]


def _by_lead(rows: Iterable[Any]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.lead_id].append(row)
    return grouped


def _known(value: T, unknown_share: float, what: str, key: str) -> T | None:
    return None if draw("unknown", what, key).random() < unknown_share else value


def _mail_domain(contact: Any, company: Company, key: str) -> str:
    if contact.email_domain_type == "personal":
        return draw("free mail", key).choice(FREE_MAIL_DOMAINS)
    if contact.email_domain_type == "unknown":  # a parent's or an agency's, which the CRM does not know
        return f"{company.domain.removesuffix('.example')[:7]}-holdings.example"
    return company.domain


def _phone(region: str, key: str) -> str:
    """From the ranges that regulators reserve for fiction: 555-01xx and 020 7946 0xxx."""
    chance = draw("phone", key)
    if region == "US":
        return f"+1 {chance.choice((212, 312, 404, 512, 614))}-555-01{chance.randint(0, 99):02}"
    return f"+44 20 7946 0{chance.randint(0, 999):03}"


def _typed_company(name: str, key: str) -> str:
    """The company as the form was filled: mostly right, now and then without its legal form or in capitals."""
    chance = draw("typed company", key)
    if chance.random() >= COMPANY_TYPED_FREELY:
        return name
    bare = name.rpartition(" ")[0]
    return chance.choice((bare, bare.upper(), bare.lower(), f"{bare} "))
