"""Programs and networks that fetch mail's pictures and links without anybody reading."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

_SCANNERS = re.compile(
    r"barracuda|proofpoint|mimecast|symantec|messagelabs|trend ?micro|sophos|forcepoint|fireeye|trellix|mcafee|fortinet|fortimail|zscaler|ironport|cloudmark"
    r"|safelinks|urldefense|avanan|checkpoint|vade ?secure|spamassassin|spamtitan|mailguard|hornetsecurity|knowbe4|phishme|cofense|palo ?alto|wildfire|virustotal|urlscan"
    r"|headlesschrome|phantomjs|puppeteer|playwright|selenium|electron-fetch"
    r"|python|curl/|wget|libwww|okhttp|go-http-client|java/|apache-httpclient|httpclient|axios|node-fetch|guzzle|ruby|perl|winhttp|powershell|scrapy|aiohttp"
    r"|\bbot\b|bot[/;)]|crawler|spider|slurp|preview|scanner|linkcheck|url ?check|monitoring|facebookexternalhit|skypeuripreview|bitlybot|slackbot|bingpreview",
    re.IGNORECASE,
)
# Gmail and Yahoo fetch pictures through proxies when somebody reads: those opens are people's.
_READERS_PROXIES = re.compile(r"googleimageproxy|yahoomailproxy", re.IGNORECASE)
# Apple's proxy says no more than this, whatever device it stands for.
_PREFETCHING = re.compile(r"\s*Mozilla/5\.0\s*\Z")

# Networks whose owners say that mail is filtered there: Barracuda, Proofpoint.
MACHINE_NETWORKS = ("64.235.144.0/20", "209.222.80.0/21", "67.231.144.0/20", "148.163.128.0/19")
# Apple's own.
PREFETCHING_NETWORKS = ("17.0.0.0/8",)

MOST_CHARACTERS = 1_000


def machine_agents(agents: Sequence[str]) -> list[bool]:
    """Which programs name themselves as scanners, crawlers or libraries."""
    return [
        bool(_SCANNERS.search(a[:MOST_CHARACTERS])) and not _READERS_PROXIES.search(a[:MOST_CHARACTERS])
        for a in agents
    ]


def prefetching_agents(agents: Sequence[str]) -> list[bool]:
    """Which programs load pictures ahead, read or not."""
    return [bool(_PREFETCHING.match(agent[:MOST_CHARACTERS])) for agent in agents]


def machine_ips(ips: Sequence[str]) -> list[bool]:
    """Which addresses are in networks in which only machines live. What is no address is in none."""
    return _in_networks(ips, MACHINE_NETWORKS)


def prefetching_ips(ips: Sequence[str]) -> list[bool]:
    """Which addresses belong to mail programs' own networks."""
    return _in_networks(ips, PREFETCHING_NETWORKS)


def _in_networks(ips: Sequence[str], networks: Sequence[str]) -> list[bool]:
    ranges = [ipaddress.ip_network(network) for network in networks]
    return [_is_in(ip, ranges) for ip in ips]


def _is_in(ip: str, ranges: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        address = ipaddress.ip_address(ip.strip())
    except ValueError:
        return False
    return any(address in network for network in ranges)
