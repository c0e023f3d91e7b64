"""Interest in products, statuses in programs, two-stage offers, stages and firings without a history."""

from __future__ import annotations

from dataclasses import replace

from tests.spec.conftest import Ask
from tests.spec.words import IN, NOON, OUT, UNKNOWN, World, ago, days, playbook

from handraise.model.conditions import Fired, InterestedIn, OfferPiece, ReachedStatus, StageIs, TookOffer
from handraise.model.fields import Field
from handraise.model.lifecycle import Lifecycle, Stage
from handraise.model.products import Interest, Offer, Product, ProgramStatus, ProgramType

PRODUCTS = {
    "analytics": Product("analytics", "Analytics suite"),
    "billing": Product("billing", "Billing", ("Bill-Run",)),
}
STATUSES = (
    ProgramStatus("invited"),
    ProgramStatus("registered", "Signed up", on=("form",)),
    ProgramStatus("attended", success=True),
)
BOOK = replace(
    playbook(),
    products=PRODUCTS,
    interest=Interest(("page", "download"), 2, days(30)),
    programs={"webinar": ProgramType("webinar", STATUSES)},
    offers={"roi": Offer("roi", ("Checklist",), ("ROI guide",))},
    lifecycle=Lifecycle((Stage("MQL", on=("demo",)),)),
)
STATED = replace(BOOK, interest=replace(BOOK.interest, stated=Field("person", "product_interest")))
BILLING = InterestedIn("billing")


def test_interest_is_enough_acts_on_the_product_in_the_window(ask: Ask) -> None:
    """Two views on it are interest until the older one is thirty days old; views on another product do not count."""
    world = World().person("ann", "bob")
    world.did("ann", "page.viewed", product="billing", at=ago(30)).did(
        "ann", "page.viewed", product="BILL-RUN"
    )
    world.did("bob", "page.viewed", product="billing").did("bob", "page.viewed", product="analytics")
    assert ask(world, BILLING, NOON - 1, BOOK) == {"ann": IN, "bob": OUT}
    assert ask(world, BILLING, NOON, BOOK) == {"ann": OUT, "bob": OUT}


def test_an_act_is_on_the_product_of_its_asset_unless_it_names_its_own(ask: Ask) -> None:
    """As the asset was when the act was first visible."""
    world = World().person("ann", "bob").has("paper", "asset.product", "Billing", at=ago(10))
    for n in (1, 2):
        world.did("ann", "content.downloaded", asset="crm:paper", at=ago(n))
        world.did("bob", "content.downloaded", asset="crm:paper", product="analytics", at=ago(n))
    assert ask(world, BILLING, NOON, BOOK) == {"ann": IN, "bob": OUT}
    early = World().person("ann").has("paper", "asset.product", "billing", at=ago(10))
    for n in (11, 12):
        early.did("ann", "content.downloaded", asset="crm:paper", at=ago(n))
    assert ask(early, BILLING, NOON, BOOK) == {"ann": OUT}


def test_what_people_say_themselves_is_interest_too_and_unsaid_it_is_unknown(ask: Ask) -> None:
    """Says so: in. Says something else: out. Nobody asked: unknown, unless the acts are enough."""
    world = World().person("says", "else", "unasked", "acts")
    world.has("says", "person.product_interest", '["Bill-run", "analytics"]')
    world.has("else", "person.product_interest", '["analytics"]')
    for n in (1, 2):
        world.did("acts", "page.viewed", product="billing", at=ago(n))
    assert ask(world, BILLING, NOON, STATED) == {"says": IN, "else": OUT, "unasked": UNKNOWN, "acts": IN}


def _webinar(*names: str) -> World:
    return World().person(*names).has("spring", "program.type", "Webinar")


def test_a_later_status_includes_the_earlier_ones(ask: Ask) -> None:
    """Who attended has registered, by key or by label; who registered has not attended."""
    world = _webinar("ann", "bob")
    world.did("ann", "program.progressed", program="crm:spring", where={"status": "Attended"})
    world.did("bob", "program.progressed", program="crm:spring", where={"status": " signed UP"})
    assert ask(world, ReachedStatus("webinar", "registered"), NOON, BOOK) == {"ann": IN, "bob": IN}
    assert ask(world, ReachedStatus("webinar", "attended"), NOON, BOOK) == {"ann": IN, "bob": OUT}
    assert ask(world, ReachedStatus("webinar"), NOON, BOOK) == {"ann": IN, "bob": OUT}


def test_a_behaviour_moves_a_member_in_a_program_of_the_type(ask: Ask) -> None:
    """A form of the program registers; a form of no program, or of a program of unknown type, does not."""
    world = _webinar("ann", "bob", "eve")
    world.did("ann", "form.submitted", program="crm:spring").did("bob", "form.submitted")
    world.did("eve", "form.submitted", program="crm:fair")
    registered = ReachedStatus("webinar", "registered", within=days(7))
    assert ask(world, registered, NOON, BOOK) == {"ann": IN, "bob": OUT, "eve": OUT}


def test_one_program_may_be_named(ask: Ask) -> None:
    world = _webinar("ann").did("ann", "program.joined", program="crm:spring", where={"status": "invited"})
    assert ask(world, ReachedStatus("webinar", "invited", "CRM:Spring"), NOON, BOOK) == {"ann": IN}
    assert ask(world, ReachedStatus("webinar", "invited", "crm:autumn"), NOON, BOOK) == {"ann": OUT}


def test_an_offer_is_taken_piece_by_piece(ask: Ask) -> None:
    """The free piece, the gated one, and passing either on, are told apart."""
    world = World().person("free", "gated", "shared")
    world.did("free", "content.viewed", asset="checklist").did("gated", "form.submitted", asset=" ROI Guide")
    world.did("shared", "content.shared", asset="Checklist")
    for piece, who in ((OfferPiece.FREE, "free"), (OfferPiece.GATED, "gated"), (OfferPiece.SHARED, "shared")):
        answers = ask(world, TookOffer("roi", piece, days(7)), NOON, BOOK)
        assert [name for name, verdict in answers.items() if verdict is IN] == [who]


def test_a_decision_reads_what_has_happened_by_then(ask: Ask) -> None:
    """Whoever has come nowhere is in no stage, and nothing has fired: both are certain."""
    world = World().person("ann", "bob").did("ann", "form.submitted", where={"form": "demo"}, at=ago(2))
    in_mql = StageIs(("MQL",))
    assert ask(world, in_mql, NOON, BOOK) == {"ann": IN, "bob": OUT}
    assert ask(world, in_mql, ago(2) - 1, BOOK) == {"ann": OUT, "bob": OUT}
    assert ask(world, Fired(("calls",)), NOON, BOOK) == {"ann": OUT, "bob": OUT}
