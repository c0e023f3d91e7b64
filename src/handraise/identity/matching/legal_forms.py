"""Legal forms of companies and the countries that have them: `GmbH`, `B.V.`, `株式会社`.

The endings are those of `cleanco` and of the tables here, which add what stands before a name, what is written with
spaces, and other scripts.
"""

from __future__ import annotations

import re
from functools import cache

from handraise.identity.matching.folding import folded


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Countries (ISO) and the forms they have, without dots and spaces. A form of many countries names none of them.
_FORMS = {
    "DE AT CH": "gmbh ag kg kgaa ohg gmbhcokg gmbhcokgaa gmbhundcokg agcokg ug ughaftungsbeschrankt ugcokg ev eg ek ekfr gbr mbh gemeinnutzigegmbh ggmbh aktiengesellschaft gesellschaftmitbeschrankterhaftung",
    "NL BE": "bv nv vof cv bvba cvba bvio naamlozevennootschap naamloozevennootschap beslotenvennootschap vzw asbl",
    "FR": "sas sasu eurl",
    "FR BE CH LU": "sarl snc scop sprl scrl societeanonyme sarlau selarl",
    "GB IE CA NZ HK SG IN ZA AU KE NG": "ltd limited",
    "GB IE": "plc llp cic dac publiclimitedcompany ultd ulc",
    "US CA": "inc incorporated corp corporation",
    "US": "llc pllc lllp",
    "IT": "spa srl srls sapa sas snc societaperazioni scarl",
    "ES": "sl slu sau sll scoop sociedadlimitada sociedadanonima",
    "PT BR": "lda ltda eireli sociedadeanonima epp unipessoallda",
    "MX": "sadecv sderldecv sapidecv sabdecv srldecv",
    "SE": "ab aktiebolag aktiebolaget hb publ abpubl",
    "NO": "asa as ans aksjeselskap",
    "DK": "aps as is ivs aktieselskab",
    "FI": "oy oyj ky osakeyhtio oyab",
    "PL": "spzoo spolkazoo spk spj spolkaakcyjna spzooosk",
    "CZ SK": "sro spolsro akciovaspolecnost",
    "HU": "kft zrt nyrt bt rt",
    "RO": "srl pfa",
    "HR SI RS": "doo dd dno ad jdoo",
    "BG": "ood eood ead",
    "EE": "ou osauhing",
    "LV": "sia",
    "LT": "uab",
    "RU": "ooo oao zao pao ao",
    "UA": "tov prat pat",
    "TR": "anonimsirketi limitedsirketi ltdsti sanayiveticaretas sanvetic",
    "GR": "ae epe ike",
    "JP": "kk kabushikikaisha kabushikigaisha gk yk godokaisha",
    "CN HK TW": "coltd coltdd companylimited",
    "KR": "chusikhoesa",
    "IN": "pvtltd privatelimited pvt pltd",
    "SG MY": "pteltd pte sdnbhd bhd",
    "AU NZ ZA": "ptyltd pty propertylimited proprietarylimited",
    "ID": "pt tbk pttbk",
    "TH": "pcl",
    "VN": "jsc",
    "AE": "fze fzco fzllc fzc dmcc",
    "": "sa se co company cos coinc colimited andco andcompany cie cia group inclp scs sca sc scp spol soc est asp ood llcinc ets vve gie scpa kb hf ehf lllc ltdco",
}  # fmt: skip
# Before a name: `OOO Gazprom`, `AB SKF`, `Nv Philips`.
_LEADING = _words("ooo oao zao pao pt ab aktiebolaget nv bv as ou uab sia ets firma fa kabushikikaisha")
_SCRIPTS = {
    "株式会社": "JP", "(株)": "JP", "㈱": "JP", "有限会社": "JP", "合同会社": "JP", "股份有限公司": "CN", "有限责任公司": "CN",
    "有限公司": "CN", "주식회사": "KR", "(주)": "KR", "㈜": "KR", "유한회사": "KR", "บริษัท": "TH", "จำกัด": "TH",
    "ש.מ.": "IL", 'בע"מ': "IL", "ذ.م.م": "", "ش.م.م": "",
}  # fmt: skip
_NOT_LETTERS = re.compile(r"[\W_]+")
# Endings of cleanco that are words of names in other languages, or too short to be told from one.
_NOT_ENDINGS = _words(
    "earl private group nl og om is gp ca 3at est coop trust foundation stg sab sep ans pool bank no"
)
LONGEST = 6


@cache
def forms() -> dict[str, frozenset[str]]:
    """Each form, written without dots and spaces, with the countries (ISO) that have it; empty where many do."""
    countries: dict[str, set[str]] = {}
    for names, words in _FORMS.items():
        for word in words.split():
            if word != "group":
                countries.setdefault(word, set()).update(names.split())
    for word in _of_cleanco():
        countries.setdefault(word, set())
    return {word: frozenset(names) for word, names in countries.items()}


def leading_forms() -> frozenset[str]:
    """Forms that also stand before a name."""
    return _LEADING


def without_script_forms(text: str) -> tuple[str, frozenset[str]]:
    """A name without the forms that other scripts write into it, and their countries."""
    found: set[str] = set()
    if text.isascii():
        return text, frozenset()
    for form, country in _SCRIPTS.items():
        if form in text:
            text = text.replace(form, " ")
            found.update({country} - {""})
    return text, frozenset(found)


def _of_cleanco() -> set[str]:
    from cleanco import termdata

    terms = (
        t
        for table in (termdata.terms_by_type, termdata.terms_by_country)
        for ts in table.values()
        for t in ts
    )
    words = {_NOT_LETTERS.sub("", folded(term)) for term in terms}
    return {word for word in words if len(word) > 1 and not word.startswith("uk")} - _NOT_ENDINGS
