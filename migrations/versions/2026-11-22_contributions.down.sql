DROP TABLE contribution_signals, referrals, referral_codes, credit_claw_backs, reviewed_bookings,
    contribution_valuations, contribution_periods;

DROP FUNCTION contribution_periods_are_kept, contribution_valuations_are_kept, credit_claw_backs_are_kept,
    referral_codes_are_kept, referrals_are_kept, contribution_signals_are_kept;

DROP TABLE contribution_seen_deeds, attestations, contribution_draws, contribution_evidence,
    contributions, commitments, calls;

DROP FUNCTION calls_are_kept, commitments_are_kept, contributions_are_kept, contribution_evidence_are_kept,
    contribution_draws_are_kept, attestations_are_kept;
