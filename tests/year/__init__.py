"""A year of many groups in one process, in minutes: the real bot on a stepped clock, with trouble at every turn.

    python -m tests.year [--groups N] [--days N] [--seed N] [--jobs N]

Everything of the bot is real (SQLite file, vault, timers, outbox, inbox, features, courier, cogs, discord.py's HTTP
client) but for what stands around it:

- `stepped`: the event loop's time and the wall clock stand still while anything can be done, and then jump to the next
  thing that is due. The machine can sleep: then the wall clock moves and the loop's time does not.
- `driver`: SQLite without a thread of its own, so that a seed plays the same year again, and so that a process can be
  killed between any two statements.
- `line`: the HTTP client's session; it hands each request to the wire's own routes, without a socket, and has it
  refused, reset, left unanswered or lost as `weather` says.
- `life`: one run of the process, from its start until it is stopped or killed.
- `people` plan meetings and read what they are told, `agenda` is when they and fate act.
- `ledger`: what happened, and `oracle`: what should have been said, reckoned day by day without the bot's own code.
"""
