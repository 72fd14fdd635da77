"""The page `http`: what a request costs, beside the same SQL through the bare driver.

The **market** is loaded, then **rehearsed**: every request is sent once to our application, inside this
process and on a copy of the database, while a listener writes down the statements and their parameters. The
**bare** server plays these transcripts back, on another copy; so both do the very same SQL, down to the ids,
and the ratio of their costs is what our code adds.
"""
