"""Where a request comes from: the address of its peer, or the one that trusted proxies report.

Only `X-Forwarded-For` is read, only from proxies that TRUSTED_PROXIES names, and from the right: each proxy
appends the address it saw, so the rightmost address that is no trusted proxy is the client, and everything to
its left is what the client claims. `Forwarded` (RFC 7239), `X-Real-IP` and their like are ignored, because a
proxy that does not know such a header passes on what a stranger wrote into it.

A client is known by networks, not by addresses: whoever has an IPv6 connection has at least 2^64 addresses.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.types import Scope

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# (prefix length, how many times the limit of one client). One IPv6 interface has a /64; a home or an office
# gets a /56 or a /48 (RIPE-690, section 4.2), and some providers give many customers the /64s of one /48.
IPV4_PREFIXES: Final = ((32, 1),)
IPV6_PREFIXES: Final = ((64, 1), (56, 2), (48, 8))
LONGEST_ADDRESS: Final = (
    64  # characters; a written-out IPv6 address has 39, or 45 with IPv4 in it, and a zone
)
UNKNOWN: Final = "unknown"  # the peer has no address, as with a Unix socket
_HEADER: Final = b"x-forwarded-for"


@dataclass(frozen=True, slots=True)
class Client:
    """The networks of a client, the narrowest first, each with its multiple of one client's limit."""

    networks: tuple[tuple[str, int], ...]

    @property
    def name(self) -> str:
        """The narrowest network."""
        return self.networks[0][0]


def client_of(scope: Scope, proxies: Sequence[Network]) -> Client:
    """The client of this ASGI request."""
    peer = (scope.get("client") or (UNKNOWN,))[0]
    address = parse_address(peer)
    if address is None:
        return Client(((peer, 1),))
    if _is_trusted(address, proxies):
        lines = [value for name, value in scope["headers"] if name == _HEADER]
        address = forwarded_address(address, b",".join(lines).decode("latin-1"), proxies)
    return _client_at(address)


def forwarded_address(proxy: Address, header: str, proxies: Sequence[Network]) -> Address:
    """The rightmost address in `header` that is no trusted proxy.

    An entry that is no address ends the search: the proxy that passed it on counts. If every entry is a
    trusted proxy, the leftmost counts.
    """
    nearest = proxy
    for entry in reversed(header.split(",")):
        address = parse_address(entry)
        if address is None:
            return nearest
        nearest = address
        if not _is_trusted(address, proxies):
            return nearest
    return nearest


def parse_address(text: str) -> Address | None:
    """The address in `text`, without quotes, brackets, port and zone; None if there is none.

    An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is that IPv4 address.
    """
    host = text.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    return _parsed(host.partition("%")[0]) if len(host) <= LONGEST_ADDRESS else None


def normalised_networks(networks: Iterable[Network]) -> tuple[Network, ...]:
    """The networks, with IPv4 networks that are written as IPv6 in their IPv4 form."""
    return tuple(_normalised(network) for network in networks)


@lru_cache(maxsize=4_096)
def _parsed(host: str) -> Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=4_096)
def _client_at(address: Address) -> Client:
    return Client(tuple(_networks(address)))


def _normalised(network: Network) -> Network:
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < 96:  # noqa: PLR2004 -- ::ffff:0:0/96 holds all of IPv4
        return network
    return IPv4Network((mapped, network.prefixlen - 96))


def _is_trusted(address: Address, proxies: Sequence[Network]) -> bool:
    return any(address.version == proxy.version and address in proxy for proxy in proxies)


def _networks(address: Address) -> Iterable[tuple[str, int]]:
    if isinstance(address, IPv4Address):
        return ((str(IPv4Network((address, length), strict=False)), more) for length, more in IPV4_PREFIXES)
    return ((str(IPv6Network((int(address), length), strict=False)), more) for length, more in IPV6_PREFIXES)
