"""What must hold over all snapshots. Each query answers the rows that break it; constraints hold the rest."""

INVARIANTS: dict[str, str] = {
    "no snapshot follows on the one in force": """
        SELECT surge_pointers.market_id, surge_pointers.snapshot_id, newer.id AS newer_id
        FROM surge_pointers
        JOIN surge_snapshots AS newer ON newer.market_id = surge_pointers.market_id
             AND newer.previous_id = surge_pointers.snapshot_id
    """,
    "a market's pointer names a snapshot of its own": """
        SELECT surge_pointers.market_id, surge_snapshots.id FROM surge_pointers
        JOIN surge_snapshots ON surge_snapshots.id = surge_pointers.snapshot_id
        WHERE surge_snapshots.market_id <> surge_pointers.market_id
    """,
    "a snapshot begins with one of its market that is older": """
        SELECT surge_snapshots.id FROM surge_snapshots
        JOIN surge_snapshots AS before ON before.id = surge_snapshots.previous_id
        WHERE before.market_id <> surge_snapshots.market_id OR before.tick_at >= surge_snapshots.tick_at
    """,
    "a snapshot has its prices": """
        SELECT id FROM surge_snapshots WHERE NOT EXISTS (
            SELECT FROM surge_snapshot_arrays WHERE snapshot_id = surge_snapshots.id AND name = 'shown_bp')
    """,
    "no price anywhere is above five times the tariff's": """
        SELECT id, slug, highest FROM surge_snapshots
        CROSS JOIN LATERAL jsonb_each_text(header -> 'highest_bp') AS each (slug, highest)
        WHERE highest::int > 50000
    """,
    "no price is above the emergency cap that stood over it": """
        SELECT surge_snapshots.id, slug, highest, surge_emergencies.cap_bp FROM surge_snapshots
        JOIN surge_emergencies ON surge_emergencies.market_id = surge_snapshots.market_id
             AND surge_snapshots.header -> 'emergencies' ? surge_emergencies.id::text
        CROSS JOIN LATERAL jsonb_each_text(surge_snapshots.header -> 'highest_bp') AS each (slug, highest)
        WHERE surge_emergencies.rule = 'fixed'
          AND coalesce(surge_emergencies.category_slug, slug) = slug
          AND highest::int > surge_emergencies.cap_bp
    """,
}
