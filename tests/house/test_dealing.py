"""Whether somebody may be dealt with is decided in one place (decision 0013); no other reads the columns."""

from tests.house.source import files

# What reads or carries the column, each for a reason.
KNOWS_THE_COLUMN = {
    "domain/identity/": "it owns the accounts and the rule",
    "domain/providers/capabilities.py": "it folds the account into what a profile can do",
    "domain/providers/queries.py": "a public profile asks the rule with the account it has read",
    "domain/offers/queries.py": "terms carry the instant to whoever asks the rule",
    "domain/offers/term_sheet.py": "terms carry the instant to whoever asks the rule",
    "domain/offers/term_reading.py": "terms carry the instant to whoever asks the rule",
    "domain/offers/rules.py": "it asks the rule with what the terms carry",
    "api/schemas/identity.py": "operators see the account",
    "api/schemas/providers.py": "a view of what the state alone lets a provider do",
}


def test_nobody_compares_the_suspension_of_an_account_by_themselves():
    wrong = [
        path
        for path, content in files().items()
        if path.startswith(("domain/", "api/", "workers/"))
        and "suspended_at" in content
        and not path.startswith(tuple(KNOWS_THE_COLUMN))
    ]
    assert not wrong, (
        "Ask `identity.require_dealt_with` or `barred`, or join `users` and use `identity.DEALT_WITH`; for a "
        f"provider ask `providers.is_allowed` or `providers.condition`: {wrong}"
    )
