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
    lines += [f"△ {f['message']}\n      → {f['fix']}" for f in report.get("findings", [])]
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


SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "=", "!=": "≠"}


def shown(number: str | None) -> str:
    """An exact number for the eye: at most six decimals."""
    from app.services.whatif import near_text

    return near_text(number, "未知")


def margins(found: list[dict[str, Any]]) -> str:
    """A table of thresholds, values and what is left or missing."""
    from app.cli.output import table

    rows = []
    for m in found:
        stage = f"（{m['year']}年）" if m["year"] else ""
        doubt = "" if m["evidence"] in ("official", "repost") else "，待核实"
        state = {True: "达到", False: "未达到", None: "未知"}[m["reached"]]
        rows.append(
            (
                m["criterion"],
                m["label"],
                f"{SIGNS.get(m['operator'], m['operator'])} {shown(m['threshold'])} {m['unit']}{stage}",
                shown(m["value"]),
                shown(m["distance"]),
                f"{state}{doubt}{'' if m['current'] else '，后续阶段'}",
            )
        )
    return table(("条目", "指标", "门槛", "现值", "余量（负为差距）", "比较"), rows) if rows else "所选方案没有数值门槛。"


def projection(value: dict[str, Any]) -> str:
    """What the scenario assumes and what would change."""
    lines = [f"设想：{value['name']}（{value['caution']}）"]
    lines += [f"  · {sentence}" for sentence in value["assumed"]]
    total = value["total_tco2"]
    lines.append(f"排放总量：{total['before']} → {total['after']} tCO2（{total['difference']}）")
    lines.append("会变的结论：" if value["changes"] else "结论都不变。")
    for change in value["changes"]:
        lines.append(f"  {change['text']}  {change['title']}（{change['clause']}）")
    if value["crossed"]:
        lines.append("会变的数值比较：")
    for item in value["crossed"]:
        word = {True: "达到", False: "未达到", None: "未知"}
        doubt = "" if item["evidence"] in ("official", "repost") else "（待核实，不作结论）"
        threshold = f"{SIGNS.get(item['operator'], item['operator'])} {shown(item['threshold'])} {item['unit']}"
        lines.append(f"  {word[item['before']]} → {word[item['after']]}  {item['label']} {threshold}（{item['id']}）{doubt}")
    lines += [f"  △ {f['message']}" for f in value["findings"]]
    return "\n".join(lines)


def selection(value: dict[str, Any]) -> str:
    """The chosen measures with their grounds, and how the search went."""
    goal, unit = value["target"], value["target"]["unit"]
    lines = [f"目标 {goal['text']}：还需 {shown(goal['needed'])} {unit}"] + [f"  · {how}" for how in goal["how"]]
    if value["reached"]:
        lines.append(f"最省的一组：费用 {shown(value['cost_wan_yuan'])} 万元，效果 {shown(value['effect'])} {unit}")
        lines += [
            f"  ✓ {m['name']}：{shown(m['effect'])} {unit}，{shown(m['cost_wan_yuan'])} 万元（{m['source']}；{m['how']}）" for m in value["chosen"]
        ] or ["  现在已达到，不需要措施。"]
    else:
        lines.append(f"所列措施全做也只有 {shown(value['effect'])} {unit}，还差 {shown(value['short'])} {unit}。")
    lines += [f"  未参加比较：{e['name']}（{e['reason']}）" for e in value["excluded"]]
    trace = value["trace"]
    lines.append(f"逐一比较了 {trace['visited']} 种组合，其中 {trace['cut']} 种连同其后的组合经证明不必再看（--json 查看过程）。")
    lines.append(value["caution"])
    return "\n".join(lines)


