ALTER TABLE quotes DROP COLUMN stake_amount;
DROP TABLE offer_task_savings;
DROP TABLE offer_tasks;
