"""lingtan eligible: verdicts, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app.cli import eligibility_text as words
from app.cli.output import common_options, emit, note, workspace
from app.cli.words import command
from app.domain.errors import UsageError

Made = tuple[dict[str, Any], Callable[[], str]]


@command("eligible", help="逐条判断是否符合申报方案；加选项看缺什么、差多少、能报哪些")
@click.option("-p", "--project", "key", metavar="P", help="项目编号或名称")
@click.option("--scheme", multiple=True, metavar="S", help="申报方案（可多次；默认为项目档案中的方案）")
@click.option("--gaps", is_flag=False, flag_value="-", metavar="[FILE.xlsx]", help="补证清单；给出文件名则导出")
@click.option("--note", "criterion", metavar="ID", help="给清单中的条目写备注，配合 --say、--assignee、--due")
@click.option("--say", metavar="W", help="备注内容（空文字为删去）")
@click.option("--assignee", metavar="WHO", help="责任人")
@click.option("--due", metavar="DATE", help="期限，如 2026-06-30")
@click.option("--margins", is_flag=True, help="离每个数值门槛还差多少")
@click.option("--what-if", "scenario", type=click.Path(path_type=Path), metavar="FILE.toml", help="设想一种变化，看哪些结论会变（不保存）")
@click.option("--reach", metavar="TARGET", help="达到目标最省的一组措施，如 reduce_tco2=500 或条目编号")
@click.option("--roadmap", type=int, metavar="YEAR", help="按档案中的措施逐年推算到目标年（不保存）")
@click.option("--schemes", is_flag=True, help="能报哪些：现在、等下一批、不适用、尚不能判断，及截止日期")
@click.option("--watch", "watched", type=click.Path(path_type=Path), metavar="PATH", help="新的规则或政策文件会改变哪些项目的结论（不写入）")
@click.option("--compare", is_flag=False, flag_value="-", metavar="[FILE.xlsx]", help="一个项目在几种方案下并列；给出文件名则导出")
@click.option("--all", "every", is_flag=False, flag_value="-", metavar="[FILE.xlsx]", help="全部项目一张表；给出文件名则导出")
@common_options
def eligible(
    key: str | None,
    scheme: tuple[str, ...],
    gaps: str | None,
    criterion: str | None,
    say: str | None,
    assignee: str | None,
    due: str | None,
    margins: bool,
    scenario: Path | None,
    reach: str | None,
    roadmap: int | None,
    schemes: bool,
    watched: Path | None,
    compare: str | None,
    every: str | None,
) -> int:
    _one_of(
        {
            "--gaps": gaps,
            "--note": criterion,
            "--margins": margins,
            "--what-if": scenario,
            "--reach": reach,
            "--roadmap": roadmap,
            "--schemes": schemes,
            "--watch": watched,
            "--compare": compare,
            "--all": every,
        }
    )
    if criterion is None and any(v is not None for v in (say, assignee, due)):
        raise UsageError("usage", "--say、--assignee、--due 要与 --note 一起用", fix="lingtan eligible -p 项目 --note 条目编号 --due 2026-06-30")
    ws = workspace()
    if criterion is not None:
        return _show(_note(ws, key, criterion, say, assignee, due))
    if gaps is not None:
        return _show(_gaps(ws, key, scheme, gaps))
    if margins:
        return _show(_margins(ws, key, scheme))
    if scenario is not None:
        return _show(_what_if(ws, key, scheme, scenario))
    if reach is not None:
        return _show(_reach(ws, key, reach))
    if roadmap is not None:
        return _show(_roadmap(ws, key, roadmap))
    if schemes:
        return _show(_schemes(ws, key))
    if watched is not None:
        return _watch(ws, watched)
    if compare is not None:
        return _show(_compare(ws, key, scheme, compare))
    if every is not None:
        return _show(_all(ws, scheme, every))
    return _show(_verdicts(ws, key, scheme))


def _one_of(modes: dict[str, object]) -> None:
    given = [name for name, value in modes.items() if value not in (None, False)]
    if len(given) > 1:
        raise UsageError("usage", f"{'、'.join(given)} 只能用一个", fix="分成几条命令执行")


def _show(made: Made) -> int:
    value, text = made
    emit(value, text)
    return 0


def _save(data: bytes, target: str) -> None:
    from app.services.drafting import write_out

    write_out(data, Path(target))
    note(f"已写出 {target}")


def _verdicts(ws: Any, key: str | None, scheme: tuple[str, ...]) -> Made:
    from app.services.eligibility import check_eligibility

    report = check_eligibility(ws, ws.project(key), scheme or None)
    return report, lambda: words.verdicts(report)


def _gaps(ws: Any, key: str | None, scheme: tuple[str, ...], target: str) -> Made:
    from app.services.gaps import make_gap_plan, plan_to_json, plan_workbook

    plan = make_gap_plan(ws, ws.project(key), scheme or None)
    if target != "-":
        _save(plan_workbook(plan), target)
    value = plan_to_json(plan)
    return value, lambda: words.gaps(value)


def _note(ws: Any, key: str | None, criterion: str, say: str | None, assignee: str | None, due: str | None) -> Made:
    from app.domain.plain import to_plain
    from app.services.gaps import note_gap

    project = ws.project(key)
    kept = note_gap(ws, project, criterion, note=say, assignee=assignee, due=due)
    value = {"project": project.id, "id": criterion, "note": to_plain(kept)}
    return value, lambda: words.noted(criterion, kept)


def _margins(ws: Any, key: str | None, scheme: tuple[str, ...]) -> Made:
    from app.services.whatif import margin_to_plain, project_margins

    project = ws.project(key)
    found = project_margins(ws, project, scheme or None)
    value = {"project": project.id, "margins": [margin_to_plain(m) for m in found]}
    return value, lambda: words.margins(value["margins"])


def _what_if(ws: Any, key: str | None, scheme: tuple[str, ...], file: Path) -> Made:
    from app.services.calculation import read_text
    from app.services.whatif import parse_scenario, project_scenario, projection_to_json

    scenario = parse_scenario(read_text(file))
    value = projection_to_json(project_scenario(ws, ws.project(key), scenario, scheme or None))
    return value, lambda: words.projection(value)


def _reach(ws: Any, key: str | None, target: str) -> Made:
    from app.services.whatif_measures import choose_measures, selection_to_json

    project = ws.project(key)
    value = {"project": project.id, **selection_to_json(choose_measures(ws, project, target))}
    return value, lambda: words.selection(value)


def _roadmap(ws: Any, key: str | None, year: int) -> Made:
    from app.services.whatif_roadmap import project_roadmap, roadmap_text, roadmap_to_json

    value = roadmap_to_json(project_roadmap(ws, ws.project(key), year))
    return value, lambda: roadmap_text(value)


def _schemes(ws: Any, key: str | None) -> Made:
    from app.services.schemes import cards_to_json, scheme_cards

    project = ws.project(key)
    value = cards_to_json(project, scheme_cards(ws, project))
    return value, lambda: words.schemes(value)


def _watch(ws: Any, path: Path) -> int:
    """Exit status 1 when a rule in use would lose its ground."""
    from app.services.watch import watch, watch_to_json

    value = watch_to_json(watch(ws, path))
    _show((value, lambda: words.watched(value)))
    return 1 if value["counts"]["lost"] else 0


def _compare(ws: Any, key: str | None, scheme: tuple[str, ...], target: str) -> Made:
    from app.services.comparison import compare_schemes, table_to_json, table_workbook

    found = compare_schemes(ws, ws.project(key), scheme or None)
    if target != "-":
        _save(table_workbook(found), target)
    value = table_to_json(found)
    return value, lambda: words.side_by_side(value)


def _all(ws: Any, scheme: tuple[str, ...], target: str) -> Made:
    from app.services.comparison import compare_projects, projects_workbook, rows_to_json

    found = compare_projects(ws, scheme or None)
    if target != "-":
        _save(projects_workbook(found), target)
    value = rows_to_json(found)
    return value, lambda: words.projects(value)


COMMANDS = (eligible,)
