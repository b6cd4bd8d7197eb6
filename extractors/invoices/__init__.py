"""VAT invoices from tags (XML, OFD) and from printed pages (PDF, OFD), reconciled and turned into activity data."""
