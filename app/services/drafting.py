"""Draft the application, preview it, and verify a document against the project it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.activity import DocumentKind, RecordStatus
from app.domain.errors import InputRefused, LingtanError, UsageError, system_reason
from app.domain.fact import Fact
from app.domain.finding import Finding, Severity
from app.domain.form import plain_title
from app.domain.plain import from_plain, to_plain
from app.domain.project import Project
from app.domain.stored import StoredDraft, StoredRun
from app.eligibility.checklist import ItemState, checklist
from app.services.charts import energy_parts
from app.services.eligibility import evaluate_project, run_of
from app.services.gaps import gap_rows
from app.services.workspace import Workspace
from app.store import rows

FORM = "zero_carbon_factory_application"
"""The form that is drafted when none is named: the whole dossier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDraft:
    """The document's bytes, its sha256 in the store, and counts for the user."""

    data: bytes
    sha256: str
    summary: dict[str, Any]


def draft_source(ws: Workspace, project: Project) -> Any:
    """Everything a draft may be built from, as app.drafting wants it."""
    from app.drafting.source import DraftSource, EvidenceDocument, LedgerEntry

    with ws.reading() as c:
        stored = rows.latest_run(c, project.id)
        documents = rows.documents(c, project.id, status="read")
        confirmed = rows.records(c, project.id, status=RecordStatus.CONFIRMED)
    names = {d.sha256: d.filename for d in documents}
    run = run_of(ws, stored)
    counted = _counted(stored)
    verdicts = evaluate_project(ws, project)
    return DraftSource(
        project=project.id,
        profile=project.profile,
        generated_on=ws.clock().astimezone().date(),
        run=run,
        records=tuple(
            LedgerEntry(
                record_id=r.id,
                carrier=r.record.carrier,
                direction=r.record.direction,
                quantity=r.record.quantity,
                unit=r.record.unit,
                document_sha256=r.document_sha256,
                filename=names.get(r.document_sha256, ""),
                page=r.record.page,
                period_start=r.record.period_start,
                period_end=r.record.period_end,
                account_number=r.record.account_number,
            )
            for r in confirmed
            if counted is None or r.id in counted
        ),
        verdicts=verdicts,
        documents=tuple(
            EvidenceDocument(sha256=d.sha256, filename=d.filename, kind=DocumentKind(d.kind or "other").label, pages=d.pages)
            for d in documents
        ),
        policies=ws.policies,
        energy=energy_parts(stored.inputs, run, ws.factors) if stored is not None and run is not None else (),
        gaps=_gaps(ws, project, verdicts),
    )


def _gaps(ws: Workspace, project: Project, verdicts: Any) -> tuple[Any, ...]:
    """The open items of the gap plan, as the plan page words them."""
    from app.drafting.source import GapEntry

    with ws.reading() as c:
        notes = rows.gap_notes(c, project.id)
    opened = [item for item in checklist(verdicts, ws.ruleset) if item.state is ItemState.OPEN]
    return tuple(
        GapEntry(
            criterion=item.criterion,
            title=row["条目"],
            clause=row["条款"],
            modality=row["要求程度"],
            kind=row["结论"],
            what=row["缺什么"],
            proof=row["用什么证明"],
            supplier=row["谁提供"],
            next_step=row["下一步"],
            assignee=row["责任人"],
            due=row["期限"],
        )
        for item, row in zip(opened, gap_rows(opened, notes), strict=True)
    )


def _counted(stored: StoredRun | None) -> set[str] | None:
    """Records behind the lines of the run: the draft shows the data the accounts were made from, no more."""
    if stored is None:
        return None
    return {a["id"].partition("+")[0] for a in stored.inputs["activities"]}


def forms() -> tuple[dict[str, Any], ...]:
    """Every form of the corpus: ``{id, title, about, region, scheme, default, sections: [{id, title, word_limit}]}``, the default
    one first, then those of the whole country, then those of a region."""
    from app.corpus.forms import list_forms, load_form
    from app.corpus.paths import corpus_root

    found = [load_form(id) for id in list_forms(corpus_root())]
    found.sort(key=lambda f: (f.id != FORM, f.region, f.id))
    return tuple(
        {
            "id": form.id,
            "title": form.title,
            "about": form.about,
            "region": form.region,
            "scheme": form.scheme,
            "default": form.id == FORM,
            "sections": [
                {"id": s.id, "title": plain_title(s.title), "word_limit": s.word_limit} for s in form.sections if s.numbered
            ],
        }
        for form in found
    )


def compose(ws: Workspace, project: Project, sections: Sequence[str] | None = None, form: str = FORM) -> Any:
    """The draft of a form (see ``forms``), not yet written. Raises NotFound for an unknown form, UsageError for a section."""
    from app.corpus.forms import load_form
    from app.drafting.compose import compose_draft

    return compose_draft(load_form(form), draft_source(ws, project), sections=tuple(sections) if sections else None)


