-- Calls and commitments, contributions and their evidence, who was drawn and who attested.

CREATE TABLE calls (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    asked_by UUID NOT NULL,
    is_of_the_market BOOLEAN NOT NULL,
    title VARCHAR(200) NOT NULL,
    text TEXT NOT NULL,
    wanted INTEGER,
    promised INTEGER DEFAULT '0' NOT NULL,
    state VARCHAR(40) NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closes_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT calls_pkey PRIMARY KEY (id),
    CONSTRAINT calls_want_somebody CHECK (wanted > 0),
    CONSTRAINT calls_count_what_was_promised CHECK (promised >= 0),
    CONSTRAINT calls_take_no_more_than_they_want CHECK (promised <= wanted),
    CONSTRAINT calls_close_after_they_open CHECK (closes_at > opened_at),
    CONSTRAINT calls_are_closed_at_an_instant CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT calls_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT call_kinds_known CHECK (kind IN ('answer', 'guide', 'translation', 'photo_set', 'review', 'defect_report', 'adopted_idea', 'referral', 'newcomer_buddy', 'mentoring', 'jury', 'slot_swap', 'accessibility_facts', 'trial', 'event', 'covering_no_show', 'open_method', 'patience')),
    CONSTRAINT calls_asked_by_fkey FOREIGN KEY(asked_by) REFERENCES users (id),
    CONSTRAINT call_states_known CHECK (state IN ('open', 'closed'))
);

CREATE INDEX calls_of_a_person ON calls (asked_by, state);

CREATE INDEX calls_open ON calls (market_id, id) WHERE state = 'open';

CREATE INDEX calls_to_close ON calls (closes_at) WHERE state = 'open';

COMMENT ON TABLE calls IS 'One row means: somebody asks for contributions of a kind.';

