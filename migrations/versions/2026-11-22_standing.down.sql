DROP TABLE level_decisions;
DROP FUNCTION level_decisions_are_kept();
DROP TABLE level_states;
DROP TABLE standing_snapshots;
DROP FUNCTION standing_snapshots_are_kept();
