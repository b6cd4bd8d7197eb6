"""Checks over all activities: corrections have an object, certificates are used once, claims and exports are covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from app.accounting.carriers import Family
from app.accounting.carriers import Kind as Carrier
from app.accounting.numbers import exact, exact_sum, is_absent
from app.accounting.outcome import Setting
from app.accounting.reading import Activity
from app.accounting.recipe import Computed
from app.accounting.refusals import Kind, refusal
from app.accounting.supply import CLAIMS
from app.domain.number import exact_text

NETTABLE = frozenset({Family.ELECTRICITY, Family.HEAT, Family.STEAM, Family.HOT_WATER})


def require_explained_sign(activity: Activity, kinds: Mapping[str, Carrier]) -> None:
    """A negative quantity needs correction_of (another activity of the same carrier) with a reason, or net_exporter.

    ``kinds`` holds the carrier of every activity of the input by id.
    """
    if activity.quantity.numerator >= 0:
        return
    own = kinds[activity.id]
    if activity.params.get("net_exporter") is True and own.family in NETTABLE:
        return
    target = str(activity.params.get("correction_of") or "").strip()
    problem = ""
    if not target:
        problem = "没有写明更正的是哪一条"
    elif is_absent(activity.params.get("reason")):
        problem = "没有写明更正原因"
    elif target == activity.id or target not in kinds:
        problem = f"更正对象“{target}”不在本次活动数据中"
    elif (kinds[target].family, kinds[target].name) != (own.family, own.name):
        problem = f"更正对象“{target}”是另一种能源品种"
    if problem:
        raise refusal(
            Kind.UNEXPLAINED_NEGATIVE,
            f"数量为负（{activity.quantity_text}），{problem}。",
            fix="更正行请写 correction_of（原活动编号）和 reason；净输出的汇总行写 net_exporter = true；输出请用 direction = out。",
            subject=activity.id,
        )


def certificates_of(activity: Activity) -> tuple[str, ...]:
    """The certificate numbers one activity claims: one, a list, or several in one text."""
    return certificate_numbers(activity.params.get("certificate_id") or activity.params.get("certificate_ids"))


def certificate_numbers(given: Any) -> tuple[str, ...]:
    """The numbers in what was given: one, a list, or several in one text."""
    given = given or ()
    names = [given] if isinstance(given, (str, int)) else list(given)
    parts = (
        p.strip() for n in names for p in str(n).replace("，", ",").replace("；", ",").replace(";", ",").split(",")
    )
    return tuple(p for p in parts if p)


def _refuse_duplicates(lines: Sequence[Computed]) -> None:
    owner: dict[str, str] = {}
    for line in lines:
        if line.activity.is_correction:
            continue
        for number in certificates_of(line.activity):
            if number in owner:
                raise refusal(
                    Kind.DUPLICATE_CLAIM,
                    f"证书 {number} 已由活动 {owner[number]} 主张，不能再用一次。",
                    fix="每张证书、每一千瓦时只能主张一次；请删去重复的一条或更正证书编号。",
                    subject=line.activity.id,
                )
            owner[number] = line.activity.id


def electricity_kwh(line: Computed) -> Fraction:
    return line.measure("electricity")


def _refuse_excess_export(lines: Sequence[Computed]) -> None:
    inside = [x for x in lines if x.activity.params.get("net_exporter") is not True]
    exports = [x for x in inside if x.activity.direction == "out"]
    if not exports:
        return
    supplied = exact_sum(electricity_kwh(x) for x in inside if x.activity.direction == "in")
    exported = exact_sum(electricity_kwh(x) for x in exports)
    if exported > supplied:
        raise refusal(
            Kind.EXPORT_EXCEEDS_SUPPLY,
            f"输出电量合计 {exact_text(exported / 1000)} MWh，大于购入与自发合计 {exact_text(supplied / 1000)} MWh。",
            fix="请补上自发电总量（role = generation 并附逐月记录），或核对上网电量与倍率。",
            subject=exports[-1].activity.id,
        )


def _refuse_excess_claims(lines: Sequence[Computed], setting: Setting) -> None:
    given = setting.inputs.options.get("metered_total_mwh")
    if is_absent(given):
        return
    metered = exact(given, name="总表用电量")
    claimed = Fraction(0)
    over = ""
    for line in lines:
        if line.unit.supply in CLAIMS | {"direct_line"} and line.activity.direction == "in":
            claimed += electricity_kwh(line) / 1000
            over = over or (line.activity.id if claimed > metered else "")
    if claimed > metered:
        raise refusal(
            Kind.GREEN_CLAIM_EXCEEDS_CONSUMPTION,
            f"绿电主张合计 {exact_text(claimed)} MWh，大于总表用电量 {exact_text(metered)} MWh。",
            fix="请核对绿电、绿证的归属期与电量；超出用电量的部分不能主张。",
            subject=over,
        )


def check_claims(lines: Sequence[Computed], setting: Setting) -> None:
    """Refuses duplicate_claim, export_exceeds_supply and green_claim_exceeds_consumption."""
    _refuse_duplicates(lines)
    power = [line for line in lines if line.family == "electricity" and not line.outside]
    _refuse_excess_export(power)
    _refuse_excess_claims(power, setting)


def claim_warnings(lines: Sequence[Computed], setting: Setting) -> tuple[str, ...]:
    """no_green_claim_recorded: the market-based method without any claim; net_exporter: more electricity left than was bought."""
    power = [line for line in lines if line.family == "electricity" and not line.outside]
    out = []
    claims = CLAIMS | {"direct_line"}
    if setting.inputs.options.get("method") == "market" and not any(x.unit.supply in claims for x in power):
        out.append("no_green_claim_recorded")
    bought = [x for x in power if x.activity.params.get("role") != "generation" and not _own(x)]
    net = exact_sum(x.sign * electricity_kwh(x) for x in bought if x.activity.quantity)
    flagged = any(x.activity.params.get("net_exporter") is True for x in lines)
    if net < 0 or flagged:
        out.append("net_exporter")
    return tuple(out)


def _own(line: Computed) -> bool:
    """Electricity made on site and used there: no part of what crossed the fence inward."""
    supply = line.unit.supply
    return line.activity.direction == "in" and (supply == "self_use_pv" or supply.startswith("self_generation_"))
