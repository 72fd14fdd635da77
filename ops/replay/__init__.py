"""A day of real demand, sent through the front door of a private market whose clock is walked along.

`demand` reads the file and decides what each request asks for (pure); `fleet` plants the drivers; `stack`
starts the private market; `market_clock` walks its time; `ride` is one customer's way from a search to a
paid booking, over HTTP; `drive` sends all of them and `ending` waits until the market is at rest; `journal`
remembers what was begun and how it ended, so that a replay that was killed goes on without doing anything
twice; `report` says what happened to every request.
"""
