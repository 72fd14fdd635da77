-- Is refused while an account for held pay exists: its postings are kept for ever.
UPDATE bookings SET reason_code = 'other' WHERE reason_code = 'account_suspended';
ALTER TABLE ledger_accounts DROP CONSTRAINT accounts_kind_known;
ALTER TABLE ledger_accounts ADD CONSTRAINT accounts_kind_known
    CHECK (kind IN ('clearing', 'held', 'payable', 'receivable', 'service_fees', 'commission', 'tax', 'refunds_in_flight', 'disputes', 'goodwill', 'surge_pool', 'rounding', 'processing_fees', 'credits', 'credits_pending', 'credits_owed', 'credits_pool', 'community_pot', 'breakage', 'hours')) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT accounts_kind_known;

ALTER TABLE ledger_accounts DROP CONSTRAINT accounts_have_their_owner;
ALTER TABLE ledger_accounts ADD CONSTRAINT accounts_have_their_owner
    CHECK ((kind IN ('held', 'payable', 'receivable', 'credits', 'credits_pending', 'credits_owed', 'community_pot', 'hours')) = (owner_id IS NOT NULL)) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT accounts_have_their_owner;

ALTER TABLE bookings DROP CONSTRAINT booking_reasons_known;
ALTER TABLE bookings ADD CONSTRAINT booking_reasons_known
    CHECK (reason_code IN ('changed_plans', 'illness', 'emergency', 'weather', 'unavailable', 'not_as_agreed', 'unsafe', 'mistake', 'other', 'no_show', 'payment_lost', 'dispute_resolved', 'not_paid', 'not_answered')) NOT VALID;
ALTER TABLE bookings VALIDATE CONSTRAINT booking_reasons_known;

ALTER TABLE booking_disputes DROP CONSTRAINT dispute_reasons_known;
ALTER TABLE booking_disputes ADD CONSTRAINT dispute_reasons_known
    CHECK (reason_code IN ('changed_plans', 'illness', 'emergency', 'weather', 'unavailable', 'not_as_agreed', 'unsafe', 'mistake', 'other', 'no_show', 'payment_lost', 'dispute_resolved', 'not_paid', 'not_answered')) NOT VALID;
ALTER TABLE booking_disputes VALIDATE CONSTRAINT dispute_reasons_known;
