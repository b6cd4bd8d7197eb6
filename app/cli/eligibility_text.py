"""What ``lingtan eligible`` prints: the JSON objects of the services as Chinese text."""

from __future__ import annotations

from typing import Any

VERDICT_LABELS = {"met": "符合", "not_met": "不符合", "insufficient_evidence": "待补证", "not_applicable": "不适用"}
VERDICT_MARK = {"met": "✓ 符合", "not_met": "✗ 不符合", "insufficient_evidence": "？待补证", "not_applicable": "— 不适用"}


def verdicts(report: dict[str, Any]) -> str:
    """Criterion by criterion with reason, gaps and next step."""
    lines = []
    for c in report["criteria"]:
        lines.append(f"{VERDICT_MARK[c['verdict']]}  {c.get('title', c['id'])}（{c['modality']}，{c['clause']}）")
        lines.append(f"      {c['reason']}")
        if c["missing"]:
            lines.append(f"      缺：{'、'.join(c['missing'])}")
        if c["next_step"]:
            lines.append(f"      → {c['next_step']}")
    counts = "，".join(f"{VERDICT_LABELS[k]} {v}" for k, v in report["counts"].items())
    return "\n".join([*lines, f"合计：{counts}（规则版本 {report['ruleset']}）"])


def gaps(plan: dict[str, Any]) -> str:
    """The open items with what is missing; the closed ones as a count."""
    lines = []
    for item in plan["items"]:
        if item["state"] != "open":
            continue
        lines.append(f"□ {item['title']}（{item['kind']}，{item['modality']}，{item['scheme_title']}）  [{item['id']}]")
        for need in item["needs"]:
            also = f"；另有 {len(need['also'])} 条也缺它" if need["also"] else ""
            lines.append(f"      缺 {need['what']}：{need['proof']}（{need['supplier']}）{also}")
        lines.append(f"      → {item['next_step']}")
        kept = [f"{label} {item[k]}" for k, label in (("assignee", "责任人"), ("due", "期限"), ("note", "备注")) if item[k]]
        if kept:
            lines.append(f"      {'；'.join(kept)}{'（已逾期）' if item['overdue'] else ''}")
    counts = plan["counts"]
    return "\n".join([*lines, f"待办 {counts['open']} 条（逾期 {counts['overdue']}），已完成 {counts['done']} 条"])


def noted(criterion: str, note: Any) -> str:
    if note is None:
        return f"{criterion}：备注已删去"
    return f"{criterion}：" + "；".join(t for t in (note.assignee, note.due, note.note) if t)
