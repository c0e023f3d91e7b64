"""Countries and states as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.hygiene.country_names import COUNTRIES, STATES
from handraise.hygiene.places import country_of, state_of


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("US", ["USA", "U.S.", "us", "United States", "United States of America", "America", "Estados Unidos", "Vereinigte Staaten", "The United States"]),
        ("GB", ["UK", "U.K.", "England", "Scotland", "Northern Ireland", "Great Britain", "Royaume-Uni", "Vereinigtes Königreich"]),
        ("DE", ["Germany", "Deutschland", "Allemagne", "DEU", "Alemania", "Federal Republic of Germany", " germany "]),
        ("NL", ["Holland", "The Netherlands", "Netherlands", "Niederlande", "Pays-Bas"]),
        ("KR", ["Korea", "South Korea", "Korea, Republic of", "Republic of Korea"]),
        ("KP", ["North Korea", "DPRK"]),
        ("CI", ["Côte d'Ivoire", "Ivory Coast", "Cote d’Ivoire"]),
        ("TZ", ["Tanzania", "Tanzania, United Republic of", "United Republic of Tanzania"]),
        ("CD", ["DR Congo", "Congo (DRC)"]),
        ("TR", ["Turkey", "Türkiye", "TÜRKİYE"]),
        ("NE", ["Niger"]), ("NG", ["Nigeria"]), ("GE", ["Georgia"]), ("IE", ["Ireland", "Éire"]), ("XK", ["Kosovo"]),
        (None, ["Congo", "Europe", "EMEA", "Narnia", "Germny", "Kore", "", "-", "N/A", "Select", "x" * 5000, "Virgin Islands"]),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_names_and_never_guessed(code: str | None, names: list[str]) -> None:
    assert {name: country_of(name) for name in names} == dict.fromkeys(names, code)


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [
        ("US", "CA", "US-CA"), ("US", "california", "US-CA"), ("US", "US-CA", "US-CA"), ("US", "Calif.", "US-CA"), ("us", "Mass.", "US-MA"), ("US", "State of New York", "US-NY"),
        ("DE", "Bayern", "DE-BY"), ("DE", "Freistaat Bayern", "DE-BY"), ("DE", "NRW", "DE-NW"), ("CA", "Québec", "CA-QC"), ("CA", "ON", "CA-ON"), ("ES", "Madrid", "ES-M"),
        ("CH", "Kanton Zürich", "CH-ZH"), ("GB", "Scotland", "GB-SCT"), ("IN", "Tamil Nadu", "IN-TN"), ("JP", "Tokyo", "JP-13"), ("US", "Bayern", None), (None, "CA", None),
        ("US", "", None), ("US", "N/A", None), ("US", None, None), ("XX", "CA", None), ("US", "Californa", None),
    ],
)  # fmt: skip
def test_a_state_is_known_within_its_country(country: str | None, text: str | None, code: str | None) -> None:
    assert state_of(country, text) == code


def test_no_country_no_state() -> None:
    assert country_of(None) is None
    assert state_of(None, None) is None


def test_every_row_of_the_alias_tables_is_read() -> None:
    import pycountry

    for row in COUNTRIES.strip().splitlines():
        code, _, names = (cell.strip() for cell in row.partition("|"))
        assert code == "XK" or pycountry.countries.get(alpha_2=code)
        assert {country_of(name) for name in names.split(",")} == {code}
    for row in STATES.strip().splitlines():
        country, code, names = (cell.strip() for cell in row.split("|"))
        assert pycountry.subdivisions.get(code=code), code
        assert {state_of(country, name) for name in names.split(",")} == {code}


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_country_or_unknown(country: str, state: str) -> None:
    found = country_of(country)
    assert found is None or len(found) == 2
    assert state_of(found or country, state) is None or found or country
