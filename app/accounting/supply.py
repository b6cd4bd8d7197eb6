"""Supply paths of electricity: which count as zero, what proves it, and who may not claim it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.accounting.carriers import Kind
from app.accounting.outcome import Setting
from app.accounting.reading import Activity
from app.accounting.refusals import Kind as Refused
from app.accounting.refusals import refusal

PROOFS = {
    "green_trade": frozenset({"contract", "settlement", "gec"}),
    "gec": frozenset({"gec"}),
    "direct_line": frozenset({"contract", "settlement"}),
    "self_use_pv": frozenset({"monthly_record"}),
}
SELF_GENERATION = "self_generation_"
OWN_RECORD = frozenset({"monthly_record"})
# Contractual claims: they change what is counted under the market-based method only.
CLAIMS = frozenset({"green_trade", "gec"})
NON_FOSSIL_ENDINGS = frozenset({"pv", "solar", "wind", "hydro", "biomass", "geothermal"})
LABELS = {
    "grid": "网购电",
    "green_trade": "绿电交易",
    "gec": "绿证对应电量",
    "direct_line": "直供电",
    "self_use_pv": "自用光伏",
}
PROOF_LABELS = {"contract": "合同", "settlement": "结算凭证", "gec": "绿证", "monthly_record": "逐月原始记录"}
_PROOF_WORDS = {
    "合同": "contract", "结算凭证": "settlement", "结算单": "settlement", "绿证": "gec", "绿色电力证书": "gec",
    "逐月原始记录": "monthly_record", "月度记录": "monthly_record", "逐月记录": "monthly_record",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The supply path of one activity: ``zero`` when it counts as zero, ``why`` says on which ground."""

    name: str
    zero: bool
    why: str

    @property
    def label(self) -> str:
        return LABELS.get(self.name, "自发电")


def is_self_generation(supply: str) -> bool:
    return supply.startswith(SELF_GENERATION)


def is_non_fossil(supply: str) -> bool:
    """Whether a kilowatt hour of this path counts as non-fossil energy."""
    if is_self_generation(supply):
        return supply.removeprefix(SELF_GENERATION) in NON_FOSSIL_ENDINGS
    return supply in PROOFS


def proofs_of(activity: Activity) -> frozenset[str]:
    """The proofs an activity names: a list, one name, or a mapping from name to document."""
    given: Any = activity.params.get("proof")
    names = (
        [given]
        if isinstance(given, str)
        else [k for k, v in given.items() if v]
        if isinstance(given, Mapping)
        else given
    )
    return frozenset(_PROOF_WORDS.get(str(n).strip(), str(n).strip()) for n in names or ())


def _supply_name(activity: Activity, kind: Kind) -> str:
    supply = str(activity.params.get("supply") or kind.supply or "grid").strip()
    if supply == "self_use_pv" and kind.supply and activity.params.get("role") == "generation":
        supply = "self_generation_pv"
    if supply in LABELS or (is_self_generation(supply) and len(supply) > len(SELF_GENERATION)):
        return supply
    raise refusal(
        Refused.MISSING_PARAMETER,
        f"供电路径“{supply}”没有登记。",
        fix=f"supply 请写 {'、'.join(LABELS)} 或 self_generation_pv 等自发电路径。",
        subject=activity.id,
    )


def _require_proof(activity: Activity, supply: str) -> str:
    accepted = OWN_RECORD if is_self_generation(supply) else PROOFS[supply]
    held = proofs_of(activity) & accepted
    if held or activity.is_correction:
        return "、".join(PROOF_LABELS[p] for p in sorted(held)) or "更正行，沿用原行凭证"
    wanted = "、".join(PROOF_LABELS[p] for p in sorted(accepted))
    raise refusal(
        Refused.ZERO_FACTOR_WITHOUT_PROOF,
        f"{LABELS.get(supply, '自发电')}按 0 计缺少凭证。",
        fix=f"请补充{wanted}（任一）并在 params.proof 列明；没有凭证的电量按网购电计。",
        subject=activity.id,
    )


def supply_path(activity: Activity, kind: Kind, setting: Setting) -> Path:
    """The path of one activity. Refuses zero_factor_without_proof, and missing_parameter when gec_zero_factor is not stated."""
    supply = _supply_name(activity, kind)
    if supply == "grid":
        return Path(name=supply, zero=False, why="网购电，按电网排放因子计。")
    if activity.direction == "out":
        return Path(name=supply, zero=False, why="输出电与购入电用同一口径因子，负行列出。")
    options = setting.inputs.options
    if supply in CLAIMS and options.get("method") == "location":
        return Path(name=supply, zero=False, why="本次要求位置法，合同类绿电主张不改变因子。")
    if supply == "gec":
        if options.get("gec_zero_factor") is False:
            return Path(
                name=supply, zero=False, why="options.gec_zero_factor = false：绿证对应电量仍按电网排放因子计。"
            )
        held = _require_proof(activity, supply)
        if options.get("gec_zero_factor") is not True:
            raise refusal(
                Refused.MISSING_PARAMETER,
                "绿证对应电量是否按 0 计没有说明。",
                fix="官方口径未见，请按主管部门要求在 options.gec_zero_factor 写 true 或 false。",
                subject=activity.id,
            )
        return Path(name=supply, zero=True, why=f"凭{held}按 0 计（options.gec_zero_factor = true）。")
    held = _require_proof(activity, supply)
    return Path(name=supply, zero=True, why=f"{LABELS.get(supply, '自发电')}凭{held}按 0 计。")
