"""CO2 that is recovered or captured instead of let go: measured by mass and purity, listed as a negative line of its own.

Whether it lowers the total depends on the standard of the sector, which is not held here: by default it stands outside the boundary
and lowers nothing. ``options.captured_co2 = "deduct"`` counts it, for CO2 that leaves the site or is stored, with its proof.
"""

from __future__ import annotations

from app.accounting.amounts import amount_in
from app.accounting.carriers import Kind
from app.accounting.numbers import is_absent, percent
from app.accounting.outcome import Outcome, Setting, operand
from app.accounting.reading import Activity
from app.accounting.refusals import Kind as Refused
from app.accounting.refusals import refusal

PROOF = "metering_record"
FATES = ("外供", "封存")


def _needs(activity: Activity, kind: Refused, message: str, fix: str) -> Exception:
    return refusal(kind, f"{activity.carrier}{message}", fix=fix, subject=activity.id)


def captured(activity: Activity, kind: Kind, setting: Setting) -> Outcome:
    """Tonnes of pure CO2 as a negative line. Refuses missing_parameter without direction out, purity, or (to be counted) a fate that
    keeps it out of the air, and zero_factor_without_proof without the metering record."""
    mass = amount_in(activity, "mass", liquid=False).value
    if activity.direction != "out":
        raise _needs(activity, Refused.MISSING_PARAMETER, "的方向应为输出。", "direction 请写 out：回收量是没有排放的量，不是排放源。")
    if is_absent(activity.params.get("purity_pct")):
        raise _needs(activity, Refused.MISSING_PARAMETER, "缺少纯度。", "请在 params.purity_pct 给出 CO2 纯度（百分数）。")
    purity = percent(activity.params["purity_pct"], name="纯度", subject=activity.id)
    counted = setting.inputs.options.get("captured_co2") == "deduct"
    fate = str(activity.params.get("fate") or "").strip()
    if counted and fate not in FATES:
        fix = f"params.fate 请写 {' 或 '.join(FATES)}；自用后仍排入大气的不能扣减。"
        raise _needs(activity, Refused.MISSING_PARAMETER, "要扣减，没有写明去向。", fix)
    given = activity.params.get("proof")
    proofs = {given} if isinstance(given, str) else set(given or ())
    if counted and PROOF not in proofs:
        fix = f'params.proof 请写 ["{PROOF}"]，并留存计量记录与去向凭证。'
        raise _needs(activity, Refused.ZERO_FACTOR_WITHOUT_PROOF, "要扣减，缺少计量凭证。", fix)
    where = f"，去向：{fate}" if fate else ""
    how = "按 options.captured_co2 = deduct 扣减" if counted else "单列，不扣减"
    return Outcome(
        tco2=mass * purity,
        category_in="reported_deduction",
        category_out="reported_deduction",
        formula="captured",
        operands=(operand("CO2 量", mass, "t"), operand("纯度", purity * 100, "%", "params:purity_pct")),
        why=(f"{kind.name}{how}{where}。",),
        carrier=kind.name,
        outside=not counted,
    )
