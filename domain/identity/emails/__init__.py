"""E-mail addresses: parsing, and the keys by which two spellings are one address."""
