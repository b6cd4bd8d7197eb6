"""``python -m evals.fuzz [--count N] [--seed S] [--state FILE] [--keep DIR]``; exit status 1 when a problem was found."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evals.fuzz.running import run, text


def main() -> int:
    parser = argparse.ArgumentParser(prog="evals.fuzz", description="用损坏的文件检验每一个读取器")
    parser.add_argument("--count", type=int, default=2000, help="文件数（--state 时为累计数）")
    parser.add_argument("--seed", type=int, default=1, help="种子：同一种子同一序号总是同样的字节")
    parser.add_argument("--state", type=Path, help="进度文件：中断后从这里继续")
    parser.add_argument("--keep", type=Path, help="把出问题的文件存到这个文件夹")
    options = parser.parse_args()
    report = run(options.count, options.seed, state=options.state, keep=options.keep, say=lambda line: print(line, file=sys.stderr))
    print(text(report))
    return 1 if report["found"] else 0


if __name__ == "__main__":
    sys.exit(main())
