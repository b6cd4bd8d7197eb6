"""lingtan project."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.output import common_options, emit, table, workspace
from app.cli.words import group


@group("project", help="申报项目：一家工厂、一个报告年、一个或多个申报方案")
@common_options
def project() -> None: ...


@project.command("add", help="用档案（TOML）新建项目")
@click.argument("profile", type=click.Path(path_type=Path))
@common_options
def add(profile: Path) -> None:
    from app.services.calculation import read_text
    from app.services.projects import add_project, project_to_json

    created = add_project(workspace(), read_text(profile))
    emit(project_to_json(created), f"已建立项目 {created.id}：{created.profile.name}（{created.profile.year or '未填报告年'}）")


@project.command("update", help="用新的档案替换项目档案（旧档案留痕）")
@click.argument("key", metavar="P")
@click.argument("profile", type=click.Path(path_type=Path))
@common_options
def update(key: str, profile: Path) -> None:
    from app.services.calculation import read_text
    from app.services.projects import project_to_json, update_project

    changed = update_project(workspace(), key, read_text(profile))
    emit(project_to_json(changed), f"已更新项目 {changed.id}：{changed.profile.name}")


@project.command("list", help="列出项目")
@common_options
def list_() -> None:
    from app.services.projects import list_projects, project_to_json

    found = list_projects(workspace())
    emit(
        {"projects": [project_to_json(p) for p in found]},
        lambda: table(
            ("项目", "企业", "报告年", "省份", "行业"),
            [(p.id, p.profile.name, p.profile.year, p.profile.province, p.profile.industry) for p in found],
        )
        if found
        else "还没有项目。用 lingtan project add 档案.toml 新建。",
    )


@project.command("show", help="项目的现状")
@click.argument("key", metavar="P")
@common_options
def show(key: str) -> None:
    from app.services.projects import overview

    ws = workspace()
    state = overview(ws, ws.project(key))

    def text() -> str:
        documents, records, run = state["documents"], state["records"], state["run"]
        lines = [
            f"{state['id']}  {state['name']}（{state['year'] or '未填报告年'}，{state['province'] or '未填省份'}，{state['industry'] or '未填行业'}）",
            f"文件 {documents['total']} 份：已读 {documents['read']}，不能用 {documents['refused']}，排队 {documents['queued']}",
            f"活动数据：已确认 {records['confirmed']}，待确认 {records['proposed']}（其中需人工核对 {records['needs_review']}），"
            f"已否决 {records['rejected']}，已被替代 {records['superseded']}",
            f"最近核算：{run['total_tco2']} tCO2（{run['run_id']}）" if run else "尚未核算：lingtan account",
        ]
        return "\n".join(lines)

    emit(state, text)


COMMANDS = (project,)
