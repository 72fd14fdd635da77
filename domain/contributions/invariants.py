"""What must hold over all contributions. A query answers the rows that break it; constraints the rest."""

from domain.contributions.kinds import REPEATING

_REPEATING = ", ".join(repr(kind) for kind in REPEATING)

INVARIANTS: dict[str, str] = {
    "nothing is verified without somebody's word": """
        SELECT given.id, given.state FROM contributions given
        WHERE given.verified_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM attestations said WHERE said.contribution_id = given.id
              AND said.state IN ('confirmed', 'confirmed_by_silence'))
    """,
    "what a quorum said is the middle of what its members said": """
        SELECT given.id, given.quality_milli, said.middle FROM contributions given
        JOIN (SELECT contribution_id,
                     percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(quality_milli, 0)) AS middle
              FROM attestations WHERE role = 'quorum' AND state IN ('confirmed', 'rejected')
              GROUP BY contribution_id) said ON said.contribution_id = given.id
        WHERE given.verified_at IS NOT NULL AND given.verifier = 'quorum' AND given.appealed_at IS NULL
          AND given.quality_milli <> said.middle
    """,
    "who sits in a quorum was drawn for it": """
        SELECT asked.id, asked.attester_id FROM attestations asked
        LEFT JOIN contribution_draws draws ON draws.contribution_id = asked.contribution_id
        WHERE asked.role = 'quorum' AND (draws.ranked ? asked.attester_id::text) IS NOT TRUE
    """,
    "somebody is asked only while their answer counts": """
        SELECT asked.id, given.state FROM attestations asked
        JOIN contributions given ON given.id = asked.contribution_id
        WHERE asked.state = 'asked' AND given.state <> 'awaiting_verification'
    """,
    "a subject is claimed once, whatever corrects what": f"""
        WITH RECURSIVE line AS (
            SELECT id, id AS first_id FROM contributions WHERE corrects_id IS NULL
            UNION ALL
            SELECT newer.id, line.first_id FROM contributions newer JOIN line ON line.id = newer.corrects_id)
        SELECT given.user_id, given.kind, given.subject_id FROM contributions given JOIN line USING (id)
        WHERE given.subject_id IS NOT NULL AND given.state NOT IN ('withdrawn', 'rejected_for_good')
          AND given.kind NOT IN ({_REPEATING})
        GROUP BY given.user_id, given.kind, given.subject_id HAVING count(DISTINCT line.first_id) > 1
    """,  # noqa: S608 -- the kinds are our own constants
    "every contribution has its evidence": """
        SELECT given.id FROM contributions given
        LEFT JOIN contribution_evidence shown ON shown.contribution_id = given.id
        WHERE shown.contribution_id IS NULL
    """,
    "a call counts the promises that stand or were kept": """
        SELECT calls.id, calls.promised FROM calls
        WHERE calls.promised <> (SELECT count(*) FROM commitments
                                 WHERE call_id = calls.id AND state IN ('promised', 'fulfilled'))
    """,
    "thanks alone are followed by no credits": """
        SELECT id, state, credits FROM contributions
        WHERE wants_thanks_only AND state IN ('valued', 'held', 'settled')
    """,
    "a contribution has the credits that its valuation found": """
        SELECT given.id, given.credits, worth.credits AS valued FROM contributions given
        LEFT JOIN contribution_valuations worth ON worth.contribution_id = given.id
        WHERE given.credits IS DISTINCT FROM worth.credits
    """,
    "the books hold what a contribution is worth less what was taken back": """
        SELECT given.id, given.state, given.credits FROM contributions given
        LEFT JOIN LATERAL (
            SELECT sum(CASE WHEN d.kind = 'credits_pool' THEN p.amount
                            WHEN c.kind = 'credits_pool' THEN -p.amount ELSE 0 END) AS credits
            FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id
            JOIN ledger_accounts d ON d.id = p.debit_account_id
            JOIN ledger_accounts c ON c.id = p.credit_account_id
            WHERE e.subject_id = given.id) posted ON true
        LEFT JOIN LATERAL (
            SELECT sum(credits) AS credits FROM credit_claw_backs
            WHERE contribution_id = given.id AND restored_at IS NULL) taken ON true
        WHERE given.valued_at IS NOT NULL AND given.state <> 'valued'
          AND coalesce(posted.credits, 0) <> given.credits - coalesce(taken.credits, 0)
    """,
    "a period follows the one before without a gap": """
        SELECT later.id, later.number FROM contribution_periods later
        LEFT JOIN contribution_periods earlier
          ON earlier.market_id = later.market_id AND earlier.number = later.number - 1
        WHERE later.number > 1 AND later.start_at IS DISTINCT FROM earlier.end_at
    """,
}
