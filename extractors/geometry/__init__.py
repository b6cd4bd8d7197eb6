"""Where words stand on a page: rows, labels, columns, ruled cells. Knows nothing of invoices or bills."""
