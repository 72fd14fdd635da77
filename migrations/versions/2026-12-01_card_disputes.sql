-- Money that the card holder's bank takes back through the card network.
ALTER TABLE ledger_accounts DROP CONSTRAINT accounts_kind_known;
ALTER TABLE ledger_accounts ADD CONSTRAINT accounts_kind_known
    CHECK (kind IN ('clearing', 'held', 'payable', 'payable_held', 'receivable', 'service_fees', 'commission', 'tax', 'refunds_in_flight', 'disputes', 'goodwill', 'surge_pool', 'rounding', 'processing_fees', 'dispute_fees', 'credits', 'credits_pending', 'credits_owed', 'credits_pool', 'community_pot', 'breakage', 'hours')) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT accounts_kind_known;

ALTER TABLE payments ADD COLUMN distribution_stopped_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX payments_stopped ON payments (looked_at) WHERE distribution_stopped_at IS NOT NULL;
ALTER TABLE bookings ADD COLUMN distribution_stopped_at TIMESTAMP WITH TIME ZONE;

CREATE TABLE card_disputes (
    id UUID NOT NULL,
    payment_id UUID NOT NULL,
    provider_reference VARCHAR(80) NOT NULL,
    state VARCHAR(40) NOT NULL,
    amount BIGINT NOT NULL,
    reason_code VARCHAR(40) NOT NULL,
    withdrawn_amount BIGINT NOT NULL,
    fee_amount BIGINT NOT NULL,
    evidence_due_at TIMESTAMP WITH TIME ZONE,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    resolved_at TIMESTAMP WITH TIME ZONE,
    liable VARCHAR(40),
    resolution_reason VARCHAR(2000),
    resolution_entry_id UUID,
    CONSTRAINT card_disputes_pkey PRIMARY KEY (id),
    CONSTRAINT card_disputes_are_about_something CHECK (amount > 0),
    CONSTRAINT card_disputes_are_resolved_with_a_liable_party CHECK ((resolved_at IS NULL) = (liable IS NULL) AND (resolved_at IS NULL) = (resolution_entry_id IS NULL)),
    CONSTRAINT card_disputes_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (id),
    CONSTRAINT card_disputes_one_per_provider_reference UNIQUE (provider_reference),
    CONSTRAINT card_disputes_state_known CHECK (state IN ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented')),
    CONSTRAINT card_disputes_liable_known CHECK (liable IN ('booking', 'provider', 'platform')),
    CONSTRAINT card_disputes_one_per_resolution_entry_id UNIQUE (resolution_entry_id),
    CONSTRAINT card_disputes_resolution_entry_id_fkey FOREIGN KEY(resolution_entry_id) REFERENCES ledger_entries (id)
);

CREATE INDEX card_disputes_by_payment_id ON card_disputes (payment_id);

COMMENT ON TABLE card_disputes IS 'One row means: the card holder''s bank took this payment back, or asks about it.';

CREATE TABLE card_dispute_movements (
    id UUID NOT NULL,
    dispute_id UUID NOT NULL,
    provider_reference VARCHAR(80) NOT NULL,
    amount BIGINT NOT NULL,
    fee_amount BIGINT NOT NULL,
    entry_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT card_dispute_movements_pkey PRIMARY KEY (id),
    CONSTRAINT card_dispute_movements_move_something CHECK (amount <> 0 OR fee_amount <> 0),
    CONSTRAINT card_dispute_movements_dispute_id_fkey FOREIGN KEY(dispute_id) REFERENCES card_disputes (id),
    CONSTRAINT card_dispute_movements_one_per_provider_reference UNIQUE (provider_reference),
    CONSTRAINT card_dispute_movements_one_per_entry_id UNIQUE (entry_id),
    CONSTRAINT card_dispute_movements_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES ledger_entries (id)
);

CREATE INDEX card_dispute_movements_by_dispute_id ON card_dispute_movements (dispute_id);

COMMENT ON TABLE card_dispute_movements IS 'One row means: this balance transaction moved money because of a card dispute.';

CREATE FUNCTION card_dispute_movements_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'card_dispute_movements are never changed or removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'card_dispute_movements_are_kept';
END $$;

CREATE TRIGGER card_dispute_movements_are_kept BEFORE UPDATE OR DELETE ON card_dispute_movements
    FOR EACH ROW EXECUTE FUNCTION card_dispute_movements_are_kept();
