"""The domain that an organisation registered, out of a website, a host or an e-mail address."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from handraise.hygiene.lists import disposable_domains, free_mail_domains

if TYPE_CHECKING:
    from tldextract import TLDExtract

# The longest host name the DNS allows is 253 characters; a longer text is no address of anybody.
_LONGEST_TEXT = 2048
_LONGEST_HOST = 253
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/{0,2}", re.IGNORECASE)
_HOST_ENDS = re.compile(r"[/?#\\]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Suffixes that private registries sell like a country's own: what is registered under them is a company's.
_SOLD_SUFFIXES = _words(
    """uk.com gb.com eu.com us.com de.com jpn.com co.com br.com cn.com ru.com sa.com za.com se.net uk.net gb.net
    hu.net jp.net in.net us.org ae.org com.de com.se co.nl co.no africa.com gr.com mex.com la com.kr za.net za.org"""
)
_PLACEHOLDERS = _words(
    """example.com example.org example.net domain.com yourdomain.com company.com test.com none.com noemail.com
    nodomain.com unknown.com null.com na.com website.com mycompany.com"""
)


class NoDomain(StrEnum):
    """Why a text names no domain of an organisation, in words that a report may print."""

    EMPTY = "empty"
    NOT_A_HOST = "not a host name"
    NO_PUBLIC_SUFFIX = "no domain under a public suffix"
    MACHINE_ADDRESS = "an address of a machine"
    FREE_MAIL = "free or disposable mail"
    SHARED_HOST = "a host that many organisations share"
    PLACEHOLDER = "a placeholder"


@dataclass(frozen=True, slots=True)
class DomainReading:
    """What a text says about a domain: the registrable domain in its ASCII spelling, or why there is none."""

    domain: str | None
    reason: NoDomain | None = None
    from_email: bool = False


def registrable_domain(text: str) -> str | None:
    """The domain an organisation registered (`acme.co.uk`), in lower-case ASCII (`xn--…` for other scripts).

    `None` where the text names no such domain, or one that says nothing about whose it is: free mail, hosts
    that many share, placeholders. `read_domain` tells which.
    """
    return read_domain(text).domain


@lru_cache(maxsize=65536)
def read_domain(text: str) -> DomainReading:
    """The registrable domain of a URL, a host or an e-mail address, or the reason why there is none."""
    if not text or text.isspace():
        return DomainReading(None, NoDomain.EMPTY)
    if len(text) > _LONGEST_TEXT:
        return DomainReading(None, NoDomain.NOT_A_HOST)
    written, from_email = _host(text.strip())
    if _is_machine_address(written):
        return DomainReading(None, NoDomain.MACHINE_ADDRESS, from_email)
    host = _ascii_host(written)
    if host is None:
        return DomainReading(None, NoDomain.NOT_A_HOST, from_email)
    return _judged(host, from_email)


def _host(text: str) -> tuple[str, bool]:
    """The host as written, and whether it stood in an e-mail address."""
    text = text.removeprefix("<").removesuffix(">")
    mail = text[:7].lower() == "mailto:"
    text = _SCHEME.sub("", text, count=1) if mail or "//" in text[:40] else text.lstrip("/")
    text = _HOST_ENDS.split(text, maxsplit=1)[0]
    before, at, after = text.rpartition("@")
    # `https://user:secret@host/` is no e-mail address: its part before the sign holds a colon.
    from_email = bool(at) and bool(before) and ":" not in before
    host = after if at else text
    if not host.startswith("["):
        host = host.partition(":")[0]
    return host.strip(), from_email


def _is_machine_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _ascii_host(host: str) -> str | None:
    """The host in its ASCII spelling; `None` for what the DNS could not hold."""
    host = host.rstrip(".").lower()
    if not host or len(host) > _LONGEST_HOST:
        return None
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except (UnicodeError, ValueError):
            return None
    labels = host.split(".")
    return host if len(labels) > 1 and all(_LABEL.match(label) for label in labels) else None


def _judged(host: str, from_email: bool) -> DomainReading:
    domain, is_private = _registered(host)
    if domain is None:
        return DomainReading(None, NoDomain.NO_PUBLIC_SUFFIX, from_email)
    if host in _free_mail() or domain in _free_mail():
        return DomainReading(None, NoDomain.FREE_MAIL, from_email)
    if domain in _PLACEHOLDERS:
        return DomainReading(None, NoDomain.PLACEHOLDER, from_email)
    if is_private or (domain in _shared_hosts() and not from_email):
        return DomainReading(None, NoDomain.SHARED_HOST, from_email)
    return DomainReading(domain, None, from_email)


def _registered(host: str) -> tuple[str | None, bool]:
    """The domain under the longest public suffix; whether the suffix is a host's own, as `github.io` is."""
    found = _extract()(host)
    if not found.suffix:
        return None, False
    if found.is_private and found.suffix not in _SOLD_SUFFIXES:
        return host, True
    return (f"{found.domain}.{found.suffix}", False) if found.domain else (None, False)


@cache
def _extract() -> TLDExtract:
    # Imported here: it brings an HTTP client with it, which takes longer to load than all of the command line.
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@cache
def _free_mail() -> frozenset[str]:
    return free_mail_domains() | disposable_domains()


@cache
def _shared_hosts() -> frozenset[str]:
    return _listed("shared_hosts.txt")


def _listed(name: str) -> frozenset[str]:
    """The lines of a list that stands beside this module, without its comments."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def domain_label(domain: str) -> str:
    """The part of a registrable domain that its owner chose: `acme` of `acme.co.uk`, in its own script."""
    label = domain.partition(".")[0]
    return _decoded(label) if label.startswith("xn--") else label


def _decoded(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna")
    except (UnicodeError, ValueError):
        return label


_SUFFIX_COUNTRIES = {"uk": "GB", "eu": "", "io": "", "co": "", "ai": "", "me": "", "tv": "", "cc": "", "ly": "", "fm": "",
                     "to": "", "ws": "", "gg": "", "la": "", "nu": "", "sh": "", "ac": "", "im": "", "bz": "", "vc": "",
                     "su": "RU", "ag": "", "pw": "", "st": "", "li": "", "gl": "", "is": "IS", "so": "", "tk": "", "ml": "",
                     "ga": "", "cf": "", "gq": "", "sc": "", "mn": "", "ms": "", "am": "", "as": "", "vg": ""}  # fmt: skip


def domain_country(domain: str) -> str | None:
    """The country of a domain's ending (`DE` of `acme.de`); `None` for endings that anybody anywhere buys."""
    ending = domain.rpartition(".")[2]
    if len(ending) != 2:
        return None
    return _SUFFIX_COUNTRIES.get(ending, ending.upper()) or None
