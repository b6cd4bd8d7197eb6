"""How well pictures are read: demonstration documents put through a good scanner and a bad one, and the real pictures where present.

Slow (minutes): not among the default suites. ``python -m evals.ocr`` prints the report, ``python -m evals.ocr layouts 2`` the one over
generated documents with test seeds; ``run`` and ``run_layouts`` return them.

The figure that must be zero is ``silent_errors``: a field or energy record that is wrong and nothing asks for a look at it. Invoice
lines have no status of their own; a wrong cell that only the page's "recognised, to be checked" finding covers is listed apart.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.page import Document
from evals.extraction import compare
from evals.scoring import Score, add_score, shortfalls, table

SAMPLES = Path(__file__).resolve().parents[1].parent / "shared" / "samples"
PICTURES = (".png", ".jpg", ".jpeg")

#: One or two of every kind of printed document, tables and forms, one page and several.
DOCUMENTS = (
    "发票_电费_主户_2025-01.pdf",
    "发票_电费_辅助户_2025-09.pdf",
    "发票_天然气_2025-05.pdf",
    "发票_柴油_2025Q3.pdf",
    "发票_柴油_2025Q1_红字.pdf",
    "发票_水费_2025-04.pdf",
    "发票_物业_2025H2.pdf",
    "电费账单_主户_2025-01.pdf",
    "电费账单_主户_2025-07.pdf",
    "上网电费账单_2025-06.pdf",
    "结算单_天然气_2025Q3.pdf",
    "结算单_蒸汽_2025H1.pdf",
    "结算单_绿电交易_2025.pdf",
    "证明_能源管理体系认证证书.pdf",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a page becomes a picture: resolution, degrees of skew, blur radius in pixels, spread of noise in grey levels, JPEG quality,
    and how much darker the far corner lies in a shadow (0 to 1)."""

    dpi: int
    degrees: float
    blur: float
    noise: float
    quality: int
    shadow: float = 0.0


WAYS = {
    "office": Way(dpi=200, degrees=1.5, blur=0.0, noise=0.0, quality=60),
    "poor": Way(dpi=120, degrees=-3.0, blur=0.6, noise=6.0, quality=35),
}
PHONE = Way(dpi=120, degrees=-2.0, blur=0.5, noise=5.0, quality=45, shadow=0.35)
OFFICE = Way(dpi=200, degrees=1.5, blur=0.3, noise=3.0, quality=60)
#: Generated documents of kinds that arrive on paper, drawn with test seeds: one page, two at most.
LAYOUTS = ("pdf-digital", "pdf-old", "pdf-browser", "grid-bill", "gas-bill", "heat-settlement", "feed-in-bill", "southern-notice")


def scanned(data: bytes, way: Way) -> bytes:
    """The PDF ``data`` as a PDF of pictures, every page degraded the same way; the same input gives the same bytes."""
    import numpy as np
    import pypdfium2
    from PIL import Image, ImageFilter

    document = pypdfium2.PdfDocument(data)
    random = np.random.default_rng(7)
    pages = []
    try:
        for page in document:
            picture = page.render(scale=way.dpi / 72).to_pil().convert("RGB")
            picture = picture.rotate(way.degrees, resample=Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
            if way.blur:
                picture = picture.filter(ImageFilter.GaussianBlur(way.blur))
            if way.noise:
                grain = random.normal(0, way.noise, (picture.height, picture.width, 1))
                picture = Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype("uint8"))
            if way.shadow:
                across = np.linspace(0, 1, picture.width)[None, :] + np.linspace(0, 1, picture.height)[:, None]
                light = 1 - way.shadow * (across / 2)[:, :, None]
                picture = Image.fromarray((np.asarray(picture) * light).clip(0, 255).astype("uint8"))
            pressed = io.BytesIO()
            picture.save(pressed, "JPEG", quality=way.quality)
            pages.append(Image.open(pressed))
        out = io.BytesIO()
        pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=way.dpi, quality=way.quality)
    finally:
        document.close()
    return out.getvalue()


def run(
    *, documents: Sequence[str] = DOCUMENTS, ways: Sequence[str] = tuple(WAYS), samples: Path | None = SAMPLES
) -> dict[str, Any]:
    """``{suite, ok, headline, groups: {way or "pictures": {total, documents, line_cells, cpu_seconds_per_page, …}}}``."""
    from app.demo.documents import truth, write_documents
    from ingestion.ocr import Recogniser

    groups: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, Recogniser() as recogniser:
        base, expected = Path(folder), truth()
        write_documents(base)
        for name in ways:
            place = base / name
            place.mkdir()
            for file in documents:
                (place / file).write_bytes(scanned((base / file).read_bytes(), WAYS[name]))
            groups[name] = _measure(place, {file: expected[file] for file in documents}, recogniser)
        if samples is not None and (samples / "expected.json").is_file():
            wanted = json.loads((samples / "expected.json").read_text("utf-8"))
            pictures = {k: v for k, v in wanted.items() if k.lower().endswith(PICTURES)}
            groups["pictures"] = _measure(samples, pictures, recogniser)
    silent = sum(g["total"]["silent_errors"] for g in groups.values())
    headline = "；".join(
        f"{name}：抬头 {g['total']['fields_right']}/{g['total']['fields']}，明细 {g['total']['lines_right']}/{g['total']['lines']}，"
        f"用能记录 {g['total']['records_right']}/{g['total']['records']}，静默错误 {g['total']['silent_errors']}，"
        f"每页 {g['cpu_seconds_per_page']} CPU 秒"
        for name, g in groups.items()
    )
    return {"suite": "ocr", "ok": silent == 0, "headline": headline, "groups": groups}


