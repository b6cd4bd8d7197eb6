"""Which edition of a standard a run follows: the one the input names, or, when it names the standard alone, the one in force.

An edition applies to a report year when it was in force on the first day of that year; one that comes into force within the year
leaves the older edition in place and is said so. Which edition holds for a year before its day of effect that is reported after it
is not ruled anywhere we know of (factors/README): the input may always name its edition, and that stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.accounting.library import FactorLibrary, Standard
from app.accounting.refusals import Kind, refusal

GENERAL = "GB/T 32150"
AUTO = frozenset({"auto", "自动", GENERAL})
_FAMILY = re.compile(r"(?P<family>GB/T \d+(?:\.\d+)?)(?:[-—](?P<year>\d{4}))?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionChoice:
    """``used`` is written into the run; ``effective`` its day of effect (ISO) when the library knows it, ``why`` the reason."""

    asked: str
    used: str
    effective: str
    why: str

    def to_plain(self) -> dict[str, str | None]:
        return {"asked": self.asked or None, "used": self.used, "effective": self.effective or None, "why": self.why}


def editions_of(family: str, library: FactorLibrary) -> list[Standard]:
    """The editions of a standard the library knows, oldest first."""
    known = (s for s in library.standards.values() if s.number.startswith(f"{family}-"))
    return sorted(known, key=lambda s: s.effective)


def choose_edition(asked: str, year: int | None, library: FactorLibrary) -> EditionChoice:
    """The edition a run follows. Refuses missing_parameter when the input leaves it to the year and gives none, and
    factor_not_found when no edition was in force."""
    match = _FAMILY.match(asked)
    family = GENERAL if asked in AUTO else match["family"] if match and not match["year"] else ""
    if not family:
        known = library.standards.get(asked)
        return EditionChoice(asked=asked, used=asked, effective=known.effective if known else "", why="输入指定的版本。")
    editions = editions_of(family, library)
    if year is None:
        raise refusal(
            Kind.MISSING_PARAMETER,
            f"只写了标准“{family}”，没有写版本，也没有报告年，不能确定用哪一版。",
            fix=f"请写明版本（如 {'、'.join(s.number for s in editions) or family + '-年号'}）或报告年 year。",
        )
    first_day = f"{year}-01-01"
    held = [s for s in editions if s.effective <= first_day]
    if not held:
        raise refusal(
            Kind.FACTOR_NOT_FOUND,
            f"{year} 年初没有库内所知的 {family} 版本在实施。",
            fix="请在 edition 写明版本并说明依据。",
        )
    chosen = held[-1]
    why = f"报告年 {year}：{chosen.number} 自 {chosen.effective} 起实施，年初已在实施。"
    later = next((s for s in editions if s.effective > first_day), None)
    if later is not None and later.effective[:4] == str(year):
        why += f"{later.number} 于 {later.effective} 起实施，在报告年之内；全年按年初在实施的版本，须与主管部门确认。"
    elif later is not None:
        why += f"{later.number} 自 {later.effective} 起实施，晚于报告年；报告编制在其后的，用哪一版未见规定，须确认。"
    return EditionChoice(asked=asked, used=chosen.number, effective=chosen.effective, why=why)