CREATE FUNCTION calls_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['promised', 'state', 'closed_at']::text[] = to_jsonb(OLD) - ARRAY['promised', 'state', 'closed_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'calls are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'calls_are_kept';
END $$;

CREATE TRIGGER calls_are_kept BEFORE UPDATE OR DELETE ON calls
    FOR EACH ROW EXECUTE FUNCTION calls_are_kept();

CREATE TABLE commitments (
    id UUID NOT NULL,
    call_id UUID NOT NULL,
    user_id UUID NOT NULL,
    note TEXT,
    state VARCHAR(40) NOT NULL,
    promised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT commitments_pkey PRIMARY KEY (id),
    CONSTRAINT commitments_end_at_an_instant CHECK ((state = 'promised') = (ended_at IS NULL)),
    CONSTRAINT commitments_call_id_fkey FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT commitments_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT commitment_states_known CHECK (state IN ('promised', 'fulfilled', 'withdrawn', 'lapsed'))
);

CREATE UNIQUE INDEX a_call_is_answered_once_at_a_time ON commitments (call_id, user_id) WHERE state = 'promised';

CREATE INDEX commitments_by_call_id ON commitments (call_id);

CREATE INDEX commitments_of_a_person ON commitments (user_id, id);

COMMENT ON TABLE commitments IS 'One row means: this person said they would answer a call, bound by nothing.';

CREATE FUNCTION commitments_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['state', 'ended_at']::text[] = to_jsonb(OLD) - ARRAY['state', 'ended_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'commitments are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'commitments_are_kept';
END $$;

CREATE TRIGGER commitments_are_kept BEFORE UPDATE OR DELETE ON commitments
    FOR EACH ROW EXECUTE FUNCTION commitments_are_kept();

CREATE TABLE contributions (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    user_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    segment VARCHAR(60),
    units_milli BIGINT NOT NULL,
    call_id UUID,
    commitment_id UUID,
    subject_type VARCHAR(40),
    subject_id UUID,
    beneficiary_id UUID,
    title VARCHAR(200) NOT NULL,
    evidence_hash BYTEA NOT NULL,
    draw_id UUID NOT NULL,
    policy_version_id UUID NOT NULL,
    wants_thanks_only BOOLEAN NOT NULL,
    corrects_id UUID,
    state VARCHAR(40) NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE,
    verifier VARCHAR(40),
    verify_by TIMESTAMP WITH TIME ZONE,
    verified_at TIMESTAMP WITH TIME ZONE,
    verified_units_milli BIGINT,
    quality_milli SMALLINT,
    rejected_at TIMESTAMP WITH TIME ZONE,
    rejected_reason VARCHAR(40),
    rejected_statement TEXT,
    appealed_at TIMESTAMP WITH TIME ZONE,
    appeal_statement TEXT,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    thanked_at TIMESTAMP WITH TIME ZONE,
    period_id UUID,
    credits BIGINT,
    valued_at TIMESTAMP WITH TIME ZONE,
    hold_until TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    clawed_back_at TIMESTAMP WITH TIME ZONE,
    clawed_back_reason VARCHAR(60),
    CONSTRAINT contributions_pkey PRIMARY KEY (id),
    CONSTRAINT contributions_know_their_contributor UNIQUE (id, user_id),
    CONSTRAINT contributions_have_units CHECK (units_milli > 0),
    CONSTRAINT no_more_is_verified_than_was_claimed CHECK (verified_units_milli BETWEEN 0 AND units_milli),
    CONSTRAINT qualities_go_to_one_and_a_half CHECK (quality_milli BETWEEN 0 AND 1500),
    CONSTRAINT contributions_earn_no_negative_credits CHECK (credits >= 0),
    CONSTRAINT subjects_have_a_type CHECK ((subject_type IS NULL) = (subject_id IS NULL)),
    CONSTRAINT nobody_benefits_from_their_own_contribution CHECK (beneficiary_id <> user_id),
    CONSTRAINT patience_is_never_paid CHECK (kind <> 'patience' OR wants_thanks_only),
    CONSTRAINT thanks_alone_earn_no_credits CHECK (NOT wants_thanks_only OR coalesce(credits, 0) = 0),
    CONSTRAINT contributions_correct_another_one CHECK (corrects_id <> id),
    CONSTRAINT contributions_are_verified_whole CHECK ((verified_at IS NULL) = (verified_units_milli IS NULL) AND (verified_at IS NULL) = (quality_milli IS NULL)),
    CONSTRAINT nothing_unverified_is_worth_anything CHECK (verified_at IS NOT NULL OR state NOT IN ('verified', 'thanked', 'valued', 'held', 'settled', 'clawed_back')),
    CONSTRAINT contributions_are_rejected_for_a_reason CHECK ((rejected_at IS NULL) = (rejected_reason IS NULL)),
    CONSTRAINT contributions_are_appealed_with_a_statement CHECK ((appealed_at IS NULL) = (appeal_statement IS NULL)),
    CONSTRAINT withdrawing_has_an_instant CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL)),
    CONSTRAINT clawing_back_has_an_instant CHECK ((state = 'clawed_back') = (clawed_back_at IS NOT NULL)),
    CONSTRAINT somebody_is_asked_to_verify CHECK (state <> 'awaiting_verification' OR verifier IS NOT NULL),
    CONSTRAINT contributions_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT contributions_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT contribution_kinds_known CHECK (kind IN ('answer', 'guide', 'translation', 'photo_set', 'review', 'defect_report', 'adopted_idea', 'referral', 'newcomer_buddy', 'mentoring', 'jury', 'slot_swap', 'accessibility_facts', 'trial', 'event', 'covering_no_show', 'open_method', 'patience')),
    CONSTRAINT contributions_call_id_fkey FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT contributions_commitment_id_fkey FOREIGN KEY(commitment_id) REFERENCES commitments (id),
    CONSTRAINT contribution_subjects_known CHECK (subject_type IN ('booking', 'offer', 'user', 'review', 'attestation')),
    CONSTRAINT contributions_beneficiary_id_fkey FOREIGN KEY(beneficiary_id) REFERENCES users (id),
    CONSTRAINT contributions_policy_version_id_fkey FOREIGN KEY(policy_version_id) REFERENCES policy_versions (id),
    CONSTRAINT contributions_corrects_id_fkey FOREIGN KEY(corrects_id) REFERENCES contributions (id),
    CONSTRAINT contribution_states_known CHECK (state IN ('submitted', 'checked', 'awaiting_verification', 'verified', 'rejected', 'appealed', 'rejected_for_good', 'thanked', 'valued', 'held', 'settled', 'clawed_back', 'withdrawn')),
    CONSTRAINT contribution_verifiers_known CHECK (verifier IN ('counterparty', 'quorum', 'moderator', 'system')),
    CONSTRAINT contribution_rejections_known CHECK (rejected_reason IN ('not_done', 'not_theirs', 'not_useful', 'copied', 'off_topic', 'harmful', 'not_seen_by_the_system', 'appeal_unanswered'))
);

