"""Electricity of a factory as supply paths that do not overlap (decision 0009): traded green power is a part of the grid bill and
is taken out of it; self-generation is split into what was used and what was exported. Consumption stays purchase + self-use."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from app.domain.carrier import Carrier, Direction
from app.domain.errors import CalculationRefused
from app.domain.finding import Severity
from app.domain.number import exact_text
from app.domain.project import FactoryProfile
from app.services.inventory_pieces import InventoryBuild, Piece, activity

GENERATION = (Carrier.PV_GENERATION, Carrier.WIND_GENERATION)
CLAIMS = (Carrier.GREEN_POWER, Carrier.GREEN_CERTIFICATE)
POWER = (Carrier.ELECTRICITY, *CLAIMS, *GENERATION)
OWN_PROOF = ["monthly_record"]


def power_activities(pieces: Sequence[Piece], profile: FactoryProfile, build: InventoryBuild) -> list[dict[str, Any]]:
    """Activities for the records of POWER carriers. Raises CalculationRefused when a green claim exceeds the purchase it is part of."""
    claims = [p for p in pieces if p.record.carrier in CLAIMS]
    supply = [p for p in pieces if p.record.carrier not in CLAIMS]
    grid = [p for p in supply if p.record.direction is Direction.PURCHASED]
    exported = [p for p in supply if p.record.direction is Direction.EXPORTED]
    own = [p for p in supply if p.record.direction in (Direction.SELF_GENERATED, Direction.SELF_CONSUMED)]
    out: list[dict[str, Any]] = []
    remaining = {p.id: p.quantity for p in grid}
    for piece in sorted(claims, key=lambda p: (p.record.carrier is Carrier.GREEN_CERTIFICATE, p.id)):
        params = _claim(piece, profile, build)
        if params is None:
            continue
        _take(piece, grid, remaining, build)
        out.append(activity(piece, piece.id, "电力", piece.quantity, "in", params))
        build.records[piece.id] = piece.id
    for piece in grid:
        if remaining[piece.id] == 0 and piece.quantity != 0:
            continue
        out.append(activity(piece, piece.id, "电力", remaining[piece.id], "in", {"supply": "grid"}))
        build.records[piece.id] = piece.id
    return out + _own_activities(own, exported, build)


def _claim(piece: Piece, profile: FactoryProfile, build: InventoryBuild) -> dict[str, Any] | None:
    """The parameters of a green claim, or None (with a finding) when it takes no part in the accounts."""
    record = piece.record
    if record.direction is Direction.EXPORTED:
        build.find(
            "claim-sold",
            Severity.EXPLAIN,
            f"{record.carrier.label}记录 {record.id} 为售出，其环境权益不归本企业，未用于核减排放",
            record.id,
            fix="如方向读错，请更正 direction 为 购入",
        )
        return None
    if record.carrier is Carrier.GREEN_POWER:
        return {"supply": "green_trade", "proof": ["settlement"]}
    if not profile.extra.get("accounting", {}).get("gec_zero_factor"):
        build.find(
            "certificate-not-counted",
            Severity.EXPLAIN,
            f"绿证记录 {record.id} 已登记，未用于核减排放：绿证是否按零计，所持文件没有规定",
            record.id,
            fix="如主管部门明确可按零计，在档案 [accounting] 写 gec_zero_factor = true",
        )
        return None
    certificate = record.params.get("certificate_id")
    return {"supply": "gec", "proof": ["gec"], **({"certificate_id": certificate} if certificate else {})}


def _take(claim: Piece, grid: Sequence[Piece], remaining: dict[str, Fraction], build: InventoryBuild) -> None:
    """Take a green claim out of the grid bills of its months (of its account, when it names one)."""
    left = claim.quantity
    what, account = claim.record.carrier.label, claim.record.account_number
    for piece in grid:
        if left <= 0:
            break
        if account and piece.record.account_number and piece.record.account_number != account:
            continue
        if claim.period and piece.period and not claim.overlaps(piece):
            continue
        taken = min(left, remaining[piece.id])
        if taken <= 0:
            continue
        remaining[piece.id] -= taken
        left -= taken
        build.find(
            "green-power-within-bill",
            Severity.NOTE,
            f"{what} {exact_text(taken)} kWh（{claim.id}）包含在电费记录 {piece.id} 的电量内，已从网电中分出，不重复计",
            claim.id,
            piece.id,
            data={"taken": exact_text(taken), "remaining": exact_text(remaining[piece.id])},
        )
    if left > 0:
        raise CalculationRefused(
            "green_claim_exceeds_consumption",
            f"{what}记录 {claim.id} 的电量 {exact_text(claim.quantity)} kWh 大于同期购入电量，多出 {exact_text(left)} kWh",
            fix="核对绿电结算月份、户号，或补齐并确认同期电费单后重新核算",
            subject=claim.id,
        )


def _own_activities(own: Sequence[Piece], exported: Sequence[Piece], build: InventoryBuild) -> list[dict[str, Any]]:
    """Self-use (zero with the monthly record as proof) and what was exported, as lines that do not overlap."""
    out: list[dict[str, Any]] = []
    to_export = {p.id: p.quantity for p in exported}
    explained: set[str] = set()
    metered = [p for p in own if p.record.direction is Direction.SELF_CONSUMED]
    to_use = {p.id: p.quantity for p in metered}
    for piece in own:
        quantity = piece.quantity
        if piece.record.direction is Direction.SELF_GENERATED:
            sold, _ = _subtract(piece, quantity, exported, to_export, explained)
            uses = [u for u in metered if _same_plant(piece, u)]
            if uses and _covers(uses, piece):
                build.find(
                    "generation-and-self-use",
                    Severity.NOTE,
                    f"发电量记录 {piece.id} 与同期自用电量记录并存，以自用电量计，发电量不重复计",
                    piece.id,
                )
                continue
            quantity, taken = _subtract(piece, sold, uses, to_use, set())
            if taken:
                build.find(
                    "self-use-in-part",
                    Severity.EXPLAIN,
                    f"发电量记录 {piece.id} 的期间只有一部分有自用电量记录，其余 {exact_text(quantity)} {piece.record.unit} 按发电量减上网电量计",
                    piece.id,
                    *(u.id for u in uses),
                    fix="补齐该期间的自用电量记录，或更正发电量记录的账期",
                )
        out.append(activity(piece, piece.id, "电力", quantity, "in", {"supply": "self_use_pv", "proof": OWN_PROOF}))
        build.records[piece.id] = piece.id
    for piece in exported:
        generated = f"{piece.id}+g"
        params = {"supply": "self_generation_pv", "role": "generation", "proof": OWN_PROOF}
        out.append(activity(piece, generated, "电力", piece.quantity, "in", params))
        out.append(activity(piece, piece.id, "电力", piece.quantity, "out", {"supply": "self_generation_pv"}))
        build.records[generated] = build.records[piece.id] = piece.id
        if piece.id not in explained and not any(_same_plant(piece, u) for u in metered):
            build.find(
                "feed-in-without-generation",
                Severity.EXPLAIN,
                f"上网电量记录 {piece.id} 同期没有发电量记录",
                piece.id,
                fix="补充该月光伏发电记录",
            )
    return out


def _subtract(
    piece: Piece, quantity: Fraction, others: Sequence[Piece], left: dict[str, Fraction], met: set[str]
) -> tuple[Fraction, Fraction]:
    """(what stays of ``quantity``, what was taken) after the other records of its plant and time, each used once."""
    start = quantity
    for other in others:
        if not _same_plant(piece, other):
            continue
        met.add(other.id)
        taken = min(quantity, left[other.id])
        if taken > 0:
            quantity -= taken
            left[other.id] -= taken
    return quantity, start - quantity


def _same_plant(a: Piece, b: Piece) -> bool:
    """Records of one generating plant at one time: their account numbers, where both name one, are the same."""
    accounts = {n for n in (a.record.account_number, b.record.account_number) if n}
    return a.overlaps(b) and len(accounts) < 2


def _covers(parts: Sequence[Piece], whole: Piece) -> bool:
    """Whether the parts leave no day of the whole without a record."""
    assert whole.period is not None
    day = whole.period.start
    for period in sorted(p.period for p in parts if p.period):
        if period.start > day:
            return False
        day = max(day, period.end)
    return day >= whole.period.end
