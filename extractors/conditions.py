"""The state of a gas or steam quantity and the ids of certificates, where a document states them. Nothing is assumed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.domain.carrier import Carrier
from extractors.text import compact

_PRESSURE = re.compile(r"(?:压力)?[^0-9]{0,12}?(\d+(?:\.\d+)?)\s*(MPa|kPa)", re.IGNORECASE)
_TEMPERATURE = re.compile(r"(\d{2,3}(?:\.\d+)?)\s*(?:°C|℃|度C)")
_CERTIFICATE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{32}(?![0-9A-Z])")


def conditions(carrier: Carrier, texts: Iterable[str]) -> dict[str, str]:
    """Parameters of the calculation input (``app.domain.activity.ProposedRecord.params``) that ``texts`` state.

    Steam: ``pressure_mpa``, ``pressure_basis``, ``temperature_c``, ``steam``. Gas: ``gas_condition``. Certificates: ``certificate_id``
    when there is exactly one. A text of a table column is ``label value``, the unit in the label's brackets.
    """
    plain = [compact(t) for t in texts if t]
    if carrier in (Carrier.STEAM, Carrier.HOT_WATER):
        return _steam(plain)
    if carrier is Carrier.NATURAL_GAS:
        return _gas(plain)
    if carrier is Carrier.GREEN_CERTIFICATE:
        found = {m for t in plain for m in _CERTIFICATE.findall(t)}
        return {"certificate_id": found.pop()} if len(found) == 1 else {}
    return {}


def _one(values: Iterable[str]) -> str | None:
    distinct = list(dict.fromkeys(values))
    return distinct[0] if len(distinct) == 1 else None


def _steam(plain: list[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    pressure = _one(p for t in plain if "压" in t or "MPa" in t for p in _pressures(t))
    if pressure is not None:
        out["pressure_mpa"] = pressure
    whole = "；".join(plain)
    absolute = "绝对压力" in whole or "绝压" in whole
    gauge = "表压" in whole
    if absolute != gauge:
        out["pressure_basis"] = "absolute" if absolute else "gauge"
    temperature = _one(t for text in plain for t in _temperatures(text))
    if temperature is not None:
        out["temperature_c"] = temperature
    saturated, superheated = "饱和蒸汽" in whole, "过热蒸汽" in whole
    if saturated != superheated:
        out["steam"] = "saturated" if saturated else "superheated"
    return out


def _pressures(text: str) -> list[str]:
    labelled = re.search(r"\((MPa)\)[^0-9]*(\d+(?:\.\d+)?)", text)
    if labelled:
        return [labelled.group(2)]
    return [value for value, unit in _PRESSURE.findall(text) if unit.lower() == "mpa"]


def _temperatures(text: str) -> list[str]:
    labelled = re.search(r"\((?:°C|℃|°c)\)[^0-9]*(\d{2,3}(?:\.\d+)?)", text)
    if labelled:
        return [labelled.group(1)]
    return _TEMPERATURE.findall(text) if "温" in text or "蒸汽" in text else []


def _gas(plain: list[str]) -> dict[str, str]:
    whole = "；".join(plain)
    normal = any(word in whole for word in ("标准状态", "标况", "标准状况"))
    actual = any(word in whole for word in ("工况", "工作状态"))
    return {"gas_condition": "标况" if normal else "工况"} if normal != actual else {}