CREATE UNIQUE INDEX a_contribution_is_corrected_once ON contributions (corrects_id) WHERE state NOT IN ('withdrawn', 'rejected_for_good');

CREATE UNIQUE INDEX a_person_is_referred_once ON contributions (market_id, subject_id) WHERE kind = 'referral' AND state NOT IN ('withdrawn', 'rejected_for_good');

CREATE UNIQUE INDEX a_subject_is_claimed_once ON contributions (user_id, kind, subject_id) WHERE subject_id IS NOT NULL AND corrects_id IS NULL AND state NOT IN ('withdrawn', 'rejected_for_good') AND kind NOT IN ('accessibility_facts', 'answer', 'mentoring', 'photo_set', 'translation');

CREATE INDEX contributions_by_beneficiary_id ON contributions (beneficiary_id);

CREATE INDEX contributions_by_call_id ON contributions (call_id);

CREATE INDEX contributions_by_commitment_id ON contributions (commitment_id);

CREATE INDEX contributions_by_period_id ON contributions (period_id);

CREATE INDEX contributions_by_subject_id ON contributions (subject_id);

CREATE INDEX contributions_counted ON contributions (market_id, user_id, kind, submitted_at);

CREATE INDEX contributions_in_a_state ON contributions (market_id, state, id);

CREATE INDEX contributions_of_a_person ON contributions (user_id, id);

CREATE INDEX contributions_rejected ON contributions (rejected_at) WHERE state = 'rejected';

CREATE INDEX contributions_verified ON contributions (market_id, verified_at, id);

CREATE INDEX contributions_waiting ON contributions (state, id) WHERE state IN ('submitted', 'checked', 'awaiting_verification', 'appealed');

CREATE UNIQUE INDEX the_same_evidence_counts_once ON contributions (market_id, evidence_hash) WHERE corrects_id IS NULL AND state <> 'withdrawn';

COMMENT ON TABLE contributions IS 'One row means: this person says that they gave this, and so far this became of it.';

CREATE FUNCTION contributions_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['state', 'checked_at', 'verifier', 'verify_by', 'verified_at', 'verified_units_milli', 'quality_milli', 'rejected_at', 'rejected_reason', 'rejected_statement', 'appealed_at', 'appeal_statement', 'withdrawn_at', 'thanked_at', 'period_id', 'credits', 'valued_at', 'hold_until', 'settled_at', 'clawed_back_at', 'clawed_back_reason']::text[] = to_jsonb(OLD) - ARRAY['state', 'checked_at', 'verifier', 'verify_by', 'verified_at', 'verified_units_milli', 'quality_milli', 'rejected_at', 'rejected_reason', 'rejected_statement', 'appealed_at', 'appeal_statement', 'withdrawn_at', 'thanked_at', 'period_id', 'credits', 'valued_at', 'hold_until', 'settled_at', 'clawed_back_at', 'clawed_back_reason']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'contributions are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contributions_are_kept';
END $$;

CREATE TRIGGER contributions_are_kept BEFORE UPDATE OR DELETE ON contributions
    FOR EACH ROW EXECUTE FUNCTION contributions_are_kept();

CREATE TABLE contribution_evidence (
    contribution_id UUID NOT NULL,
    document JSONB,
    erased_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT contribution_evidence_pkey PRIMARY KEY (contribution_id),
    CONSTRAINT evidence_stays_until_erased CHECK ((document IS NULL) = (erased_at IS NOT NULL)),
    CONSTRAINT contribution_evidence_contribution_id_fkey FOREIGN KEY(contribution_id) REFERENCES contributions (id)
);

