"""Run scenarios in fresh processes and print their figures beside each other."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from evals.bench.scenarios import GROUPS, SCENARIOS


def measure(name: str) -> dict[str, float]:
    """Wall and CPU seconds and peak memory (MB) of one scenario in a process of its own."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "evals.bench", "--one", name], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**figures, "process_wall": time.perf_counter() - started}


def run_one(name: str) -> None:
    """In the child: prepare outside the clock, then time the work."""
    import resource

    work = SCENARIOS[name]()
    cpu, wall = _cpu(), time.perf_counter()
    count = work()
    figures = {
        "count": count,
        "cpu": _cpu() - cpu,
        "wall": time.perf_counter() - wall,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "worker_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }
    print(json.dumps(figures))


def _cpu() -> float:
    """Processor seconds of this process and of the workers it has ended."""
    import resource

    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--one"]:
        run_one(arguments[1])
        return
    if arguments == ["extraction-peers"]:
        from evals.bench.peers import run

        print("extraction-peers")
        for line in run():
            print(line, flush=True)
        return
    wanted = [g for g in GROUPS if not arguments or g in arguments]
    for group in wanted:
        print(f"{group}")
        base: dict[str, float] | None = None
        for name in GROUPS[group]:
            got = measure(name)
            base = base or got
            ratio = got["cpu"] / base["cpu"] if base["cpu"] else 0.0
            size = got["count"] / base["count"] if base["count"] else 0.0
            print(
                f"  {name:<28} n={got['count']:>8.0f}  cpu {got['cpu']:7.2f} s  ({got['cpu'] / max(got['count'], 1):.4f} each)"
                f"  peak {got['peak_mb']:5.0f} MB, workers {got['worker_mb']:5.0f} MB"
                f"  cpu ×{ratio:6.2f} for n ×{size:6.2f}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
