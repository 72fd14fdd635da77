"""Who counts as the client, for every spelling of the headers that could say so."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.client_address import Client, client_of, forwarded_address, normalised_networks, parse_address

PROXIES = normalised_networks([ip_network("10.0.0.0/24"), ip_network("2001:db8:ffff::/48")])
PROXY, STRANGER = "10.0.0.7", "203.0.113.9"
V6 = "2001:db8:1:2:3:4:5:6"


def counted(peer: str | None, *headers: tuple[str, str]) -> Client:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "client": None if peer is None else (peer, 50_000), "headers": raw}
    return client_of(scope, PROXIES)


def xff(*lines: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", line) for line in lines]


# peer, headers, the narrowest network that counts
WHO_COUNTS = {
    "no header": (STRANGER, [], "203.0.113.9/32"),
    "a stranger names another": (STRANGER, xff("198.51.100.1"), "203.0.113.9/32"),
    "a stranger names a proxy": (STRANGER, xff("198.51.100.1, 10.0.0.7"), "203.0.113.9/32"),
    "a proxy without the header": (PROXY, [], "10.0.0.7/32"),
    "a proxy names its client": (PROXY, xff("198.51.100.1"), "198.51.100.1/32"),
    "the client wrote before it": (PROXY, xff("1.1.1.1, 198.51.100.1"), "198.51.100.1/32"),
    "the client wrote a proxy": (PROXY, xff("10.0.0.1, 198.51.100.1"), "198.51.100.1/32"),
    "two proxies": (PROXY, xff("1.1.1.1, 198.51.100.1, 10.0.0.8"), "198.51.100.1/32"),
    "two lines": (PROXY, xff("1.1.1.1", "198.51.100.1"), "198.51.100.1/32"),
    "two lines and two proxies": (PROXY, xff("1.1.1.1, 198.51.100.1", "10.0.0.8"), "198.51.100.1/32"),
    "all are proxies": (PROXY, xff("10.0.0.9, 10.0.0.8"), "10.0.0.9/32"),
    "with a port": (PROXY, xff("198.51.100.1:4711"), "198.51.100.1/32"),
    "no spaces": (PROXY, xff("1.1.1.1,198.51.100.1"), "198.51.100.1/32"),
    "quoted": (PROXY, xff('"198.51.100.1"'), "198.51.100.1/32"),
    "mapped to IPv6": (PROXY, xff("::ffff:198.51.100.1"), "198.51.100.1/32"),
    "mapped in hexadecimal": (PROXY, xff("::FFFF:C633:6401"), "198.51.100.1/32"),
    "mapped, bracketed, port": (PROXY, xff("[::ffff:198.51.100.1]:4711"), "198.51.100.1/32"),
    "a mapped peer is the proxy": ("::ffff:10.0.0.7", xff("198.51.100.1"), "198.51.100.1/32"),
    "a mapped proxy in the list": (PROXY, xff("198.51.100.1, ::ffff:10.0.0.8"), "198.51.100.1/32"),
    "a mapped stranger": ("::ffff:203.0.113.9", xff("198.51.100.1"), "203.0.113.9/32"),
    "IPv6": (PROXY, xff(V6), "2001:db8:1:2::/64"),
    "IPv6 in capitals": (PROXY, xff("2001:DB8:1:2:3:4:5:6"), "2001:db8:1:2::/64"),
    "IPv6 written out": (PROXY, xff("2001:0db8:0001:0002:0003:0004:0005:0006"), "2001:db8:1:2::/64"),
    "IPv6 in brackets": (PROXY, xff(f"[{V6}]"), "2001:db8:1:2::/64"),
    "IPv6 in brackets, port": (PROXY, xff(f"[{V6}]:443"), "2001:db8:1:2::/64"),
    "IPv6 with a zone": (PROXY, xff("fe80::1%eth0"), "fe80::/64"),
    "another address of the same /64": (PROXY, xff("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64"),
    "an IPv6 proxy": ("2001:db8:ffff::1", xff(V6), "2001:db8:1:2::/64"),
    "an IPv6 proxy written out": ("2001:0db8:ffff:0000:0::1", xff(V6), "2001:db8:1:2::/64"),
    "no address at the right": (PROXY, xff("198.51.100.1, unknown"), "10.0.0.7/32"),
    "an obfuscated name": (PROXY, xff("198.51.100.1, _hidden"), "10.0.0.7/32"),
    "an empty entry": (PROXY, xff("198.51.100.1,"), "10.0.0.7/32"),
    "octal digits are no address": (PROXY, xff("198.51.100.1, 010.0.0.8"), "10.0.0.7/32"),
    "one number is no address": (PROXY, xff("198.51.100.1, 167772168"), "10.0.0.7/32"),
    "no address behind a proxy": (PROXY, xff("1.1.1.1, ?, 10.0.0.8"), "10.0.0.8/32"),
    "Forwarded": (PROXY, [("Forwarded", "for=198.51.100.1")], "10.0.0.7/32"),
    "X-Real-IP": (PROXY, [("X-Real-IP", "198.51.100.1")], "10.0.0.7/32"),
    "True-Client-IP": (PROXY, [("True-Client-IP", "198.51.100.1")], "10.0.0.7/32"),
    "CF-Connecting-IP": (PROXY, [("CF-Connecting-IP", "198.51.100.1")], "10.0.0.7/32"),
    "X-Client-IP": (PROXY, [("X-Client-IP", "198.51.100.1")], "10.0.0.7/32"),
    "underscores": (PROXY, [("X_Forwarded_For", "198.51.100.1")], "10.0.0.7/32"),
    "a Unix socket": (None, xff("198.51.100.1"), "unknown"),
}


@pytest.mark.parametrize("case", WHO_COUNTS)
def test_one_client_counts_whatever_the_spelling(case: str):
    peer, headers, network = WHO_COUNTS[case]
    assert counted(peer, *headers).name == network


def test_an_ipv6_client_counts_in_three_networks_and_the_wider_ones_have_more_room():
    assert counted(V6).networks == (("2001:db8:1:2::/64", 1), ("2001:db8:1::/56", 2), ("2001:db8:1::/48", 8))


def test_a_proxy_network_may_be_written_as_ipv6():
    assert normalised_networks([ip_network("::ffff:10.0.0.0/120")]) == (ip_network("10.0.0.0/24"),)
    assert normalised_networks([ip_network("::/0")]) == (ip_network("::/0"),)


addresses = st.ip_addresses().map(str)
entries = st.one_of(addresses, st.text(st.characters(max_codepoint=255), max_size=20), st.just(PROXY))


@given(
    st.lists(entries, max_size=6), st.ip_addresses().filter(lambda one: not any(one in p for p in PROXIES))
)
def test_whatever_a_client_claims_its_own_address_counts(claims, client):
    """The proxy appends the client's address; nothing to the left of it can change who counts."""
    header = ", ".join([*claims, str(client)])
    address = forwarded_address(ip_address(PROXY), header, PROXIES)
    assert address == (getattr(client, "ipv4_mapped", None) or client)


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_any_text_is_an_address_or_none(text):
    address = parse_address(text)
    assert address is None or parse_address(str(address)) == address
