"""Documents to proposed activity data. ``extract`` is the one door; layouts, labels and terms are data beside the code."""

from extractors.extract import extract

__all__ = ["extract"]
