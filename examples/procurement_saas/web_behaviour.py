"""What one person does on the web and in the mail, as marketing automation would log it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from history import Membership, Person, Program, WebAct
from invented_names import draw
from programs import (
    ASSETS,
    COLD_MAILING,
    FORMS,
    MAILINGS,
    NURTURE_MAILINGS,
    OFFER_MAILING,
    Programs,
    starts_at,
)

# Marketo's activity type ids
VISIT, FORM, NEW_LEAD, STATUS = 1, 2, 12, 104
DELIVERED, BOUNCED, UNSUBSCRIBED, OPENED, CLICKED = 7, 8, 9, 10, 11

IS_SENT_BY_MARKETING = 0.35  # of outbound invitations and offers: the others go by a rep's own mailbox
IS_TRACKED = 0.45  # of sessions: the others refused the cookie
MOST_VIEWS_OF_A_SESSION = 3
BOUNCES_COLD, UNSUBSCRIBES, CLICKS_IF_OPENED = 0.04, 0.006, 0.25
ATTENDS_IF_REGISTERED = 0.55
PAGES = {
    "/": 12, "/product": 14, "/product/ap-automation": 10, "/product/procurement": 10, "/customers": 8,
    "/integrations": 8, "/resources": 8, "/blog/three-way-match": 7, "/blog/month-end-close": 7,
    "/blog/supplier-onboarding": 6, "/about": 5, "/careers": 2, "/pricing": 0, "/demo": 0,
}  # fmt: skip
PAGE_IDS = {page: 201 + i for i, page in enumerate(PAGES)}
LANDING_PAGES = {"website": "/", "pricing_page": "/pricing", "demo_page": "/demo"}
FORM_PAGES = {
    "demo-request": "/demo", "contact-sales": "/contact", "newsletter": "/blog", "webinar-registration": "/webinars",
}  # fmt: skip

Step = tuple[datetime, str, bool]


def form_filled(person: Person, at: datetime, form: str) -> WebAct:
    page = FORM_PAGES.get(form, f"/resources/{form.removeprefix('whitepaper-')}")
    return WebAct(person, at, FORM, 301 + FORMS.index(form), form, (("Webpage URL", page),))


class WebBehaviour:
    """Collects one person's activities and program memberships; traits are shares between 0 and 1."""

    def __init__(self, person: Person, programs: Programs, *, awareness: float, engagement: float) -> None:
        self.person, self.programs = person, programs
        self.asks = 0.05 + 0.30 * awareness
        self.opens = 0.12 + 0.35 * engagement
        self.accepts = 0.04 + 0.16 * engagement
        self.has_asked = False
        self.acts: list[WebAct] = []
        self.memberships: dict[str, Membership] = {}

    # -- becoming known ------------------------------------------------------------------------------

    def arrive_by(self, how: str) -> None:
        self.person.came_by = how
        self._act(self.person.created_at, NEW_LEAD, None, "null", ("Source Type", how))

    def arrive_by_form(self) -> None:
        """An inbound lead is known from the first form it fills."""
        person, chance = self.person, draw("first form", self.person.key)
        self.arrive_by("Web form fillout")
        if chance.random() < self.asks:
            self.ask_for_sales(
                person.created_at, chance.choices(("demo-request", "contact-sales"), (7, 3))[0]
            )
            return
        kind = chance.choices(("content", "webinar", "newsletter"), (55, 27, 18))[0]
        if kind == "content":
            self.download(person.created_at, f"{person.key}/first form")
        elif kind == "webinar":
            person.source = "Webinar"
            self.register(person.created_at, f"{person.key}/first form")
        else:
            self._fill(person.created_at, "newsletter")

    # -- forms and programs --------------------------------------------------------------------------

    def ask_for_sales(self, at: datetime, form: str) -> None:
        self.has_asked = True
        self._fill(at, form)
        self.join(self.programs.by_key["website"], [(at, "Filled-out Form", True)])

    def download(self, at: datetime, key: str) -> None:
        asset = draw("asset", key).choice(ASSETS)
        self._fill(at, f"whitepaper-{asset}")
        self.join(self.programs.by_key[f"content/{asset}"], [(at, "Filled-out Form", True)])

    def register(self, at: datetime, key: str) -> None:
        webinar = self.programs.webinar_after(at)
        if webinar.key not in self.memberships:
            self._fill(at, "webinar-registration")
            self.join(webinar, [(at, "Registered", False), self._shows_up(webinar, key)])

    def be_invited(self, at: datetime, key: str) -> None:
        webinar, chance = self.programs.webinar_after(at), draw("invited", key)
        if webinar.key in self.memberships or chance.random() >= IS_SENT_BY_MARKETING:
            return
        steps: list[Step] = [(at, "Invited", False)]
        registers_at = at + timedelta(minutes=chance.randint(10, 50))
        if chance.random() < self.accepts:
            self._fill(registers_at, "webinar-registration")
            steps += [(registers_at, "Registered", False), self._shows_up(webinar, key)]
        self.join(webinar, steps)

    def _shows_up(self, webinar: Program, key: str) -> Step:
        starts, chance = starts_at(webinar), draw("shows up", key)
        if chance.random() < ATTENDS_IF_REGISTERED:
            return starts + timedelta(seconds=chance.randint(0, 900)), "Attended", True
        return starts + timedelta(minutes=75, seconds=chance.randint(0, 60)), "No Show", False

    def join(self, program: Program, steps: list[Step], *, is_logged: bool = True) -> None:
        """Joins once. The log of status changes is kept for webinars, the programs that have a way to go."""
        if program.key in self.memberships:
            return
        self.memberships[program.key] = Membership(self.person, program, tuple(steps))
        old = "Not in Program"
        for at, status, success in steps if is_logged and program.type == "Webinar" else ():
            self._act(
                at,
                STATUS,
                program.id,
                program.name,
                ("Old Status", old),
                ("New Status", status),
                ("Success", success),
            )
            old = status

    def _fill(self, at: datetime, form: str) -> None:
        self.acts.append(form_filled(self.person, at, form))

    # -- mail ----------------------------------------------------------------------------------------

    def get_mail(self, at: datetime, key: str) -> None:
        self._mail(at, key, draw("mailing", key).choice(NURTURE_MAILINGS), self.opens)

    def get_cold_mail(self, at: datetime, key: str) -> None:
        if self.person.email is None:
            return
        if self.person.bounced_at is None and draw("bounces", key).random() < BOUNCES_COLD:
            self.person.bounced_at = at
            self._act(
                at,
                BOUNCED,
                401 + MAILINGS.index(COLD_MAILING),
                COLD_MAILING,
                ("Category", 2),
                ("Details", "550 unknown user"),
            )
        self._mail(at, key, COLD_MAILING, 0.4 * self.opens)

    def offer_content(self, at: datetime, key: str) -> None:
        """We send a piece; whoever clicks may fill its form."""
        if draw("offer", key).random() >= IS_SENT_BY_MARKETING:
            return
        clicked_at = self._mail(at, key, OFFER_MAILING, self.opens)
        if clicked_at is not None and draw("takes the offer", key).random() < 3 * self.accepts:
            self._fill(clicked_at + timedelta(seconds=70), "whitepaper-buyers-guide")
            self.join(
                self.programs.by_key["content/buyers-guide"],
                [(clicked_at + timedelta(seconds=70), "Filled-out Form", True)],
            )

    def _mail(self, at: datetime, key: str, mailing: str, opens: float) -> datetime | None:
        """Delivers, and says when the person clicked."""
        stopped = (self.person.unsubscribed_at, self.person.bounced_at)
        if any(since is not None and at >= since for since in stopped):
            return None
        chance, mailing_id = draw("mail", key), 401 + MAILINGS.index(mailing)
        self._act(at, DELIVERED, mailing_id, mailing)
        opened_at = at + timedelta(seconds=chance.randint(120, 2 * 3600))
        if chance.random() < UNSUBSCRIBES:
            self.person.unsubscribed_at = self.person.unsubscribed_at or opened_at
            self._act(opened_at, UNSUBSCRIBED, mailing_id, mailing)
            return None
        if chance.random() >= opens:
            return None
        self._act(opened_at, OPENED, mailing_id, mailing, ("Is Mobile Device", chance.random() < 0.3))
        if chance.random() >= CLICKS_IF_OPENED:
            return None
        clicked_at = opened_at + timedelta(seconds=chance.randint(5, 90))
        self._act(clicked_at, CLICKED, mailing_id, mailing, ("Link", "/resources"))
        return clicked_at

    # -- the site ------------------------------------------------------------------------------------

    def visit(self, raw: Any, at: datetime, key: str, opened_at: datetime | None) -> None:
        """A session, if tracked, page by page; before a deal is open a look at the demo page may end in a request."""
        chance = draw("session", key)
        if chance.random() >= IS_TRACKED:
            return
        generic = [page for page, weight in PAGES.items() if weight]
        pages = [LANDING_PAGES[raw.session_type]]
        pages += ["/pricing"] * raw.pricing_page_views + ["/demo"] * raw.demo_page_views
        n_others = max(raw.page_views - len(pages), 0)
        pages = (pages + chance.choices(generic, [PAGES[p] for p in generic], k=n_others))[
            :MOST_VIEWS_OF_A_SESSION
        ]
        first, *others = pages
        chance.shuffle(others)
        seconds = sorted(chance.randint(5, raw.session_duration_seconds) for _ in others)
        for page, second in zip([first, *others], [0, *seconds], strict=True):
            self._act(at + timedelta(seconds=second), VISIT, PAGE_IDS[page], page, ("Webpage URL", page))
        has_deal = opened_at is not None and opened_at <= at
        if (
            raw.session_type == "demo_page"
            and not self.has_asked
            and not has_deal
            and chance.random() < self.asks
        ):
            self.ask_for_sales(
                at + timedelta(seconds=max([0, *seconds]) + chance.randint(40, 120)), "demo-request"
            )

    def _act(
        self,
        at: datetime,
        type_id: int,
        value_id: int | None,
        value: str,
        *attributes: tuple[str, str | int | bool],
    ) -> None:
        self.acts.append(WebAct(self.person, at, type_id, value_id, value, attributes))
