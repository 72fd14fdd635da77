"""`talkoo bench ratings`: fraud ranking, next rating, robustness under attack and throughput, beside rivals.

Each part prints its baselines beside it, the hash of its data, its seeds, its wall time, and what it assumes;
rows go to CSV and pictures to PNG where a folder is named. Files of ratings and labels are arguments.
"""
