"""The demonstration factory: an invented lithium battery plant whose bills, invoices and reports are written as real files.

The rest of the program meets these files exactly as it meets a user's files: nothing here is imported by a reader or an
extractor, and nothing there knows a name or number from here. Every company, tax number, account and amount is invented;
each drawn page says so.

    ledger ──▶ purchases, settlements ──▶ writers (PDF, XML, OFD, XLSX, DOCX, CSV) ──▶ files
       └─────────────────────────────────▶ truth (what each file proves, what must be flagged)
"""
