"""How Alembic runs the revisions: on the connection that lib/store/migrate.py passes in."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_revisions",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