COMMENT ON TABLE contribution_evidence IS 'One row means: the contributor showed this, to attesters and moderators alone.';

CREATE FUNCTION contribution_evidence_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['document', 'erased_at']::text[] = to_jsonb(OLD) - ARRAY['document', 'erased_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'contribution_evidence are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contribution_evidence_are_kept';
END $$;

CREATE TRIGGER contribution_evidence_are_kept BEFORE UPDATE OR DELETE ON contribution_evidence
    FOR EACH ROW EXECUTE FUNCTION contribution_evidence_are_kept();

CREATE TABLE contribution_draws (
    contribution_id UUID NOT NULL,
    seed BYTEA NOT NULL,
    eligible INTEGER NOT NULL,
    ranked JSONB NOT NULL,
    drawn_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT contribution_draws_pkey PRIMARY KEY (contribution_id),
    CONSTRAINT draws_count_who_was_eligible CHECK (eligible >= 0),
    CONSTRAINT draws_have_a_whole_seed CHECK (octet_length(seed) = 32),
    CONSTRAINT contribution_draws_contribution_id_fkey FOREIGN KEY(contribution_id) REFERENCES contributions (id)
);

COMMENT ON TABLE contribution_draws IS 'One row means: for this contribution these people were drawn, in this order.';

CREATE FUNCTION contribution_draws_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contribution_draws are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contribution_draws_are_kept';
END $$;

CREATE TRIGGER contribution_draws_are_kept BEFORE UPDATE OR DELETE ON contribution_draws
    FOR EACH ROW EXECUTE FUNCTION contribution_draws_are_kept();

CREATE TABLE attestations (
    id UUID NOT NULL,
    contribution_id UUID NOT NULL,
    contributor_id UUID NOT NULL,
    attester_id UUID,
    role VARCHAR(40) NOT NULL,
    seat SMALLINT,
    state VARCHAR(40) NOT NULL,
    quality_milli SMALLINT,
    units_milli BIGINT,
    reason VARCHAR(40),
    statement TEXT,
    assigned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    notices SMALLINT DEFAULT '0' NOT NULL,
    noticed_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT attestations_pkey PRIMARY KEY (id),
    CONSTRAINT attestations_know_the_contributor FOREIGN KEY(contribution_id, contributor_id) REFERENCES contributions (id, user_id),
    CONSTRAINT nobody_attests_their_own CHECK (attester_id <> contributor_id),
    CONSTRAINT people_attest_by_name CHECK ((role = 'system') = (attester_id IS NULL)),
    CONSTRAINT attested_qualities_go_to_one_and_a_half CHECK (quality_milli BETWEEN 0 AND 1500),
    CONSTRAINT attested_units_are_not_negative CHECK (units_milli >= 0),
    CONSTRAINT confirmations_say_how_good_it_was CHECK ((state IN ('confirmed', 'confirmed_by_silence')) = (quality_milli IS NOT NULL) AND (quality_milli IS NULL) = (units_milli IS NULL)),
    CONSTRAINT rejections_say_why CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT attestations_are_answered_at_an_instant CHECK ((state = 'asked') = (answered_at IS NULL)),
    CONSTRAINT attestations_wait_for_the_clock_until_answered CHECK ((state = 'asked') = (due_at IS NOT NULL)),
    CONSTRAINT attesters_are_reminded_twice CHECK (notices BETWEEN 0 AND 2),
    CONSTRAINT only_two_notices_make_silence_a_yes CHECK (state <> 'confirmed_by_silence' OR (role = 'counterparty' AND notices = 2)),
    CONSTRAINT a_quorum_has_seats CHECK ((role = 'quorum') = (seat IS NOT NULL)),
    CONSTRAINT nobody_attests_twice UNIQUE (contribution_id, attester_id),
    CONSTRAINT attestations_attester_id_fkey FOREIGN KEY(attester_id) REFERENCES users (id),
    CONSTRAINT attestation_roles_known CHECK (role IN ('counterparty', 'quorum', 'moderator', 'appeal', 'system')),
    CONSTRAINT attestation_states_known CHECK (state IN ('asked', 'confirmed', 'confirmed_by_silence', 'rejected', 'declined', 'replaced', 'released')),
    CONSTRAINT attestation_reasons_known CHECK (reason IN ('not_done', 'not_theirs', 'not_useful', 'copied', 'off_topic', 'harmful', 'not_seen_by_the_system', 'appeal_unanswered'))
);

CREATE UNIQUE INDEX a_seat_is_taken_once ON attestations (contribution_id, seat) WHERE state NOT IN ('replaced', 'declined');

CREATE INDEX attestations_by_contribution_id ON attestations (contribution_id);

CREATE INDEX attestations_due ON attestations (due_at) WHERE state = 'asked';

CREATE INDEX attestations_for_a_person ON attestations (contributor_id, assigned_at);

CREATE INDEX attestations_of_a_person ON attestations (attester_id, id);

COMMENT ON TABLE attestations IS 'One row means: this person was asked whether it happened, and so they answered.';

CREATE FUNCTION attestations_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['state', 'quality_milli', 'units_milli', 'reason', 'statement', 'due_at', 'notices', 'noticed_at', 'answered_at']::text[] = to_jsonb(OLD) - ARRAY['state', 'quality_milli', 'units_milli', 'reason', 'statement', 'due_at', 'notices', 'noticed_at', 'answered_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'attestations are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'attestations_are_kept';
END $$;

CREATE TRIGGER attestations_are_kept BEFORE UPDATE OR DELETE ON attestations
    FOR EACH ROW EXECUTE FUNCTION attestations_are_kept();

CREATE TABLE contribution_seen_deeds (
    kind VARCHAR(40) NOT NULL,
    subject_id UUID NOT NULL,
    user_id UUID NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT contribution_seen_deeds_pkey PRIMARY KEY (kind, subject_id),
    CONSTRAINT contribution_seen_deeds_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

COMMENT ON TABLE contribution_seen_deeds IS 'One row means: the system saw for itself that this person did this.';

CREATE TABLE contribution_periods (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    number INTEGER NOT NULL,
    start_at TIMESTAMP WITH TIME ZONE NOT NULL,
    end_at TIMESTAMP WITH TIME ZONE NOT NULL,
    policy_version_id UUID NOT NULL,
    currency VARCHAR(3) NOT NULL,
    fees_amount BIGINT NOT NULL,
    share_bp INTEGER NOT NULL,
    value_amount BIGINT NOT NULL,
    pool BIGINT NOT NULL,
    raw_nano BIGINT NOT NULL,
    given BIGINT NOT NULL,
    claims INTEGER NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT contribution_periods_pkey PRIMARY KEY (id),
    CONSTRAINT periods_are_closed_once UNIQUE (market_id, number),
    CONSTRAINT periods_count_from_one CHECK (number >= 1),
    CONSTRAINT periods_end_after_they_start CHECK (end_at > start_at),
    CONSTRAINT periods_are_closed_when_they_are_over CHECK (closed_at >= end_at),
    CONSTRAINT no_more_is_given_than_the_pool CHECK (given BETWEEN 0 AND pool),
    CONSTRAINT a_pool_is_a_tenth_of_fees_at_most CHECK (share_bp BETWEEN 0 AND 1000),
    CONSTRAINT a_pool_is_backed_by_fees CHECK (pool::numeric * value_amount * 10000 <= greatest(fees_amount, 0)::numeric * share_bp * 1000),
    CONSTRAINT contribution_periods_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT contribution_periods_policy_version_id_fkey FOREIGN KEY(policy_version_id) REFERENCES policy_versions (id)
);

COMMENT ON TABLE contribution_periods IS 'One row means: this period is closed, and this was given out of its pool.';

CREATE FUNCTION contribution_periods_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contribution_periods are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contribution_periods_are_kept';
END $$;

CREATE TRIGGER contribution_periods_are_kept BEFORE UPDATE OR DELETE ON contribution_periods
    FOR EACH ROW EXECUTE FUNCTION contribution_periods_are_kept();

CREATE TABLE contribution_valuations (
    contribution_id UUID NOT NULL,
    period_id UUID NOT NULL,
    policy_version_id UUID NOT NULL,
    cluster_id UUID NOT NULL,
    kind VARCHAR(40) NOT NULL,
    booking_id UUID,
    worth JSONB NOT NULL,
    fee JSONB,
    units_milli BIGINT NOT NULL,
    capped_nano BIGINT NOT NULL,
    credits BIGINT NOT NULL,
    valued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT contribution_valuations_pkey PRIMARY KEY (contribution_id),
    CONSTRAINT valuations_are_not_negative CHECK (credits >= 0),
    CONSTRAINT valuations_are_of_something CHECK (units_milli > 0),
    CONSTRAINT bookings_bound_by_their_fee CHECK ((booking_id IS NULL) = (fee IS NULL)),
    CONSTRAINT contribution_valuations_contribution_id_fkey FOREIGN KEY(contribution_id) REFERENCES contributions (id),
    CONSTRAINT contribution_valuations_period_id_fkey FOREIGN KEY(period_id) REFERENCES contribution_periods (id),
    CONSTRAINT contribution_valuations_policy_version_id_fkey FOREIGN KEY(policy_version_id) REFERENCES policy_versions (id),
    CONSTRAINT contribution_valuations_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (id)
);

CREATE INDEX valuations_about_a_booking ON contribution_valuations (booking_id);

CREATE INDEX valuations_of_a_period ON contribution_valuations (period_id);

COMMENT ON TABLE contribution_valuations IS 'One row means: this contribution was worth so many credits, from these numbers.';

CREATE FUNCTION contribution_valuations_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contribution_valuations are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contribution_valuations_are_kept';
END $$;

CREATE TRIGGER contribution_valuations_are_kept BEFORE UPDATE OR DELETE ON contribution_valuations
    FOR EACH ROW EXECUTE FUNCTION contribution_valuations_are_kept();

CREATE TABLE reviewed_bookings (
    review_id UUID NOT NULL,
    booking_id UUID NOT NULL,
    CONSTRAINT reviewed_bookings_pkey PRIMARY KEY (review_id),
    CONSTRAINT reviewed_bookings_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (id)
);

COMMENT ON TABLE reviewed_bookings IS 'One row means: this review is about this booking, whose fee bounds what it earns.';

CREATE TABLE credit_claw_backs (
    id UUID NOT NULL,
    contribution_id UUID NOT NULL,
    credits BIGINT NOT NULL,
    reason VARCHAR(40) NOT NULL,
    statement TEXT,
    booking_id UUID,
    fee JSONB,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    entry_id UUID,
    appealed_at TIMESTAMP WITH TIME ZONE,
    appeal_statement TEXT,
    appeal_decided_at TIMESTAMP WITH TIME ZONE,
    appeal_decided_by UUID,
    appeal_outcome VARCHAR(40),
    appeal_answer TEXT,
    restored_at TIMESTAMP WITH TIME ZONE,
    restored_entry_id UUID,
    CONSTRAINT credit_claw_backs_pkey PRIMARY KEY (id),
    CONSTRAINT claw_backs_are_not_negative CHECK (credits >= 0),
    CONSTRAINT people_claw_back_all_but_refunds_and_corrections CHECK ((decided_by IS NULL) = (reason IN ('refunded', 'corrected'))),
    CONSTRAINT refunds_say_what_the_booking_bears CHECK ((reason = 'refunded') = (booking_id IS NOT NULL) AND (reason = 'refunded') = (fee IS NOT NULL)),
    CONSTRAINT claw_backs_are_explained CHECK (decided_by IS NULL OR statement IS NOT NULL),
    CONSTRAINT claw_backs_are_appealed_with_a_statement CHECK ((appealed_at IS NULL) = (appeal_statement IS NULL)),
    CONSTRAINT claw_backs_are_appealed_in_183_days CHECK (appealed_at <= decided_at + interval '4392 hours'),
    CONSTRAINT claw_back_appeals_are_decided_whole CHECK ((appeal_decided_at IS NULL) = (appeal_decided_by IS NULL) AND (appeal_decided_at IS NULL) = (appeal_outcome IS NULL) AND (appeal_decided_at IS NULL) = (appeal_answer IS NULL)),
    CONSTRAINT only_appealed_claw_backs_are_decided CHECK (appeal_decided_at IS NULL OR appealed_at IS NOT NULL),
    CONSTRAINT claw_back_appeals_go_to_a_different_person CHECK (appeal_decided_by <> decided_by),
    CONSTRAINT appeals_and_failed_refunds_restore_credits CHECK (restored_at IS NULL OR reason = 'refunded' OR appeal_outcome = 'restored'),
    CONSTRAINT credits_are_restored_at_an_instant CHECK (restored_at IS NOT NULL OR (restored_entry_id IS NULL AND appeal_outcome IS DISTINCT FROM 'restored')),
    CONSTRAINT credit_claw_backs_contribution_id_fkey FOREIGN KEY(contribution_id) REFERENCES contributions (id),
    CONSTRAINT claw_back_reasons_known CHECK (reason IN ('fraud', 'not_done', 'not_theirs', 'copied', 'harmful', 'mistake', 'refunded', 'corrected')),
    CONSTRAINT credit_claw_backs_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (id),
    CONSTRAINT credit_claw_backs_decided_by_fkey FOREIGN KEY(decided_by) REFERENCES users (id),
    CONSTRAINT credit_claw_backs_one_per_entry_id UNIQUE (entry_id),
    CONSTRAINT credit_claw_backs_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES ledger_entries (id),
    CONSTRAINT credit_claw_backs_appeal_decided_by_fkey FOREIGN KEY(appeal_decided_by) REFERENCES users (id),
    CONSTRAINT claw_back_outcomes_known CHECK (appeal_outcome IN ('upheld', 'restored')),
    CONSTRAINT credit_claw_backs_one_per_restored_entry_id UNIQUE (restored_entry_id),
    CONSTRAINT credit_claw_backs_restored_entry_id_fkey FOREIGN KEY(restored_entry_id) REFERENCES ledger_entries (id)
);

CREATE INDEX claw_backs_of_a_booking ON credit_claw_backs (booking_id);

CREATE INDEX claw_backs_of_a_contribution ON credit_claw_backs (contribution_id, id);

COMMENT ON TABLE credit_claw_backs IS 'One row means: so many credits of this contribution were taken back, for this reason.';

CREATE FUNCTION credit_claw_backs_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['appealed_at', 'appeal_statement', 'appeal_decided_at', 'appeal_decided_by', 'appeal_outcome', 'appeal_answer', 'restored_at', 'restored_entry_id']::text[] = to_jsonb(OLD) - ARRAY['appealed_at', 'appeal_statement', 'appeal_decided_at', 'appeal_decided_by', 'appeal_outcome', 'appeal_answer', 'restored_at', 'restored_entry_id']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'credit_claw_backs are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'credit_claw_backs_are_kept';
END $$;

CREATE TRIGGER credit_claw_backs_are_kept BEFORE UPDATE OR DELETE ON credit_claw_backs
    FOR EACH ROW EXECUTE FUNCTION credit_claw_backs_are_kept();

CREATE TABLE referral_codes (
    code VARCHAR(10) NOT NULL,
    market_id UUID NOT NULL,
    user_id UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT referral_codes_pkey PRIMARY KEY (code),
    CONSTRAINT a_person_has_one_referral_code UNIQUE (market_id, user_id),
    CONSTRAINT referral_codes_are_ten_characters CHECK (code ~ '^[0-9a-hjkmnp-tv-z]{10}$'),
    CONSTRAINT referral_codes_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT referral_codes_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

COMMENT ON TABLE referral_codes IS 'One row means: with this code this person invites others to this market.';

CREATE FUNCTION referral_codes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'referral_codes are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'referral_codes_are_kept';
END $$;

CREATE TRIGGER referral_codes_are_kept BEFORE UPDATE OR DELETE ON referral_codes
    FOR EACH ROW EXECUTE FUNCTION referral_codes_are_kept();

CREATE TABLE referrals (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    referred_id UUID NOT NULL,
    referrer_id UUID NOT NULL,
    referred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    booking_id UUID,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_as VARCHAR(40),
    contribution_id UUID,
    CONSTRAINT referrals_pkey PRIMARY KEY (id),
    CONSTRAINT a_person_is_referred_to_a_market_once UNIQUE (market_id, referred_id),
    CONSTRAINT nobody_refers_themselves CHECK (referrer_id <> referred_id),
    CONSTRAINT referrals_end_with_a_claim_or_a_reason CHECK ((booking_id IS NULL) = (ended_at IS NULL) AND (contribution_id IS NULL OR ended_as IS NULL) AND (ended_at IS NOT NULL) = (contribution_id IS NOT NULL OR ended_as IS NOT NULL)),
    CONSTRAINT referrals_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT referrals_referred_id_fkey FOREIGN KEY(referred_id) REFERENCES users (id),
    CONSTRAINT referrals_referrer_id_fkey FOREIGN KEY(referrer_id) REFERENCES users (id),
    CONSTRAINT referrals_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (id),
    CONSTRAINT referral_ends_known CHECK (ended_as IN ('same_cluster', 'not_taken')),
    CONSTRAINT referrals_contribution_id_fkey FOREIGN KEY(contribution_id) REFERENCES contributions (id)
);

CREATE INDEX referrals_by_a_person ON referrals (referrer_id, referred_at);

CREATE UNIQUE INDEX referrals_claimed ON referrals (contribution_id);

COMMENT ON TABLE referrals IS 'One row means: this person came to this market by the code of that person.';

CREATE FUNCTION referrals_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['booking_id', 'ended_at', 'ended_as', 'contribution_id']::text[] = to_jsonb(OLD) - ARRAY['booking_id', 'ended_at', 'ended_as', 'contribution_id']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'referrals are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'referrals_are_kept';
END $$;

CREATE TRIGGER referrals_are_kept BEFORE UPDATE OR DELETE ON referrals
    FOR EACH ROW EXECUTE FUNCTION referrals_are_kept();

CREATE TABLE contribution_signals (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    watch VARCHAR(40) NOT NULL,
    user_id UUID NOT NULL,
    other_id UUID,
    strength DOUBLE PRECISION NOT NULL,
    why TEXT NOT NULL,
    evidence JSONB NOT NULL,
    noticed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE,
    looked_by UUID,
    outcome VARCHAR(40),
    note TEXT,
    CONSTRAINT contribution_signals_pkey PRIMARY KEY (id),
    CONSTRAINT signals_are_looked_at_by_somebody CHECK ((looked_at IS NULL) = (looked_by IS NULL) AND (looked_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT signals_about_two_are_about_two CHECK (other_id <> user_id),
    CONSTRAINT contribution_signals_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT contribution_watches_known CHECK (watch IN ('self_dealing', 'burst', 'always_agreeing', 'cluster')),
    CONSTRAINT contribution_signals_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT contribution_signals_other_id_fkey FOREIGN KEY(other_id) REFERENCES users (id),
    CONSTRAINT contribution_signals_looked_by_fkey FOREIGN KEY(looked_by) REFERENCES users (id),
    CONSTRAINT contribution_watch_outcomes_known CHECK (outcome IN ('harmless', 'acted_on'))
);

CREATE INDEX signals_about_somebody ON contribution_signals (user_id, watch, noticed_at);

CREATE INDEX signals_to_look_at ON contribution_signals (market_id, id) WHERE looked_at IS NULL;

COMMENT ON TABLE contribution_signals IS 'One row means: this was noticed, and a person should look at it.';

CREATE FUNCTION contribution_signals_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['looked_at', 'looked_by', 'outcome', 'note']::text[] = to_jsonb(OLD) - ARRAY['looked_at', 'looked_by', 'outcome', 'note']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'contribution_signals are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contribution_signals_are_kept';
END $$;

CREATE TRIGGER contribution_signals_are_kept BEFORE UPDATE OR DELETE ON contribution_signals
    FOR EACH ROW EXECUTE FUNCTION contribution_signals_are_kept();
