"""Alembic's entry: runs the migrations on the engine that bot.cases.store passes in."""
from alembic import context

from bot.cases.model import Base

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
