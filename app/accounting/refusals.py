"""The closed list of reasons for which the core gives no number, and the one way to say so."""

from __future__ import annotations

from enum import StrEnum

from app.domain.errors import CalculationRefused, UsageError


class Kind(StrEnum):
    """Refusal kinds of the contract. When any activity is refused the whole calculation has no total."""

    UNKNOWN_UNIT = "unknown_unit"
    UNIT_DIMENSION_MISMATCH = "unit_dimension_mismatch"
    INVALID_NUMBER = "invalid_number"
    MISSING_QUANTITY = "missing_quantity"
    MISSING_PARAMETER = "missing_parameter"
    UNKNOWN_CARRIER = "unknown_carrier"
    GAS_CONDITION_UNSTATED = "gas_condition_unstated"
    OPERATING_CONDITION_VOLUME = "operating_condition_volume"
    GRID_BASIS_UNSPECIFIED = "grid_basis_unspecified"
    FACTOR_NOT_FOUND = "factor_not_found"
    FACTOR_NOT_IN_CITED_TABLE = "factor_not_in_cited_table"
    SUSPECT_FACTOR = "suspect_factor"
    STEAM_STATE_INVALID = "steam_state_invalid"
    PRESSURE_BASIS_UNSPECIFIED = "pressure_basis_unspecified"
    ZERO_FACTOR_WITHOUT_PROOF = "zero_factor_without_proof"
    EXPORT_EXCEEDS_SUPPLY = "export_exceeds_supply"
    GREEN_CLAIM_EXCEEDS_CONSUMPTION = "green_claim_exceeds_consumption"
    DUPLICATE_CLAIM = "duplicate_claim"
    UNEXPLAINED_NEGATIVE = "unexplained_negative"
    CONVERSION_BASIS_UNSPECIFIED = "conversion_basis_unspecified"
    OFFSET_NETTING_REQUESTED = "offset_netting_requested"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS: dict[Kind, str] = {
    Kind.UNKNOWN_UNIT: "单位未登记",
    Kind.UNIT_DIMENSION_MISMATCH: "单位量纲与能源品种不符",
    Kind.INVALID_NUMBER: "数量不是十进制数",
    Kind.MISSING_QUANTITY: "数量缺失",
    Kind.MISSING_PARAMETER: "缺必需参数",
    Kind.UNKNOWN_CARRIER: "能源品种未登记且未给全参数",
    Kind.GAS_CONDITION_UNSTATED: "气体体积未注明标况或工况",
    Kind.OPERATING_CONDITION_VOLUME: "工况体积",
    Kind.GRID_BASIS_UNSPECIFIED: "电网因子口径未指定",
    Kind.FACTOR_NOT_FOUND: "库内无此因子",
    Kind.FACTOR_NOT_IN_CITED_TABLE: "自带因子不在所引公告中",
    Kind.SUSPECT_FACTOR: "疑误或重构项未点名启用",
    Kind.STEAM_STATE_INVALID: "蒸汽状态不成立或超出表范围",
    Kind.PRESSURE_BASIS_UNSPECIFIED: "未注明表压或绝压",
    Kind.ZERO_FACTOR_WITHOUT_PROOF: "零因子缺凭证",
    Kind.EXPORT_EXCEEDS_SUPPLY: "输出电量大于购入与自发之和",
    Kind.GREEN_CLAIM_EXCEEDS_CONSUMPTION: "绿电主张大于总表用电",
    Kind.DUPLICATE_CLAIM: "同一证书重复主张",
    Kind.UNEXPLAINED_NEGATIVE: "负值无更正对象",
    Kind.CONVERSION_BASIS_UNSPECIFIED: "折标口径缺系数",
    Kind.OFFSET_NETTING_REQUESTED: "要求扣减抵销后的净值",
}


def refusal(kind: Kind, message: str, *, fix: str, subject: str = "") -> CalculationRefused:
    """The error to raise. ``message`` is a Chinese sentence without the activity's name, which is put in front of it."""
    named = f"活动 {subject}：{message}" if subject else message
    return CalculationRefused(kind.value, named, fix=fix, subject=subject)


def malformed(message: str, *, fix: str, subject: str = "") -> UsageError:
    """The input has not the shape of a calculation at all (no activity list, two activities of one id …)."""
    return UsageError("invalid_input", message, fix=fix, subject=subject)
