"""Runs revisions on the connection it was handed: see `models.migrations.migrate`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None, render_as_batch=True)
context.run_migrations()
