"""What must hold of the work that follows from events and time. Each query returns what breaks it."""

INVARIANTS: dict[str, str] = {
    "no row of a scheduled job is set aside": """
        SELECT job, item, attempts, last_error, set_aside_at FROM job_failures WHERE set_aside_at IS NOT NULL
    """,
    "no delivery of an event is parked": """
        SELECT event_id, reader, attempts, last_error, parked_at FROM event_deliveries
        WHERE parked_at IS NOT NULL AND done_at IS NULL
    """,
}
