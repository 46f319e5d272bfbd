"""Somebody who wants to know who answered a check-in, and what: tried on the real storage, and on others.

    python -m tests.attack [--checkins N] [--seed N] [--jobs N]

- `evening`: a group in the real bot, on a real SQLite file, and what people do there while a check-in is open.
- `storages`: where answers are kept: as the bot does it, and in four naive ways.
- `evidence`: all that the attacker is given. He has the operator's key, the program, and copies of everything that is
  kept, taken after each thing that anybody did; nobody tells him which of these were answers.
- `pages`, `rows`: the write-ahead log read again change by change, and whom and what the changed rows name.
- `strategies`: how he goes about it, each on its own; `practice`: one that has learned from check-ins of his own.
- `folder`: the same with copies of the check-in folder, which is the one thing that gives answers away.
- `score`: what he got right, beside what the same guesses get right if the answers had been given by others.
- `campaign`: all of it many times, and the table.
- `releases`: what the sentences alone tell over the months while people join and leave.
"""
