"""Bytes of a text file → characters, for the encodings Chinese office software writes."""

from __future__ import annotations

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_TAIL = 4


def decode_text(data: bytes, *, partial: bool = False) -> str | None:
    """The text of ``data`` in UTF-8, UTF-16 with mark or GB 18030; None when it is none of them or holds control bytes.

    ``partial`` allows a character cut off at the end, for a look at the beginning of a long file.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_decode(data, encoding, partial))
    if b"\x00" in data:
        return None
    for encoding in ("utf-8", "gb18030"):
        text = _checked(_decode(data, encoding, partial))
        if text is not None:
            return text
    return None


def _decode(data: bytes, encoding: str, partial: bool) -> str | None:
    for cut in range(_TAIL if partial else 1):
        try:
            return data[: len(data) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _checked(text: str | None) -> str | None:
    """None for what decodes by chance: text holds no control characters but tabs, line ends and form feeds."""
    if text is None:
        return None
    control = sum(1 for c in text if c < " " and c not in "\t\r\n\f")
    unassigned = sum(1 for c in text if "\ue000" <= c <= "\uf8ff" or c == "\ufffd")
    return text if control == 0 and unassigned <= 0.02 * len(text) else None
