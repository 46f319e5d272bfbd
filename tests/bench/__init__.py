"""What the bot costs, each as a ratio to the machine's own limit in the same run. Run by hand: it is no test.

    python -m tests.bench [--quick] [NAME ...]

The limits are a bare discord.py bot with lean caches, Discord's rate limit, and raw SQLite. Both bots run in processes
of their own, against the wire. Reading memory and processor time needs Linux.
"""
