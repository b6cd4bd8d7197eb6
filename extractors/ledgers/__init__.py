"""Ledgers, meter lists, logs and report tables: rows and columns of office files (and ruled pages) to records or control totals."""
