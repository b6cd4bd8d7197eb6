"""Alembic migrations, run at start-up when the database is behind."""
