"""What must hold over all reviews. Each query answers the rows that break it; constraints hold the rest."""

from domain.ratings.replaying import DRIFTED

INVARIANTS: dict[str, str] = {
    "the reviews of a window are sealed and revealed together": """
        SELECT reviews.id, reviews.state FROM reviews
        JOIN review_windows windows ON windows.booking_id = reviews.booking_id
        WHERE reviews.revealed_at IS DISTINCT FROM windows.revealed_at
    """,
    "only a booking that is over is reviewed": """
        SELECT windows.booking_id, bookings.state FROM review_windows windows
        JOIN bookings ON bookings.id = windows.booking_id
        WHERE bookings.state NOT IN ('completed', 'cancelled')
           OR windows.customer_id <> bookings.customer_id
           OR windows.provider_user_id <> bookings.provider_user_id
    """,
    "the newest version of a review is what it says": """
        SELECT reviews.id, reviews.version FROM reviews
        LEFT JOIN review_versions newest
          ON newest.review_id = reviews.id AND newest.version = reviews.version
        WHERE (newest.stars, newest.dimensions, newest.text)
              IS DISTINCT FROM (reviews.stars, reviews.dimensions, reviews.text)
           OR EXISTS (SELECT FROM review_versions later
                      WHERE later.review_id = reviews.id AND later.version > reviews.version)
    """,
    "only who was reviewed replies, once it is revealed": """
        SELECT replies.review_id FROM review_replies replies
        JOIN reviews ON reviews.id = replies.review_id
        WHERE replies.author_id <> reviews.subject_id OR reviews.revealed_at IS NULL
    """,
    "a review that is removed was removed by a decision": """
        SELECT reviews.id FROM reviews WHERE state = 'removed' AND NOT EXISTS (
            SELECT FROM review_decisions decisions
            WHERE decisions.review_id = reviews.id AND decisions.kind = 'remove')
    """,
    "sums of reviews are what their weighings add up to": DRIFTED,
}
