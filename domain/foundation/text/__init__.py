"""Text that people write: its one stored form, words for search, card numbers, and JSON documents."""
