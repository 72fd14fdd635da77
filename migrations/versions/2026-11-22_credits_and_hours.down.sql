DROP TABLE patronage_shares, patronage_rounds, pot_gifts, contribution_pots, hour_transfers, credit_notices, credit_grants, ledger_mandates;
DROP FUNCTION patronage_shares_are_kept();
DROP FUNCTION patronage_rounds_are_kept();
DROP FUNCTION pot_gifts_are_kept();
DROP FUNCTION contribution_pots_are_kept();
DROP FUNCTION hour_transfers_are_kept();
DROP FUNCTION credit_notices_are_kept();
DROP FUNCTION credit_grants_are_kept();

ALTER TABLE ledger_balances DROP COLUMN ceiling;

ALTER TABLE ledger_accounts DROP CONSTRAINT credits_are_kept_in_credits;
ALTER TABLE ledger_accounts ADD CONSTRAINT credits_are_kept_in_credits
    CHECK ((kind IN ('credits', 'credits_pool')) = (unit = 'CRD')) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT credits_are_kept_in_credits;

ALTER TABLE ledger_accounts DROP CONSTRAINT accounts_have_their_owner;
ALTER TABLE ledger_accounts ADD CONSTRAINT accounts_have_their_owner
    CHECK ((kind IN ('held', 'payable', 'receivable', 'credits', 'hours')) = (owner_id IS NOT NULL)) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT accounts_have_their_owner;

ALTER TABLE ledger_accounts DROP CONSTRAINT accounts_kind_known;
ALTER TABLE ledger_accounts ADD CONSTRAINT accounts_kind_known
    CHECK (kind IN ('clearing', 'held', 'payable', 'receivable', 'service_fees', 'commission', 'tax', 'refunds_in_flight', 'disputes', 'goodwill', 'surge_pool', 'rounding', 'processing_fees', 'credits', 'credits_pool', 'hours')) NOT VALID;
ALTER TABLE ledger_accounts VALIDATE CONSTRAINT accounts_kind_known;
