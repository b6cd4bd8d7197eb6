"""Durable workflows: what must survive a killed process (decision 0010)."""
