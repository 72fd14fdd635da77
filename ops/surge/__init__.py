"""`talkoo surge`: the prices of a market seen, counted now, and counted again."""
