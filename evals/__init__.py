"""Quality measured on data: datasets, metrics, runner. Run with ``lingtan eval``."""
