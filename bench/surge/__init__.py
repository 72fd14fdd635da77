"""`talkoo bench surge`: forecast, booking curve, closed loop, scheduled loop and throughput, beside rivals.

Each part prints its baselines beside it, the hash of its data, its seeds, its wall time, and what it assumes;
rows go to CSV and pictures to PNG where a folder is named.
"""
