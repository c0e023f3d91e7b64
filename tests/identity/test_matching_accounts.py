"""Which account a row means, and which accounts are one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from benchmarks.lookalikes import accounts, firms, leads
from benchmarks.matching import merged_pairs, true_pairs

from handraise.identity.matching.accounts import (
    ANSWERS,
    CompanyMatch,
    MatchRules,
    Purpose,
    Relation,
    account_duplicates,
    match_companies,
)
from handraise.identity.matching.blocking import Caps
from handraise.identity.matching.companies import Company, companies
from handraise.identity.matching.weights import RESPECTS, Weights
from handraise.identity.proposals import Answer, Thresholds, proposals

ACME = Company("a1", "Acme Widgets Inc", "acmewidgets.com", country="US")


def matched(
    lead: Company, *references: Company, purpose: Purpose = Purpose.LEADS, groups: list[str] | None = None
) -> CompanyMatch:
    return match_companies(companies([lead]), companies(references), purpose=purpose, groups=groups).match(0)


def answered(lead: Company, *references: Company) -> tuple[Answer, str | None]:
    found = matched(lead, *references)
    return found.answer, found.account


def pair(one: Company, other: Company) -> tuple[Answer, Relation]:
    found = account_duplicates(companies([one, other]))
    if not len(found):
        return Answer.NONE, Relation.SAME
    return ANSWERS[found.answer[0]], found.relation(0)


@pytest.mark.parametrize(
    ("lead", "answer"),
    [
        (Company("l", "Acme Widgets", email="bob@acmewidgets.com"), Answer.MATCH),
        (Company("l", None, email="bob@acmewidgets.com"), Answer.MATCH),
        (Company("l", "something else", email="bob@sales.acmewidgets.com"), Answer.MATCH),
        (Company("l", "acme widgets", email="bob@gmail.com"), Answer.MATCH),
        (Company("l", "ACME WIDGETS, LLC", country="US"), Answer.MATCH),
        (Company("l", "Acme Wigdets", country="US"), Answer.MATCH),
        (Company("l", "Acme Widgets GmbH", country="DE"), Answer.ASK),
        (Company("l", "Acme Rockets", email="bob@gmail.com"), Answer.NONE),
        (Company("l", "Zenith Partners", email="bob@zenith.example.net"), Answer.NONE),
        (Company("l"), Answer.NONE),
    ],
)
def test_a_lead_is_matched_asked_about_or_left(lead: Company, answer: Answer) -> None:
    assert matched(lead, ACME).answer is answer


def test_every_answer_gives_its_evidence_in_words() -> None:
    best = matched(Company("l", "Acme Widgets", "www.acmewidgets.com"), ACME).candidates[0]
    assert [e.words for e in best.evidence] == [
        "same registrable domain `acmewidgets.com`",
        "name differs only in legal form (`Acme Widgets`, `Acme Widgets Inc`)",
    ]
    assert best.confidence > 0.99


def test_free_mail_never_matches_by_domain() -> None:
    free = Company("a1", "Foo", "gmail.com", email="info@gmail.com")
    assert answered(Company("l", "Quux", email="x@gmail.com"), free) == (Answer.NONE, None)


def test_two_accounts_that_fit_alike_are_asked_about() -> None:
    one, other = Company("a1", "Kestrelworks Inc"), Company("a2", "Kestrelworks Ltd")
    found = matched(Company("l", "Kestrelworks"), one, other)
    assert (found.answer, found.account, found.reason) == (Answer.ASK, None, "another account fits as well")
    assert [c.account for c in found.candidates] == ["a1", "a2"]


def test_accounts_known_to_be_one_do_not_compete() -> None:
    one, other = Company("a1", "Kestrelworks Inc"), Company("a2", "Kestrelworks")
    assert matched(Company("l", "Kestrelworks"), one, other, groups=["a1", "a1"]).answer is Answer.MATCH


def test_the_country_tells_namesakes_apart() -> None:
    one, other = Company("a1", "Kestrelworks", country="US"), Company("a2", "Kestrelworks", country="GB")
    assert answered(Company("l", "Kestrelworks", country="GB"), one, other) == (Answer.MATCH, "a2")


def test_a_record_that_fits_two_namesakes_joins_neither() -> None:
    rows = [
        Company("a1", "Kestrelworks", country="US"),
        Company("a2", "Kestrelworks", country="GB"),
        Company("a3", "Kestrelworks"),
    ]
    found = proposals(account_duplicates(companies(rows)).links())
    assert {one.answer for one in found} == {Answer.ASK}


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("Siemens Healthineers", "Siemens", Relation.PART_OF),
        ("Acme Widgets UK Ltd", "Acme Widgets Inc", Relation.BRANCH_OF),
        ("Acme Widgets", "Acme Widgets Germany", Relation.HAS_BRANCH),
        ("Acme Widgets UK", "Acme Widgets Germany", Relation.SISTER_OF),
        ("Acme Widgets GmbH", "Acme Widgets Inc", Relation.SISTER_OF),
        ("Nestbox by Acme Widgets", "Acme Widgets", Relation.PART_OF),
    ],
)
def test_parts_of_one_organisation_are_related_and_not_the_same(
    one: str, other: str, relation: Relation
) -> None:
    rows = Company("1", one, "acmewidgets.com"), Company("2", other, "acmewidgets.com")
    assert pair(*rows) == (Answer.ASK, relation)


def test_a_lead_who_names_a_branch_without_account_belongs_to_its_mails_account() -> None:
    lead = Company("l", "Acme Widgets UK Ltd", email="bob@acmewidgets.com")
    assert answered(lead, ACME) == (Answer.MATCH, "a1")
    assert matched(lead, ACME, purpose=Purpose.ACCOUNTS).answer is Answer.ASK


def test_a_lead_who_names_a_branch_with_an_account_is_not_given_to_the_parent() -> None:
    branch = Company("a2", "Acme Widgets UK Ltd")
    assert answered(Company("l", "Acme Widgets UK", email="bob@acmewidgets.com"), ACME, branch) == (
        Answer.ASK,
        None,
    )


def test_different_entries_of_a_register_forbid_to_join() -> None:
    rows = [
        Company("1", "Acme Widgets", "acmewidgets.com", register_id="HRB 1"),
        Company("2", "Acme Widgets", "acmewidgets.com", register_id="HRB 2"),
    ]
    assert not [
        one for one in proposals(account_duplicates(companies(rows)).links()) if one.answer is Answer.MATCH
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Deltatech 1", "Deltatech 2"),
        ("Delta Dental of Ohio", "Delta Dental of Iowa"),
        ("Bank of America", "Bank of Ireland"),
        ("Air France", "Air Canada"),
        ("Northern Foods", "Southern Foods"),
    ],
)
def test_names_that_look_alike_and_are_others_never_match(one: str, other: str) -> None:
    assert pair(Company("1", one), Company("2", other))[0] is not Answer.MATCH


@pytest.fixture(scope="module")
def world() -> tuple[list[Company], list[Company]]:
    found = firms(300, 3)
    return leads(found, 250, 3)[0], accounts(found, 3)[0]


def answers_by_id(wanted: list[Company], references: list[Company]) -> dict[str, tuple[int, str]]:
    found = match_companies(companies(wanted), companies(references))
    return {
        str(found.rows.ids[i]): (
            int(found.answer[i]),
            str(found.references.ids[found.account[i]]) if found.account[i] >= 0 else "",
        )
        for i in range(len(found))
    }


def test_the_order_of_rows_does_not_matter(world: tuple[list[Company], list[Company]]) -> None:
    wanted, references = world
    rng = random.Random(1)
    expected = answers_by_id(wanted, references)
    assert answers_by_id(rng.sample(wanted, len(wanted)), rng.sample(references, len(references))) == expected


def test_an_answer_does_not_depend_on_the_other_leads(world: tuple[list[Company], list[Company]]) -> None:
    wanted, references = world
    expected = answers_by_id(wanted, references)
    assert answers_by_id(wanted[:40], references) == {lead.id: expected[lead.id] for lead in wanted[:40]}


def test_adding_accounts_never_turns_a_match_into_another_account(
    world: tuple[list[Company], list[Company]],
) -> None:
    wanted, references = world
    before = answers_by_id(wanted, references)
    strangers = [a._replace(id=f"b{a.id}") for a in accounts(firms(300, 99), 99)[0]]
    after = answers_by_id(wanted, [*references, *strangers])
    moved = [
        i
        for i, (answer, account) in before.items()
        if answer == 2 and after[i][0] == 2 and after[i][1] != account
    ]
    assert not moved


def test_comparing_is_symmetric(world: tuple[list[Company], list[Company]]) -> None:
    _, references = world
    there = account_duplicates(companies(references))
    # Reversed ids turn every pair round.
    turned = account_duplicates(companies([a._replace(id=a.id[::-1]) for a in references]))
    scores = [
        {
            frozenset((str(d.companies.ids[a]), str(d.companies.ids[b]))): float(s)
            for a, b, s in zip(d.rows, d.others, d.score, strict=True)
        }
        for d in (there, turned)
    ]
    assert scores[0] == {frozenset(i[::-1] for i in pair): s for pair, s in scores[1].items()}


def test_what_is_merged_is_nearly_always_one() -> None:
    found = firms(1_500, 11)
    rows, truth = accounts(found, 11)
    merged = merged_pairs(proposals(account_duplicates(companies(rows)).links()), Answer.MATCH)
    wanted = true_pairs(truth)
    assert len(merged & wanted) / len(merged) >= 0.97
    assert len(merged & wanted) / len(wanted) >= 0.88


def test_thresholds_and_weights_are_arguments() -> None:
    lead = Company("l", "Acme Widgets", country="US")
    strict = MatchRules(thresholds=Thresholds(match=20.0, ask=15.0))
    assert match_companies(companies([lead]), companies([ACME]), strict).match(0).answer is Answer.NONE
    with pytest.raises(ValueError, match="above"):
        Thresholds(match=1.0, ask=2.0)


def test_every_respect_has_as_many_weights_as_levels() -> None:
    weights = Weights()
    assert all(isinstance(getattr(weights, respect), tuple) for respect in RESPECTS)


def test_an_id_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="`a1` stands in more than one row"):
        companies([ACME, ACME])


def test_nothing_is_matched_with_nothing() -> None:
    assert not len(match_companies(companies([]), companies([ACME])))
    assert matched(Company("l", "Acme")).answer is Answer.NONE
    assert not len(account_duplicates(companies([])))


def test_a_crowded_key_is_left_out_and_the_others_still_meet() -> None:
    crowd = [Company(f"c{i:03}", f"Kestrel Number{i:03}") for i in range(80)]
    rules = MatchRules(caps=Caps(loose=10))
    found = match_companies(companies([Company("l", "Kestrel Number007")]), companies(crowd), rules)
    assert found.match(0).account == "c007"
    assert found.n_pairs < 20


@pytest.mark.real_data
def test_applicants_are_merged_without_a_wrong_pair(real_data: Path) -> None:
    import csv

    with (real_data / "org_dedupe" / "patstat_company_names.csv").open(
        encoding="utf-8", errors="replace", newline=""
    ) as file:
        rows = list(csv.DictReader(file))[:600]
    truth = {row["person_id"]: row["leuven_id"] for row in rows}
    found = account_duplicates(companies([Company(row["person_id"], row["person_name"]) for row in rows]))
    merged = merged_pairs(proposals(found.links()), Answer.MATCH)
    assert len(merged & true_pairs(truth)) / len(merged) >= 0.99
