"""E-mail addresses: parsing, and the keys that are equal for two spellings of one address."""
