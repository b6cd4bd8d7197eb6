"""lingtan backup, restore, eval."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.output import common_options, emit, home_option, note, workspace
from app.cli.words import command
from app.domain.errors import UsageError


@command("backup", help="把整个数据目录备份成一个文件（服务运行中也可）")
@click.argument("file", type=click.Path(path_type=Path))
@common_options
def backup(file: Path) -> None:
    from app.services.backup import backup as write

    result = write(workspace(), file)
    emit(result, f"已备份到 {result['file']}（{result['size'] // 1024} KB，{len(result['projects'])} 个项目）")


@command("restore", help="把备份恢复到一个空的数据目录")
@click.argument("file", type=click.Path(path_type=Path))
@common_options
def restore(file: Path) -> None:
    from app.services.backup import restore as read
    from app.settings import load_settings

    settings = load_settings(home_option())
    result = read(settings.home, file)
    emit(result, f"已恢复到 {result['home']}（{len(result['projects'])} 个项目，备份时间 {result['at']}）")


@command("eval", help="质量评测：accounting、extraction、answers、retrieval、eligibility、drafting")
@click.argument("names", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.json", help="把报告写成 JSON 文件")
@click.option("--from-corrections", is_flag=True, help="按数据目录里的人工更正统计提取的错误（与 extraction 同用）")
@common_options
def evaluate(names: tuple[str, ...], out: Path | None, from_corrections: bool) -> int:
    import json

    if from_corrections:
        return _corrections(names, out)
    from evals.suites import SUITES, report_text, run_suites

    unknown = [n for n in names if n not in SUITES]
    if unknown:
        raise UsageError("suite_unknown", f"没有评测 {unknown[0]}", fix="可用：" + "、".join(SUITES), subject=unknown[0])
    report = run_suites(names or tuple(SUITES), note)
    if out is not None:
        out.write_text(json.dumps(report, ensure_ascii=False, indent=2), "utf-8")
    emit(report, lambda: report_text(report))
    return 0 if report["ok"] else 1


def _corrections(names: tuple[str, ...], out: Path | None) -> int:
    """Correction statistics of the home in use: they teach, they neither pass nor fail."""
    import json

    from app.settings import load_settings
    from evals.corrections import report_text as corrections_text
    from evals.corrections import run

    if names not in ((), ("extraction",)):
        raise UsageError(
            "suite_unknown", "--from-corrections 只用于 extraction", fix="lingtan eval extraction --from-corrections", subject=names[0]
        )
    report = run([load_settings(home_option()).home], examples=3)
    if out is not None:
        out.write_text(json.dumps(report, ensure_ascii=False, indent=2), "utf-8")
    emit(report, lambda: corrections_text(report))
    return 0


COMMANDS = (backup, restore, evaluate)
