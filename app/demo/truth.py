"""What a demonstration file is, what it proves, and what a careful reader must flag about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.demo.money import plain
from app.domain.activity import DocumentKind
from app.domain.carrier import Carrier, Direction
from app.domain.page import Media
from app.domain.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """One activity a file proves, in the canonical unit of its carrier; ``unit`` is empty where the file prints none."""

    carrier: Carrier
    quantity: Decimal
    unit: str
    period: Period | None
    account: str = ""
    direction: Direction = Direction.PURCHASED

    def to_plain(self) -> dict[str, str]:
        period = f"{self.period.start.isoformat()}/{self.period.last.isoformat()}" if self.period else ""
        return {
            "type": self.carrier.value,
            "direction": self.direction.value,
            "quantity": plain(self.quantity),
            "unit": self.unit,
            "period": period,
            "account_number": self.account,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something that must not pass silently. ``kind`` is one of FLAG_KINDS, ``about`` the other file or number concerned."""

    kind: str
    about: str = ""

    def __post_init__(self) -> None:
        if self.kind not in FLAG_KINDS:
            raise ValueError(f"unknown flag {self.kind!r}")


FLAG_KINDS = {
    "exact_duplicate": "与另一文件逐字节相同",
    "same_invoice": "同一发票号码的另一种格式",
    "same_activity": "与另一凭证证明同一户号同一期间的用量，不得重复计入",
    "sum_mismatch": "合计与明细不符，须退回更正",
    "scanned": "只有图像，没有文字层",
    "unit_missing": "有数量而未印单位",
    "red_letter": "红字发票，冲减所列蓝字发票",
    "reversed": "已被红字发票冲销",
    "no_energy": "不含能源数量",
    "no_quantity": "预付充值，未印数量",
    "resold": "由园区物业转供，需核对是否在核算边界内",
    "missing_month": "缺少该月凭证",
    "control_total": "年度汇总，用于核对，不得与月度凭证相加",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDocument:
    """One written file. ``name`` is its file name; ``title`` and ``remark`` are Chinese sentences for the reader."""

    name: str
    title: str
    kind: DocumentKind
    media: Media
    energy: tuple[Energy, ...] = ()
    flags: tuple[Flag, ...] = ()
    remark: str = ""
    printed: tuple[tuple[str, Any], ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """The entry of this file in the shape of an expected-values file."""
        return {
            "doc_type": self.title,
            "kind": self.kind.value,
            **dict(self.printed),
            "notes": self.remark,
            "energy": [e.to_plain() for e in self.energy],
            "flags": [{"kind": f.kind, "about": f.about} for f in self.flags],
        }
