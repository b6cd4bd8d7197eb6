"""Ceilings of text recognition. Sizes in bytes, times in seconds."""

from __future__ import annotations

import os

MB = 1024 * 1024

#: A genuine scanned bill has a few pages; a scanned book would keep the machine busy for an hour.
MAX_PAGES = 30
PAGE_SECONDS = 120.0
#: Resident memory, watched from outside. An address space limit is no use here: the runtime maps far more than it touches.
RESIDENT_BYTES = 1600 * MB
REPLY_BYTES = 16 * MB
PAGES_PER_PROCESS = 200
IDLE_SECONDS = 90.0
THREADS = max(1, min(2, (os.cpu_count() or 1)))
