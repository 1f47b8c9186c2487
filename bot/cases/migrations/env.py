"""Alembic's entry: runs the migrations on the engine that bot.cases.store passes in, all of them in one transaction.

A process killed in the middle leaves the schema as it was. SQLite changes a table by making another one and dropping the first;
foreign keys are not watched meanwhile, or dropping it would delete the rows that refer to it.
"""
from alembic import context

from bot.cases.model import Base

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        connection.connection.execute("PRAGMA foreign_keys=OFF")  # below SQLAlchemy: it has no effect inside a transaction
    try:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"rows of {sorted({row[0] for row in broken})} refer to what is not there")
    finally:
        if is_sqlite:
            connection.connection.execute("PRAGMA foreign_keys=ON")
