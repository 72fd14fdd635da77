from domain.identity.authentication.passwords import _ARGON2ID, _DECOY, PASSWORDS


def test_a_password_matches_its_own_hash_and_no_other() -> None:
    stored = PASSWORDS.hashed("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert PASSWORDS.match("correct horse battery", stored)
    assert not PASSWORDS.match("correct horse batterz", stored)
    assert not PASSWORDS.outdated(stored)


def test_nothing_matches_where_no_password_is_stored() -> None:
    assert not PASSWORDS.match("correct horse battery", None)


def test_a_damaged_hash_matches_nothing() -> None:
    assert not PASSWORDS.match("correct horse battery", "not a hash")


def test_the_decoy_costs_as_much_as_a_real_hash() -> None:
    assert not _ARGON2ID.check_needs_rehash(_DECOY)
