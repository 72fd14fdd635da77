"""`talkoo bench contributions`: the ledger of credits, pools, a real community replayed, rings, self-dealing.

Each part prints its baselines beside it, the hash of its data, its seeds, its wall time, and what it assumes;
rows go to CSV and pictures to PNG where a folder is named. Files are arguments.
"""
