-- The kinds of account that credits need. Each CHECK is added unvalidated and validated afterwards.
ALTER TABLE ledger_accounts DROP CONSTRAINT accounts_kind_known;
ALTER TABLE ledger_accounts ADD CONSTRAINT accounts_kind_known
    CHECK (kind IN ('clearing', 'held', 'payable', 'receivable', 'service_fees', 'commission', 'tax', 'refunds_in_flight', 'disputes', 'goodwill', 'surge_pool', 'rounding', 'processing_fees', 'credits', 'credits_pending', 'credits_owed', 'credits_pool', 'community_pot', 'breakage', 'hours')) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT accounts_kind_known;

ALTER TABLE ledger_accounts DROP CONSTRAINT accounts_have_their_owner;
ALTER TABLE ledger_accounts ADD CONSTRAINT accounts_have_their_owner
    CHECK ((kind IN ('held', 'payable', 'receivable', 'credits', 'credits_pending', 'credits_owed', 'community_pot', 'hours')) = (owner_id IS NOT NULL)) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT accounts_have_their_owner;

ALTER TABLE ledger_accounts DROP CONSTRAINT credits_are_kept_in_credits;
ALTER TABLE ledger_accounts ADD CONSTRAINT credits_are_kept_in_credits
    CHECK ((kind IN ('credits', 'credits_pending', 'credits_owed', 'credits_pool', 'community_pot', 'breakage')) = (unit = 'CRD')) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT credits_are_kept_in_credits;

-- A balance may have a ceiling as it has a floor. Hours that were there get theirs.
ALTER TABLE ledger_balances ADD COLUMN ceiling BIGINT;
UPDATE ledger_balances SET ceiling = 2400
FROM ledger_accounts WHERE ledger_accounts.id = ledger_balances.account_id AND ledger_accounts.kind = 'hours';
ALTER TABLE ledger_balances ADD CONSTRAINT balances_stay_below_their_ceiling CHECK (balance <= ceiling) NOT VALID;
ALTER TABLE ledger_balances VALIDATE CONSTRAINT balances_stay_below_their_ceiling;

CREATE TABLE ledger_mandates (
    account_id UUID NOT NULL,
    user_id UUID NOT NULL,
    market_id UUID NOT NULL,
    granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT ledger_mandates_pkey PRIMARY KEY (account_id, user_id),
    CONSTRAINT mandates_end_after_they_began CHECK (ended_at >= granted_at),
    CONSTRAINT ledger_mandates_account_id_fkey FOREIGN KEY(account_id) REFERENCES ledger_accounts (id),
    CONSTRAINT ledger_mandates_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id)
);

CREATE INDEX ledger_mandates_of_user ON ledger_mandates (user_id, market_id);

COMMENT ON TABLE ledger_mandates IS 'One row means: this user''s fees in this market may be paid out of this account.';

CREATE TABLE credit_grants (
    entry_id UUID NOT NULL,
    user_id UUID NOT NULL,
    subject_id UUID NOT NULL,
    credits BIGINT NOT NULL,
    held BOOLEAN NOT NULL,
    policy_version_id UUID,
    expiry_days INTEGER,
    granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT credit_grants_pkey PRIMARY KEY (entry_id),
    CONSTRAINT credit_grants_grant_something CHECK (credits > 0),
    CONSTRAINT credit_grants_last_a_while CHECK (expiry_days > 0),
    CONSTRAINT credit_grants_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES ledger_entries (id),
    CONSTRAINT credit_grants_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT credit_grants_policy_version_id_fkey FOREIGN KEY(policy_version_id) REFERENCES policy_versions (id)
);

CREATE INDEX credit_grants_of_user ON credit_grants (user_id, granted_at);

COMMENT ON TABLE credit_grants IS 'One row means: these credits were granted by this entry, on these terms.';

CREATE FUNCTION credit_grants_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'credit_grants are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'credit_grants_are_kept';
END $$;

CREATE TRIGGER credit_grants_are_kept BEFORE UPDATE OR DELETE ON credit_grants
    FOR EACH ROW EXECUTE FUNCTION credit_grants_are_kept();

