"""Standard coal coefficients of the input: ``0.1229 kgce/kWh（…）``, ``{value, unit, source}`` or the id of a library row.

No coefficient is built in: the one used decides whether a threshold is met, so each must be given and is written into the run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.accounting.numbers import is_absent, non_negative, number_text
from app.accounting.outcome import Setting, use_of
from app.accounting.recipe import Computed
from app.accounting.refusals import Kind, refusal
from app.domain.carrier import Carrier
from app.domain.run import FactorUse
from app.domain.units import find_unit

_TCE = {"tce": Fraction(1), "kgce": Fraction(1, 1000), "gce": Fraction(1, 10**6)}
_TEXT = re.compile(
    r"(?P<number>[0-9.eE+\-]+)\s*(?P<unit>(?:kgce|tce|gce)\s*/\s*[^\s（(]+)\s*(?P<note>[（(].*)?\Z", re.DOTALL
)
_STEAM = ("饱和蒸汽", "过热蒸汽", "蒸汽")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """tce per base unit of ``dimension``; ``admitted`` names the suspect library row it came from, if any."""

    value: Fraction
    dimension: str
    use: FactorUse
    admitted: str = ""


def _keys(carrier: str, basis: str) -> tuple[str, ...]:
    """The keys that serve this carrier, best first: its own, then the one for heat where heat is what was bought."""
    names = [carrier, *(c.value for c in Carrier if c.label == carrier)]
    if carrier in _STEAM:
        names += ["蒸汽", "steam", "热力", "heat"]
    if carrier == "热水":
        names += ["热力", "heat"]
    # The two bases differ for electricity, so a coefficient without its basis does not serve it.
    plain = carrier != "电力"
    return tuple(k for name in names for k in ((f"{name}_{basis}", name) if plain else (f"{name}_{basis}",)))


def _missing(carrier: str, basis: str, subject: str) -> Exception:
    key = f"{carrier}_{basis}" if carrier == "电力" else carrier
    return refusal(
        Kind.CONVERSION_BASIS_UNSPECIFIED,
        f"{carrier}缺少{basis}口径的折标准煤系数。",
        fix=f"请在 options.tce_coefficients 给出“{key}”（如 0.1229 kgce/kWh）并留存出处；等价值逐年逐地不同，没有统一默认；"
        "只要一种口径时，请在 request 中写明，如 energy_tce:当量。",
        subject=subject,
    )


def _from_library(given: str, key: str, setting: Setting, subject: str) -> tuple[str, str, FactorUse, str]:
    factor = setting.library.standard_coal[given]
    admitted = ""
    if factor.evidence == "suspect":
        admitted = setting.gate.admit((factor.id,), what=f"折标系数 {factor.id}", reason=factor.note, subject=subject)
    if not factor.value:
        raise refusal(
            Kind.FACTOR_NOT_FOUND, f"库内 {factor.id} 没有数值。", fix="请直接给出折标系数及其出处。", subject=subject
        )
    use = use_of(factor, why=f"options.tce_coefficients 的“{key}”点名取库内系数。")
    return factor.value, factor.unit, use, admitted


def _given(given: Any, key: str, subject: str) -> tuple[str, str, FactorUse, str]:
    if isinstance(given, Mapping):
        text, unit = number_text(given.get("value")) or "", str(given.get("unit") or "")
        source = str(given.get("source") or given.get("note") or "")
    else:
        match = _TEXT.match(str(given).strip())
        if match is None:
            bare = number_text(given) is not None and re.fullmatch(r"[0-9.]+", str(given).strip())
            raise refusal(
                Kind.UNKNOWN_UNIT if bare else Kind.INVALID_NUMBER,
                f"折标系数“{key}”写作“{given}”，{'没有单位' if bare else '不能识别'}。",
                fix="请写成“0.1229 kgce/kWh”这样的数值加单位。",
                subject=subject,
            )
        text, unit, source = match["number"], re.sub(r"\s", "", match["unit"]), (match["note"] or "").strip("（）() ")
    use = FactorUse(
        id=f"USER/tce/{key}",
        value=text,
        unit=unit,
        source=source or "输入给出",
        evidence="user",
        why=f"折标系数由 options.tce_coefficients 的“{key}”给出。",
    )
    return text, unit, use, ""


def coefficient(line: Computed, basis: str, setting: Setting) -> Coefficient:
    """The coefficient of one line for 当量 or 等价.

    Refuses conversion_basis_unspecified when none is given, unknown_unit and invalid_number when one cannot be read.
    """
    table = setting.inputs.options.get("tce_coefficients")
    table = table if isinstance(table, Mapping) else {}
    carrier, subject = line.unit.carrier, line.activity.id
    key = next((k for k in _keys(carrier, basis) if not is_absent(table.get(k))), None)
    if key is None:
        raise _missing(carrier, basis, subject)
    named = isinstance(table[key], str) and table[key].strip() in setting.library.standard_coal
    if named:
        text, unit, use, admitted = _from_library(table[key].strip(), key, setting, subject)
    else:
        text, unit, use, admitted = _given(table[key], key, subject)
    top, _, bottom = unit.partition("/")
    per = find_unit(bottom)
    if top not in _TCE or per is None:
        raise refusal(
            Kind.UNKNOWN_UNIT,
            f"折标系数“{key}”的单位“{unit}”没有登记。",
            fix="请用 kgce 或 tce 除以登记的单位，如 kgce/kWh、kgce/kg、kgce/Nm3、tce/GJ。",
            subject=subject,
        )
    value = non_negative(text, name=f"折标系数 {key}", subject=subject) * _TCE[top] / per.ratio
    return Coefficient(value=value, dimension=per.dimension, use=use, admitted=admitted)
