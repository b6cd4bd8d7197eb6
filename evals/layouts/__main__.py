"""``python -m evals.layouts [--count N] [--seed S] [--out FILE.json] [CLASS...]``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from evals.layouts.catalogue import MAKERS
from evals.layouts.running import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="evals.layouts", description="用生成的陌生版式检验提取")
    parser.add_argument("groups", nargs="*", metavar="CLASS", help="、".join(MAKERS))
    parser.add_argument("--count", type=int, default=1500, help="文件数")
    parser.add_argument("--seed", type=int, default=0, help="第一个种子")
    parser.add_argument("--out", type=Path, help="把报告写成 JSON 文件")
    options = parser.parse_args()
    report = run(options.count, first_seed=options.seed, groups=options.groups, say=lambda text: print(text, file=sys.stderr))
    if options.out:
        options.out.write_text(json.dumps(report, ensure_ascii=False, indent=1), "utf-8")
    for name, part in [*report["classes"].items(), ("total", report["total"])]:
        print(
            f"{name:16}{part['documents']:6} 份  抬头 {part['fields_right']}/{part['fields']}  明细 {part['lines_right']}/{part['lines']}"
            f"  记录 {part['records_right']}/{part['records']}（免复核 {part['auto_records']}）  静默错误 {part['silent_errors']}"
        )
    for text in report["total"]["silent"][:60]:
        print("静默：", text)
    return 1 if report["total"]["silent_errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
