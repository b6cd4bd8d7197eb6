"""Which documents a question may use: national ones always, those of a named province or city besides."""

from __future__ import annotations

from app.domain.clause import PolicyDocument

NATIONAL = ("全国", "国际", "国家")


def short_region(name: str) -> str:
    """``湖南省`` -> ``湖南``; ``广西壮族自治区`` -> ``广西``."""
    name = name.strip()
    for suffix in ("特别行政区", "自治区", "自治州"):
        name = name.removesuffix(suffix)
    for suffix in ("壮族", "回族", "维吾尔"):
        name = name.removesuffix(suffix)
    return name[:-1] if len(name) > 2 and name[-1] in "省市" else name


def is_national(document: PolicyDocument) -> bool:
    return document.region.startswith(NATIONAL)


def covers(document: PolicyDocument, region: str) -> bool:
    """True when the document belongs to the region: ``江苏苏州`` belongs to 江苏 and to 苏州."""
    short = short_region(region)
    return bool(short) and short in document.region


def applies(document: PolicyDocument, regions: tuple[str, ...] | None) -> bool:
    """``None`` lets every region in; otherwise national documents and those of the regions."""
    return regions is None or is_national(document) or any(covers(document, region) for region in regions)
