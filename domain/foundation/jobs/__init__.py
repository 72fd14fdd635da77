"""Background work: loops and their supervisor, heartbeats, and failures of scheduled jobs."""
