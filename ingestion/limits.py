"""Ceilings of the readers: what a genuine bill, ledger or report never reaches, and an attack always does.

One place, because the same numbers appear in the refusal texts. Sizes in bytes, times in seconds.
"""

from __future__ import annotations

MB = 1024 * 1024

MAX_FILE_BYTES = 64 * MB
MAX_PAGES = 500
MAX_ARCHIVE_ENTRIES = 5_000
MAX_ARCHIVE_BYTES = 200 * MB
MAX_ARCHIVE_RATIO = 200
#: Small entries of blanks compress a thousandfold without harm; the ratio only counts from this unpacked size on.
RATIO_APPLIES_FROM_BYTES = 4 * MB
MAX_CELLS = 400_000
MAX_TAGS = 200_000
MAX_GLYPHS_PER_PAGE = 60_000
MAX_PATH_SEGMENTS_PER_PAGE = 60_000
MAX_IMAGE_PIXELS = 80_000_000
MAX_RENDER_WIDTH = 4_000

SANDBOX_WALL_SECONDS = 90.0
SANDBOX_CPU_SECONDS = 60
SANDBOX_MEMORY_BYTES = 1536 * MB
SANDBOX_OUTPUT_BYTES = 96 * MB
SANDBOX_OPEN_FILES = 64
