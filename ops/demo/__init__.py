"""A small market to play with: Kallio in Helsinki. `cast` says who is there, `seed` plants them."""
