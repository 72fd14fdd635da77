DROP TABLE card_dispute_movements, card_disputes;
DROP FUNCTION card_dispute_movements_are_kept();
ALTER TABLE bookings DROP COLUMN distribution_stopped_at;
DROP INDEX payments_stopped;
ALTER TABLE payments DROP COLUMN distribution_stopped_at;
ALTER TABLE ledger_accounts DROP CONSTRAINT accounts_kind_known;
ALTER TABLE ledger_accounts ADD CONSTRAINT accounts_kind_known
    CHECK (kind IN ('clearing', 'held', 'payable', 'payable_held', 'receivable', 'service_fees', 'commission', 'tax', 'refunds_in_flight', 'disputes', 'goodwill', 'surge_pool', 'rounding', 'processing_fees', 'credits', 'credits_pending', 'credits_owed', 'credits_pool', 'community_pot', 'breakage', 'hours')) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT accounts_kind_known;
