"""What must hold over all promises. Each query answers the rows that break it; constraints hold the rest."""

INVARIANTS: dict[str, str] = {
    "a session's taken seats are those of its living claims": """
        SELECT group_sessions.id, group_sessions.taken, coalesce(sum(seat_claims.seats), 0) AS claimed
        FROM group_sessions
        LEFT JOIN seat_claims ON seat_claims.group_session_id = group_sessions.id
                             AND seat_claims.released_at IS NULL
        GROUP BY group_sessions.id HAVING group_sessions.taken <> coalesce(sum(seat_claims.seats), 0)
    """,
    "a session stands exactly while somebody has a seat": """
        SELECT id, taken, released_at FROM group_sessions WHERE (taken = 0) <> (released_at IS NOT NULL)
    """,
    "a session holds time exactly while it stands": """
        SELECT group_sessions.id, group_sessions.released_at FROM group_sessions
        LEFT JOIN holds ON holds.group_session_id = group_sessions.id AND holds.released_at IS NULL
        GROUP BY group_sessions.id
        HAVING (count(holds.id) = 0) <> (group_sessions.released_at IS NOT NULL)
    """,
    # The constraint says so already; this asks the rows, should the constraint ever have been lost.
    "a resource is promised to one at a time": """
        SELECT one.id, other.id AS other_id FROM holds AS one JOIN holds AS other
          ON other.resource_number = one.resource_number AND other.id > one.id AND other.during && one.during
        WHERE one.released_at IS NULL AND other.released_at IS NULL
    """,
}