def schemes(value: dict[str, Any]) -> str:
    """Schemes by status with reason, deadline and the sector's turn; documents without conditions as a count."""
    lines = []
    for card in value["schemes"]:
        if card["scheme"] is None:
            continue
        chosen = "，已选" if card["chosen"] else ""
        lines.append(f"[{card['status_label']}{chosen}] {card['title']}（{card['scheme']}）")
        lines.append(f"      {card['reason']}")
        lines.append(f"      截止日期：{card['deadline_text']}" + (f"；行业：{card['priority']}" if card["priority"] else ""))
        counts = "，".join(f"{VERDICT_LABELS[k]} {v}" for k, v in card["counts"].items() if v)
        lines.append(f"      {counts}；必备条款待办 {card['open_required']} 条")
    others = sum(card["scheme"] is None for card in value["schemes"])
    return "\n".join([*lines, f"另有 {others} 份文件看似相关但没有零碳工厂的条件（--json 查看理由）。"])


def watched(value: dict[str, Any]) -> str:
    """What differs in rules and documents, what has to be reviewed, and the verdicts that change, project by project."""
    lines = [f"规则版本 {value['before']} → {value['after']}"]
    for doc in value["documents"]:
        clauses = f"：{'、'.join(doc['clauses'])}" if doc["clauses"] else ""
        lines.append(f"  文件{doc['state']}  {doc['id']}{clauses}")
    for rule in value["rules"]:
        changed = f"（{'、'.join(rule['fields'])}）" if rule["fields"] else ""
        lines.append(f"  规则{rule['state']}  {rule['id']} {rule['title']}{changed}")
    for review in value["reviews"]:
        lines.append(f"  {'✗ 失去依据' if review['lost'] else '△ 须复核'}  {review['id']}（{review['clause']}）：{review['why']}")
    for project in value["projects"]:
        lines.append(f"{project['name']}（{project['project']}）")
        lines += [f"  {c['text']}  {c['title']}（{c['clause']}）" for c in project["changes"] if not c["reworded"] or c["before"] != c["after"]]
        lines += [f"  结论不变，条文有变  {c['title']}（{c['clause']}）" for c in project["changes"] if c["reworded"] and c["before"] == c["after"]]
        if project["review"]:
            lines.append(f"  须复核的条目：{'、'.join(project['review'])}")
    counts = value["counts"]
    if len(lines) == 1:
        lines.append("没有差别。")
    return "\n".join([*lines, f"{counts['projects']} 个项目受影响，{counts['verdicts']} 条结论会变；尚未应用。"])


MARKS = {"met": "✓", "not_met": "✗", "insufficient_evidence": "？", "not_applicable": "—"}


def side_by_side(value: dict[str, Any]) -> str:
    """Schemes across, topics down; a cell counts the criteria by verdict."""
    from app.cli.output import table

    schemes = value["schemes"]
    lines = [
        ["适用", *(s["status_label"] for s in schemes)],
        ["截止日期", *(s["deadline_text"] for s in schemes)],
        ["必备条款待办", *(s["open_required"] for s in schemes)],
    ]
    for topic in value["topics"]:
        cells = (topic["cells"][s["scheme"]] for s in schemes)
        lines.append([topic["label"], *(" ".join(MARKS[c["verdict"]] for c in cell) or "·" for cell in cells)])
    legend = "，".join(f"{mark} {VERDICT_LABELS[key]}" for key, mark in MARKS.items())
    return table(("主题", *(s["scheme"] for s in schemes)), lines) + f"\n{legend}，· 所持规则没有这一主题"


def projects(value: dict[str, Any]) -> str:
    """A factory a row."""
    from app.cli.output import table

    if not value["projects"]:
        return "还没有项目。"
    rows = [
        (
            p["project"],
            p["name"],
            p["province"],
            p["year"] or "",
            p["total_tco2"] or "尚未核算",
            *(p["counts"][key] for key in MARKS),
            p["open_required"],
            p["overdue"],
            p["next_title"],
        )
        for p in value["projects"]
    ]
    return table(("项目", "企业", "省份", "年", "tCO2", *(VERDICT_LABELS[k] for k in MARKS), "必备待办", "逾期", "先做"), rows)
