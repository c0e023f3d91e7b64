"""Invented companies and people, drawn from word lists.

Nobody here exists: company names join made-up roots with a trade word, and every domain ends in
`.example`, which is reserved (RFC 2606) and can never receive mail.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

ROOT_BEGINNINGS = (
    "Alder", "Bracken", "Calver", "Dunmor", "Ever", "Fenna", "Garsdal", "Hather", "Ingle", "Jarro", "Kestre", "Linden",
    "Mersey", "Norvan", "Oakhur", "Penhal", "Quillan", "Rother", "Sedge", "Thorne", "Ulver", "Vantre", "Wharfe", "Yarro",
    "Ashby", "Birken", "Corran", "Drayle", "Elling", "Farrow", "Gretna", "Hollin", "Ivel", "Kelmar", "Lorne", "Marl",
)  # fmt: skip
ROOT_ENDINGS = (
    "wick", "holt", "mont", "stead", "ridge", "field", "combe", "well", "gate", "mere", "brook", "croft",
    "dale", "ford", "haven", "lake", "march", "port", "shaw", "vale", "ward", "worth", "brae", "crest",
)  # fmt: skip
TRADE_WORDS = {
    "manufacturing": ("Fabrication", "Castings", "Components", "Tooling", "Plastics", "Controls"),
    "logistics": ("Freight", "Haulage", "Distribution", "Warehousing", "Forwarding", "Transport"),
    "professional_services": ("Advisory", "Consulting", "Associates", "Surveyors", "Partners", "Actuaries"),
    "healthcare_non_clinical": ("Care Services", "Health Supplies", "Medical Billing", "Lab Logistics", "Facilities", "Wellbeing"),
}  # fmt: skip
LEGAL_FORMS = {"US": ("Inc.", "LLC", "Corp.", "Group"), "UK": ("Ltd", "Limited", "plc", "LLP")}
STATES = {
    "US": ("TX", "OH", "IL", "GA", "PA", "NC", "MI", "NJ", "TN", "MO"),
    "UK": ("England", "Scotland", "Wales", "Northern Ireland"),
}

FIRST_NAMES = (
    "Aisha", "Alan", "Amara", "Andrea", "Anita", "Beatriz", "Ben", "Bjorn", "Carla", "Cheng", "Chloe", "Colin", "Daniel",
    "Deepa", "Diego", "Eilidh", "Elena", "Emeka", "Erik", "Farid", "Fiona", "Gareth", "Giulia", "Grace", "Hannah",
    "Hassan", "Hiroshi", "Ines", "Isla", "Ivan", "Jamal", "Jana", "Joanna", "Jorge", "Karen", "Katarzyna", "Kenji",
    "Kwame", "Laura", "Leila", "Liam", "Lucia", "Marcus", "Maria", "Mei", "Meera", "Miguel", "Mohammed", "Nadia", "Nikhil",
    "Noor", "Olga", "Oliver", "Omar", "Paula", "Pedro", "Priya", "Rachel", "Rajesh", "Rosa", "Ruth", "Samuel", "Sanjay",
    "Sara", "Sean", "Sofia", "Stefan", "Tamara", "Thomas", "Uma", "Valerie", "Victor", "Wei", "Yasmin", "Yuki", "Zainab",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Abebe", "Adeyemi", "Ahmed", "Almeida", "Andersson", "Banerjee", "Barros", "Bauer", "Bennett", "Brandt",
    "Campbell", "Castillo", "Chandra", "Chen", "Cohen", "Costa", "Davies", "Delgado", "Desai", "Dubois", "Eriksen",
    "Evans", "Farah", "Ferreira", "Fischer", "Fletcher", "Gallagher", "Garcia", "Ghosh", "Gill", "Greene", "Gupta",
    "Haddad", "Hansen", "Hughes", "Hussain", "Ibrahim", "Ivanov", "Jensen", "Johansson", "Kaur", "Keller", "Khan", "Kim",
    "Kowalski", "Kumar", "Larsen", "Lee", "Lindqvist", "Lopez", "Mahmoud", "Malik", "Marino", "Mehta", "Mensah",
    "Meyer", "Mistry", "Moreau", "Morgan", "Mwangi", "Nakamura", "Nguyen", "Novak", "Nowak", "Obi", "Okafor", "Okoye",
    "Olsen", "Osei", "Owens", "Park", "Patel", "Pereira", "Petrov", "Quinn", "Rahman", "Ramos", "Reid", "Rossi", "Sato",
    "Schmidt", "Shah", "Sharma", "Silva", "Singh", "Svensson", "Tanaka", "Taylor", "Tran", "Turner", "Usman", "Vargas",
    "Vasquez", "Wagner", "Walsh", "Weber", "Wong", "Yilmaz", "Young", "Zhang", "Ziegler",
)  # fmt: skip
FREE_MAIL_DOMAINS = ("freemail.example", "postbox.example", "webmail.example")

# The raw world draws a person's title and seniority independently of each other (a "CFO" may be an
# individual contributor), so the title is chosen here from those that mean both.
TITLES = {
    ("vp_finance", "c_suite"): ("CFO", "Chief Financial Officer", "Group CFO"),
    ("vp_finance", "vp"): ("VP Finance", "VP of Finance", "Vice President, Finance"),
    ("vp_finance", "director"): ("Head of Finance", "Finance Director", "Director of Finance"),
    ("vp_finance", "manager"): ("Finance Manager", "Financial Planning Manager"),
    ("vp_finance", "individual_contributor"): ("Financial Analyst", "Senior Accountant", "Finance Business Partner"),
    ("ap_manager", "c_suite"): ("Chief Accounting Officer", "Chief Administrative Officer"),
    ("ap_manager", "vp"): ("VP Shared Services", "VP Finance Operations"),
    ("ap_manager", "director"): ("Director of Accounts Payable", "Head of Finance Operations"),
    ("ap_manager", "manager"): ("AP Manager", "Accounts Payable Manager", "Finance Operations Manager"),
    ("ap_manager", "individual_contributor"): ("AP Specialist", "Accounts Payable Clerk", "AP Analyst"),
    ("it_director", "c_suite"): ("CTO", "CIO", "Chief Information Officer"),
    ("it_director", "vp"): ("VP Engineering", "VP IT", "VP Information Systems"),
    ("it_director", "director"): ("IT Director", "Head of IT", "Director of Business Systems"),
    ("it_director", "manager"): ("IT Manager", "ERP Manager", "Systems Manager"),
    ("it_director", "individual_contributor"): ("Systems Analyst", "ERP Analyst", "Integration Engineer"),
    ("procurement_manager", "c_suite"): ("Chief Procurement Officer", "CPO"),
    ("procurement_manager", "vp"): ("VP Procurement", "VP Strategic Sourcing"),
    ("procurement_manager", "director"): ("Director of Procurement", "Head of Procurement", "Purchasing Director"),
    ("procurement_manager", "manager"): ("Procurement Manager", "Strategic Sourcing Manager", "Category Manager"),
    ("procurement_manager", "individual_contributor"): ("Buyer", "Senior Buyer", "Procurement Analyst"),
}  # fmt: skip


def draw(*key: object) -> random.Random:
    """A generator of its own for each thing drawn, so that adding one draw never moves another."""
    return random.Random(":".join(str(part) for part in key))


@dataclass
class NameBook:
    """Hands out company names and e-mail addresses, each once."""

    taken: set[str] = field(default_factory=set)
    roots: list[str] = field(default_factory=list)
    n_companies: int = 0

    def __post_init__(self) -> None:
        self.roots = [beginning + ending for beginning in ROOT_BEGINNINGS for ending in ROOT_ENDINGS]
        draw("company roots").shuffle(self.roots)

    def company(self, industry: str, region: str) -> tuple[str, str]:
        """A new company's name and domain."""
        chance = draw("company", self.n_companies)
        root = self.roots[self.n_companies % len(self.roots)]
        self.n_companies += 1
        trades = chance.sample(TRADE_WORDS[industry], len(TRADE_WORDS[industry]))
        trade = next((t for t in trades if _domain(root, t) not in self.taken), trades[0])
        domain = self._free(_domain(root, trade).removesuffix(".example"), ".example")
        return f"{root} {trade} {chance.choice(LEGAL_FORMS[region])}", domain

    def person(self, key: str, domain: str) -> tuple[str, str, str]:
        """A new person's first name, last name and e-mail address at `domain`."""
        chance = draw("person", key)
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        return first, last, self._free(f"{first}.{last}".lower(), f"@{domain}")

    def _free(self, stem: str, ending: str) -> str:
        """`stem + ending`, with a number after the stem when that is taken."""
        name, n = stem + ending, 1
        while name in self.taken:
            n += 1
            name = f"{stem}{n}{ending}"
        self.taken.add(name)
        return name


def _domain(root: str, trade: str) -> str:
    return f"{root}{trade}".lower().replace(" ", "") + ".example"