CREATE TABLE credit_notices (
    lot_id UUID NOT NULL,
    round INTEGER NOT NULL,
    days INTEGER NOT NULL,
    user_id UUID NOT NULL,
    credits BIGINT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT credit_notices_pkey PRIMARY KEY (lot_id, round, days),
    CONSTRAINT notices_are_of_something CHECK (credits > 0),
    CONSTRAINT notices_come_thirty_and_seven_days_before CHECK (days IN (30, 7)),
    CONSTRAINT notices_come_before_the_end CHECK (told_at < expires_at),
    CONSTRAINT credit_notices_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES ledger_entries (id),
    CONSTRAINT credit_notices_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX credit_notices_by_user_id ON credit_notices (user_id);

COMMENT ON TABLE credit_notices IS 'One row means: this user was told that these credits expire, so many days before.';

CREATE FUNCTION credit_notices_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'credit_notices are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'credit_notices_are_kept';
END $$;

CREATE TRIGGER credit_notices_are_kept BEFORE UPDATE OR DELETE ON credit_notices
    FOR EACH ROW EXECUTE FUNCTION credit_notices_are_kept();

CREATE TABLE hour_transfers (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    giver_id UUID NOT NULL,
    receiver_id UUID NOT NULL,
    claimed_by VARCHAR(40) NOT NULL,
    minutes INTEGER NOT NULL,
    what VARCHAR(200) NOT NULL,
    state VARCHAR(40) NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answer_by TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    entry_id UUID,
    CONSTRAINT hour_transfers_pkey PRIMARY KEY (id),
    CONSTRAINT nobody_gives_hours_to_themselves CHECK (giver_id <> receiver_id),
    CONSTRAINT hours_pass_in_small_parts CHECK (minutes BETWEEN 1 AND 720),
    CONSTRAINT hour_transfers_end_once CHECK ((state = 'claimed') = (ended_at IS NULL)),
    CONSTRAINT only_confirmed_hours_are_posted CHECK ((state = 'confirmed') = (entry_id IS NOT NULL)),
    CONSTRAINT hour_transfers_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT hour_transfers_giver_id_fkey FOREIGN KEY(giver_id) REFERENCES users (id),
    CONSTRAINT hour_transfers_receiver_id_fkey FOREIGN KEY(receiver_id) REFERENCES users (id),
    CONSTRAINT hour_sides_known CHECK (claimed_by IN ('giver', 'receiver')),
    CONSTRAINT hour_transfer_states_known CHECK (state IN ('claimed', 'confirmed', 'declined', 'withdrawn', 'lapsed')),
    CONSTRAINT hour_transfers_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES ledger_entries (id)
);

CREATE INDEX hour_transfers_of_giver ON hour_transfers (giver_id, id);

CREATE INDEX hour_transfers_of_receiver ON hour_transfers (receiver_id, id);

CREATE INDEX hour_transfers_waiting ON hour_transfers (answer_by) WHERE state = 'claimed';

CREATE UNIQUE INDEX one_claim_of_hours_waits_for_an_answer ON hour_transfers (giver_id, receiver_id, claimed_by) WHERE state = 'claimed';

COMMENT ON TABLE hour_transfers IS 'One row means: one of two people says that one helped the other for so many minutes.';

CREATE FUNCTION hour_transfers_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['state', 'ended_at', 'entry_id']::text[] = to_jsonb(OLD) - ARRAY['state', 'ended_at', 'entry_id']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'hour_transfers are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'hour_transfers_are_kept';
END $$;

CREATE TRIGGER hour_transfers_are_kept BEFORE UPDATE OR DELETE ON hour_transfers
    FOR EACH ROW EXECUTE FUNCTION hour_transfers_are_kept();

CREATE TABLE contribution_pots (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    beneficiary_id UUID,
    title VARCHAR(120) NOT NULL,
    opened_by UUID NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT contribution_pots_pkey PRIMARY KEY (id),
    CONSTRAINT contribution_pots_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT contribution_pots_beneficiary_id_fkey FOREIGN KEY(beneficiary_id) REFERENCES users (id),
    CONSTRAINT contribution_pots_opened_by_fkey FOREIGN KEY(opened_by) REFERENCES users (id)
);

CREATE INDEX contribution_pots_of_market ON contribution_pots (market_id, id);

CREATE UNIQUE INDEX one_open_pot_per_person ON contribution_pots (market_id, beneficiary_id) WHERE closed_at IS NULL AND beneficiary_id IS NOT NULL;

COMMENT ON TABLE contribution_pots IS 'One row means: credits may be given here for this person, or for this purpose.';

CREATE FUNCTION contribution_pots_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['closed_at']::text[] = to_jsonb(OLD) - ARRAY['closed_at']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'contribution_pots are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'contribution_pots_are_kept';
END $$;

CREATE TRIGGER contribution_pots_are_kept BEFORE UPDATE OR DELETE ON contribution_pots
    FOR EACH ROW EXECUTE FUNCTION contribution_pots_are_kept();

CREATE TABLE pot_gifts (
    id UUID NOT NULL,
    pot_id UUID NOT NULL,
    giver_id UUID NOT NULL,
    credits BIGINT NOT NULL,
    entry_id UUID NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pot_gifts_pkey PRIMARY KEY (id),
    CONSTRAINT gifts_give_something CHECK (credits > 0),
    CONSTRAINT pot_gifts_pot_id_fkey FOREIGN KEY(pot_id) REFERENCES contribution_pots (id),
    CONSTRAINT pot_gifts_giver_id_fkey FOREIGN KEY(giver_id) REFERENCES users (id),
    CONSTRAINT pot_gifts_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES ledger_entries (id)
);

CREATE INDEX pot_gifts_of_pot ON pot_gifts (pot_id, id);

COMMENT ON TABLE pot_gifts IS 'One row means: this user gave these credits into this pot.';

CREATE FUNCTION pot_gifts_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'pot_gifts are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pot_gifts_are_kept';
END $$;

CREATE TRIGGER pot_gifts_are_kept BEFORE UPDATE OR DELETE ON pot_gifts
    FOR EACH ROW EXECUTE FUNCTION pot_gifts_are_kept();

CREATE TABLE patronage_rounds (
    id UUID NOT NULL,
    market_id UUID NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    currency VARCHAR(3) NOT NULL,
    surplus_amount BIGINT NOT NULL,
    earned_amount BIGINT NOT NULL,
    fee_weight INTEGER NOT NULL,
    commission_weight INTEGER NOT NULL,
    value_amount BIGINT NOT NULL,
    policy_version_id UUID NOT NULL,
    posted_by UUID NOT NULL,
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT patronage_rounds_pkey PRIMARY KEY (id),
    CONSTRAINT patronage_periods_have_a_length CHECK (starts_at < ends_at),
    CONSTRAINT patronage_splits_something CHECK (surplus_amount > 0),
    CONSTRAINT patronage_splits_what_was_earned CHECK (surplus_amount <= earned_amount),
    CONSTRAINT patronage_credits_are_worth_something CHECK (value_amount > 0),
    CONSTRAINT patronage_weighs_something CHECK (least(fee_weight, commission_weight) >= 0 AND fee_weight + commission_weight > 0),
    CONSTRAINT a_surplus_is_split_once EXCLUDE USING gist (int8range(hashtextextended(market_id::text, 0), hashtextextended(market_id::text, 0), '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&),
    CONSTRAINT patronage_rounds_market_id_fkey FOREIGN KEY(market_id) REFERENCES markets (id),
    CONSTRAINT patronage_rounds_policy_version_id_fkey FOREIGN KEY(policy_version_id) REFERENCES policy_versions (id),
    CONSTRAINT patronage_rounds_posted_by_fkey FOREIGN KEY(posted_by) REFERENCES users (id)
);

CREATE INDEX patronage_rounds_of_market ON patronage_rounds (market_id, starts_at);

COMMENT ON TABLE patronage_rounds IS 'One row means: this surplus of this period was split among those who brought it in.';

CREATE FUNCTION patronage_rounds_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'patronage_rounds are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'patronage_rounds_are_kept';
END $$;

CREATE TRIGGER patronage_rounds_are_kept BEFORE UPDATE OR DELETE ON patronage_rounds
    FOR EACH ROW EXECUTE FUNCTION patronage_rounds_are_kept();

CREATE TABLE patronage_shares (
    round_id UUID NOT NULL,
    user_id UUID NOT NULL,
    fee_amount BIGINT NOT NULL,
    commission_amount BIGINT NOT NULL,
    share_amount BIGINT NOT NULL,
    credits BIGINT NOT NULL,
    entry_id UUID,
    CONSTRAINT patronage_shares_pkey PRIMARY KEY (round_id, user_id),
    CONSTRAINT patronage_shares_are_not_negative CHECK (least(fee_amount, commission_amount, share_amount, credits) >= 0),
    CONSTRAINT only_shares_of_something_are_posted CHECK (entry_id IS NULL OR credits > 0),
    CONSTRAINT patronage_shares_round_id_fkey FOREIGN KEY(round_id) REFERENCES patronage_rounds (id),
    CONSTRAINT patronage_shares_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT patronage_shares_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES ledger_entries (id)
);

CREATE INDEX patronage_shares_waiting ON patronage_shares (round_id, user_id) WHERE entry_id IS NULL AND credits > 0;

COMMENT ON TABLE patronage_shares IS 'One row means: this user brought in so much, and gets this share of the surplus.';

CREATE FUNCTION patronage_shares_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['entry_id']::text[] = to_jsonb(OLD) - ARRAY['entry_id']::text[] THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'patronage_shares are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'patronage_shares_are_kept';
END $$;

CREATE TRIGGER patronage_shares_are_kept BEFORE UPDATE OR DELETE ON patronage_shares
    FOR EACH ROW EXECUTE FUNCTION patronage_shares_are_kept();
