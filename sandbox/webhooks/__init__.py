"""Events, the endpoints that receive them, and how they are delivered."""
