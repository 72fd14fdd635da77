"""Files of the world, read into a market: every row becomes an offer or is refused by line and reason.

`reading` knows files, `listings` decides what a row means (pure), `planting` writes batches through the
faces of the domain, `command` talks to the person who asked.
"""
