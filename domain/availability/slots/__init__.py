"""Which starts of an offer can be booked: calendars, durations, and the slot rules."""
