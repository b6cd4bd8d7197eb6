"""The shared vocabulary: frozen records, enums, errors, exact quantities and periods.

Imports the standard library only. Import the submodules directly (``from app.domain.finding import Finding``).
"""
