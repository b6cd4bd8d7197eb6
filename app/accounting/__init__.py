"""The deterministic core: factor choice, formulas and checks in exact arithmetic.

Imports the domain and the standard library; no files, clock, randomness, environment or binary floating point.
"""

from app.accounting.run import ENGINE, calculate

__all__ = ["ENGINE", "calculate"]
