"""What Alembic runs: the steps go over the connection, and in the transaction, that `migrate.py` opened."""

from alembic import context

from aggregator.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
