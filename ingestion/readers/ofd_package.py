"""Finding the parts of an OFD, also where producers bend the rules about paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.domain.errors import InputRefused
from ingestion.readers.archive import Archive, resolve
from ingestion.readers.content import damaged
from ingestion.readers.xmltree import attribute, children, first, local, parse_xml, text_of


class Package:
    """Reads parts by reference. A reference may start with ``/``, repeat the document's folder or leave out
    ``Content.xml``; each spelling that occurs is tried."""

    def __init__(self, data: bytes) -> None:
        self.archive = Archive(data)

    def locate(self, base: str, reference: str) -> str | None:
        """The name of the entry that ``reference`` in ``base`` means, None when the container has none."""
        for name in (resolve(base, reference), resolve("", reference)):
            for candidate in (name, f"{name}/Content.xml"):
                if candidate and candidate in self.archive:
                    return candidate
        return None

    def xml(self, name: str, *, recover: bool = False) -> Any:
        """The root of an entry. Raises InputRefused ``damaged_file`` when it is missing or malformed."""
        data = self.archive.read(name)
        if data is None:
            raise damaged(f"缺少 {name}", what="OFD 文件")
        return parse_xml(data, recover=recover, what="OFD 文件")

    def xml_or_none(self, name: str, *, recover: bool = False) -> Any | None:
        """As ``xml`` for parts that only add to the document: None instead of a refusal."""
        try:
            return self.xml(name, recover=recover)
        except InputRefused:
            return None

    def entries_under(self, base: str, folder: str) -> Iterator[str]:
        """XML entries in a folder beside ``base``, for files that are there but not referenced."""
        prefix = f"{resolve(base, folder)}/".lower()
        for name in self.archive.names:
            key = name.replace("\\", "/").lstrip("/").lower()
            if key.startswith(prefix) and key.endswith(".xml"):
                yield name

    def document_parts(self, root: Any) -> list[str]:
        """The Document.xml of every DocBody of OFD.xml, in order."""
        found: list[str] = []
        for element in root.iter():
            if local(element) == "DocRoot":
                name = self.locate("OFD.xml", text_of(element))
                if name is not None and name not in found:
                    found.append(name)
        return found or [n for n in self.archive.names if n.lower().rpartition("/")[2] == "document.xml"]

    def page_parts(self, document: Any, base: str) -> list[tuple[str, str | None]]:
        """(page id, entry name or None when it is missing), in page order."""
        pages = first(document, "Pages")
        result = []
        for page in children(pages, "Page") if pages is not None else ():
            reference = attribute(page, "BaseLoc") or ""
            result.append(((attribute(page, "ID") or "").strip(), self.locate(base, reference) if reference else None))
        return result

    def template_parts(self, document: Any, base: str) -> dict[str, str]:
        """Template id → entry name."""
        result = {}
        for element in document.iter():
            if local(element) == "TemplatePage":
                name = self.locate(base, attribute(element, "BaseLoc") or "")
                if name is not None:
                    result[(attribute(element, "ID") or "").strip()] = name
        return result

    def listed_files(self, document: Any, base: str, *, list_name: str, item: str, folder: str) -> dict[str, Any]:
        """Entry name → the listing element (None for a file that only lies in ``folder``) of tags or attachments."""
        result: dict[str, Any] = {}
        lists = {self.locate(base, text_of(e)) for e in children(document, list_name)}
        for list_part in sorted(name for name in lists if name is not None):
            listing = self.xml_or_none(list_part, recover=True)
            for element in listing.iter() if listing is not None else ():
                if local(element) == item:
                    reference = first(element, "FileLoc")
                    name = self.locate(list_part, text_of(reference)) if reference is not None else None
                    if name is not None:
                        result.setdefault(name.lower().lstrip("/"), (name, element))
        for name in self.entries_under(base, folder):
            if name.rpartition("/")[2].lower() != f"{list_name.lower()}.xml":
                result.setdefault(resolve("", name).lower(), (name, None))
        return dict(result.values())
