"""What the head and the foot of an official text say about it: document number, date, issuer."""

from __future__ import annotations

import re

from ingestion.numbering import fold

HEAD_LINES, FOOT_LINES = 12, 400
_NUMBER = re.compile(r"([\u4e00-\u9fff]{2,14})[〔\[(]\s*(20\d\d)\s*[〕\])]\s*(\d{1,5})\s*号")
_DATE = re.compile(r"^(20\d\d)年(\d{1,2})月(\d{1,2})日$")
_OFFICE = re.compile(r"^[\u4e00-\u9fff、 ]{4,60}(?:部|委员会|局|厅|办公室|政府|办公厅)$")


def read_head(text: str) -> dict[str, str]:
    """``document_number``, ``issued`` (ISO) and ``issuer`` where the text prints them; what is not printed is absent.

    The number stands in one of the first lines by itself, the date alone on a line with the issuing offices above it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found: dict[str, str] = {}
    for line in lines[:HEAD_LINES]:
        match = _NUMBER.fullmatch(line.replace(" ", ""))
        if match:
            found["document_number"] = f"{match[1]}〔{match[2]}〕{match[3]}号"
            break
    for at, line in enumerate(lines[:FOOT_LINES]):
        match = _DATE.match(fold(line).replace(" ", ""))
        if not match:
            continue
        found["issued"] = f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
        offices: list[str] = []
        for above in reversed(lines[max(0, at - 6) : at]):
            if not _OFFICE.match(above):
                break
            offices.insert(0, above.replace(" ", ""))
        if offices:
            found["issuer"] = "、".join(offices)
        break
    return found