def run_layouts(each: int, *, ways: Sequence[str] = ("office", "phone")) -> dict[str, Any]:
    """``each`` generated documents of every class in ``LAYOUTS`` as office scans and as phone pictures, in the form of ``run``; fails
    below the floors of ``evals/baselines/extraction.toml`` and on a silent error."""
    from evals.layouts.catalogue import make
    from evals.layouts.running import FIRST_TEST_SEED
    from ingestion.ocr import Recogniser

    groups: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, Recogniser() as recogniser:
        for way in ways:
            place, truth = Path(folder, way), {}
            place.mkdir()
            for group in LAYOUTS:
                for seed in range(FIRST_TEST_SEED + 9_000, FIRST_TEST_SEED + 9_000 + each):
                    sample = make(group, seed)
                    name = f"{sample.name}.pdf"
                    (place / name).write_bytes(scanned(sample.data, {"office": OFFICE, "phone": PHONE}[way]))
                    truth[name] = sample.truth
            groups[way] = _measure(place, truth, recogniser)
    below = [text for way in ways for text in shortfalls({way: groups[way]["total"]}, way)]
    headline = "；".join(f"{way}：{'，'.join(table({way: g['total']}))}，每页 {g['cpu_seconds_per_page']} CPU 秒，内存 {g['peak_resident_mb']} MB" for way, g in groups.items())
    return {"suite": "ocr-layouts", "ok": not below, "headline": headline, "groups": groups, "shortfalls": below}


def _measure(folder: Path, truth: Mapping[str, Any], recogniser: Any) -> dict[str, Any]:
    from extractors import extract
    from ingestion.ocr import complete, settle
    from ingestion.qr import check_codes
    from ingestion.sandbox import Worker, read_with

    total = Score()
    documents: dict[str, Any] = {}
    cells: list[str] = []
    pages, wall, cpu, peak = 0, 0.0, 0.0, 0
    with Worker() as worker:
        for name, entry in truth.items():
            path = folder / name
            began, used = time.perf_counter(), _cpu(recogniser.process_id)
            read = complete(read_with(worker, path), path, worker=worker, recogniser=recogniser)
            wall += time.perf_counter() - began
            # A process that started in between counts from its start: loading the networks is part of the cost.
            cpu += max(_cpu(recogniser.process_id) - used, 0.0)
            peak = max(peak, _peak(recogniser.process_id))
            pages += len(read.pages)
            extraction = settle(check_codes(extract(read), read), read)
            score = Score(documents=1)
            compare(name, entry, extraction, score)
            cells += [text for text in score.silent if ": lines " in text]
            score.silent = [text for text in score.silent if ": lines " not in text]
            if any(f.id == "ocr-nothing-extracted" for f in extraction.findings):
                score.misses, score.silent = [*score.misses, *score.silent], []
            score.silent += [f"{name}: {text}" for text in _too_sure(extraction, read)]
            documents[name] = score.to_plain() | {"kind": extraction.kind.value}
            add_score(total, score)
    return {
        "total": total.to_plain(),
        "documents": documents,
        "line_cells": cells,
        "pages": pages,
        "cpu_seconds_per_page": round(cpu / max(pages, 1), 2),
        "wall_seconds_per_page": round(wall / max(pages, 1), 2),
        "peak_resident_mb": peak // (1 << 20),
    }


def _too_sure(extraction: Any, read: Document) -> list[str]:
    """What a recognised page must never give: a value that passes without a person."""
    if not any(page.source.value == "ocr" for page in read.pages):
        return ["no page was recognised"]
    sure = [f"field {f.name} is taken without a look" for f in extraction.fields if f.status == "auto"]
    return sure + [f"record {r.id} needs no review" for r in extraction.records if not r.needs_review]


def _cpu(pid: int | None) -> float:
    """Processor seconds of a process so far; 0 where the system does not say."""
    if pid is None:
        return 0.0
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int | None) -> int:
    """The most bytes a process has held; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def main() -> int:
    """Arguments: ways to run (default all); or ``layouts [N]``: N generated documents a class as scans and phone pictures."""
    if sys.argv[1:2] == ["layouts"]:
        report = run_layouts(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
    else:
        report = run(ways=tuple(sys.argv[1:]) or tuple(WAYS))
    for name, group in report["groups"].items():
        print(f"== {name}: {group['pages']} 页，内存峰值 {group['peak_resident_mb']} MB，每页 {group['wall_seconds_per_page']} 秒")
        for text in (*group["total"]["silent"], *group["line_cells"], *group["total"]["misses"]):
            print("   ", text)
    print(report["headline"])
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
