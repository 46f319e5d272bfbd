"""What Alembic runs: on the connection it is given, in the transaction that is open."""

from __future__ import annotations

from alembic import context

from bot.storage.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
