-- Cards pay three-decimal currencies in tens, and ariary (two decimals in ISO 4217, none in use) in whole ones.
ALTER TABLE payments ADD CONSTRAINT payments_taken_are_in_steps_of_their_currency
    CHECK (state NOT IN ('authorized', 'captured') OR CASE WHEN currency IN ('BHD', 'JOD', 'KWD', 'OMR', 'TND') THEN amount % 10 WHEN currency = 'MGA' THEN amount % 100 ELSE 0 END = 0) NOT VALID;
ALTER TABLE payments VALIDATE CONSTRAINT payments_taken_are_in_steps_of_their_currency;