def make_draft(
    ws: Workspace, project: Project, sections: Sequence[str] | None = None, form: str = FORM, template: Path | None = None,
    reword: bool = False,
) -> MadeDraft:
    """Compose, write and keep the draft, into the applicant's own Word ``template`` when one is given, in the words of the
    configured language model with ``reword``. Raises InputRefused when a number has no fact or the template cannot be filled."""
    from app.drafting.verify import verify_docx
    from app.drafting.word import write_docx
    from app.services.draft_assembly import with_edits

    draft = with_edits(ws, project, compose(ws, project, sections, form))
    notes: list[str] = []
    if reword:
        draft, note = reworded(ws, draft)
        notes.append(note)
    if template is None:
        data = write_docx(draft)
    else:
        from app.drafting.own_template import fill_template

        filled = fill_template(read_file(template), draft)
        data = filled.data
        notes += filled.notes
    report = verify_docx(data, facts=draft.facts, policies=ws.policies)
    if not report.ok:
        first = next(f for f in report.findings if f.severity is Severity.BLOCKING)
        raise InputRefused(
            "draft_not_verified", f"草稿自检未通过，没有导出：{first.message}", fix=first.fix or "请把这一情况反馈给维护者", subject=first.id
        )
    sha256, _ = ws.blobs.put([data])
    facts = to_plain(draft.facts)
    with ws.writing() as c:
        stored = rows.latest_run(c, project.id)
        last = next((d for d in reversed(rows.drafts(c, project.id)) if d.sha256 == sha256), None)
        if last is None:
            ws.record(
                c,
                project.id,
                "draft-made",
                {"sha256": sha256, "run_id": stored.run_id if stored else None, "facts": facts},
            )
    return MadeDraft(
        data=data,
        sha256=sha256,
        summary={
            "sha256": sha256,
            "size": len(data),
            "run_id": stored.run_id if stored else None,
            "sections": [s.id for s in draft.sections],
            "numbers": report.numbers_total,
            "citations": report.citations_total,
            "missing": list(draft.missing),
            "form": draft.form,
            "charts": len(draft.charts),
            "over_limit": over_limit(draft),
            "notes": notes,
        },
    )


def template_sample() -> bytes:
    """A Word template to start from; docs/template.md explains its placeholders."""
    from app.drafting.own_template_sample import sample_template

    return sample_template()


def reworded(ws: Workspace, draft: Any) -> tuple[Any, str]:
    """(the draft in the model's words, what became of them). Without a model, or when it does not answer, the draft as it is."""
    from app.assistant.prompt import load_prompt
    from app.corpus.paths import corpus_root
    from app.drafting.rewording import reword, summary
    from app.services.asking import chat_model

    model = chat_model(ws)
    if model is None:
        return draft, "没有配置语言模型，文字未改写"
    prompt = load_prompt(corpus_root().parent / "prompts" / "draft.toml")

    def write(sentences: str, facts: str) -> str:
        return str(model.complete(prompt.system, prompt.render(sentences=sentences, facts=facts)))

    try:
        made = reword(draft, write)
    except LingtanError as error:
        return draft, f"文字未改写：{error.message}"
    return made.draft, summary(made.kept, made.changed)


def over_limit(draft: Any) -> list[dict[str, Any]]:
    """Sections longer than their form allows: ``{section, words, limit}``; a word is a Chinese character."""
    from app.drafting.layout import section_words

    counted = ((s, section_words(s, draft.facts)) for s in draft.sections if s.word_limit)
    return [{"section": s.id, "words": n, "limit": s.word_limit} for s, n in counted if n > s.word_limit]


def read_file(path: Path) -> bytes:
    """The bytes of a file the user named. Raises UsageError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError("file_missing", f"打不开 {path}：{system_reason(error)}", fix="检查路径", subject=str(path)) from error


def preview(ws: Workspace, project: Project) -> tuple[str, list[str]]:
    """(safe HTML, what is missing)."""
    from app.drafting.html import render_html

    draft = compose(ws, project)
    return render_html(draft), list(draft.missing)


def write_out(data: bytes, path: Path) -> None:
    """Write a result file whole or not at all. Raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise UsageError("output_not_writable", f"无法写入 {path}：{system_reason(error)}", fix="换一个可写的位置", subject=str(path)) from error


def _counts(report: Any) -> dict[str, int]:
    return {
        "numbers_total": report.numbers_total,
        "numbers_traced": report.numbers_traced,
        "citations_total": report.citations_total,
        "citations_valid": report.citations_valid,
    }


def verify_file(ws: Workspace, project: Project, path: Path) -> dict[str, Any]:
    """Check a document's numbers and citations against the facts of the draft it came from (by its own bytes when unchanged,
    otherwise by the facts the latest draft was made with)."""
    from app.drafting.verify import verify_docx

    data = read_file(path)
    with ws.reading() as c:
        made = rows.drafts(c, project.id)
        run = rows.latest_run(c, project.id)
    if not made:
        report = verify_docx(data, facts=dict(compose(ws, project).facts), policies=ws.policies)
        return {"project": project.id, "file": str(path), "findings": list(report.findings), "checked": _counts(report)}
    draft, report = _best_match(ws, made, data)
    findings = list(report.findings)
    if run is not None and draft.run_id != run.run_id:
        findings.append(
            Finding(
                id="draft-stale",
                severity=Severity.EXPLAIN,
                message=f"这份草稿依据的核算是 {draft.run_id or '（尚未核算）'}，此后已有新的核算 {run.run_id}",
                subjects=(draft.sha256[:12],),
                fix="重新起草，并核对前后差异",
            )
        )
    return {"project": project.id, "file": str(path), "findings": findings, "checked": _counts(report)}


def _best_match(ws: Workspace, made: Sequence[StoredDraft], data: bytes) -> tuple[StoredDraft, Any]:
    """The draft this document is: by its own bytes when untouched, otherwise the one whose facts it contradicts least (the newest
    of equals), so that an older document is held to its own numbers and not to later ones."""
    from app.drafting.verify import verify_docx

    sha256 = hashlib.sha256(data).hexdigest()
    candidates = [d for d in made if d.sha256 == sha256] or list(reversed(made))[:20]
    best: tuple[int, StoredDraft, Any] | None = None
    for item in candidates:
        report = verify_docx(data, facts={k: from_plain(Fact, v) for k, v in item.facts.items()}, policies=ws.policies)
        faults = sum(1 for f in report.findings if f.severity is Severity.BLOCKING)
        if best is None or faults < best[0]:
            best = (faults, item, report)
        if faults == 0:
            break
    assert best is not None
    return best[1], best[2]
