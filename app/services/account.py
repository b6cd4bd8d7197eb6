"""A calculation run over the confirmed records of a project."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.domain.activity import ProposedRecord, RecordStatus
from app.domain.errors import CalculationRefused, Conflict, NotFound
from app.domain.finding import Finding, Severity
from app.domain.number import exact_text, parse_number
from app.domain.plain import to_plain
from app.domain.project import Project
from app.domain.stored import StoredRun
from app.services.inventory import NOT_ENERGY, build_inputs
from app.services.inventory_choices import HEAT_CARRIERS
from app.services.inventory_claims import claims_elsewhere, claims_of
from app.services.inventory_pieces import ConfirmedRecord, InventoryBuild
from app.services.workspace import Workspace
from app.store import rows
from app.store.log import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountResult:
    """``output`` is the contract's calc output; ``findings`` the checks over the records and the choices made."""

    run_id: str
    output: dict[str, Any]
    findings: tuple[Finding, ...]
    records: dict[str, str]


def same_inputs(build: InventoryBuild, stored: StoredRun) -> bool:
    """Whether a run was made from what the project holds now."""
    return canonical(to_plain(build.inputs)) == canonical(stored.inputs)


def confirmed_records(ws: Workspace, project: Project) -> list[ConfirmedRecord]:
    with ws.reading() as c:
        documents = {d.sha256: d for d in rows.documents(c, project.id)}
        stored = rows.records(c, project.id, status=RecordStatus.CONFIRMED)
    out = []
    for item in stored:
        document = documents.get(item.document_sha256)
        extraction = document.extraction.paper_of(item.record.id) if document and document.extraction else None
        issued = extraction.field("issue_date") if extraction else None
        number = extraction.field("invoice_number") if extraction else None
        out.append(
            ConfirmedRecord(
                record=item.record,
                document_sha256=item.document_sha256,
                document_kind=(document.kind if document else None) or "other",
                issue_date=issued.value if issued and issued.value else None,
                invoice_number=number.value if number and number.value else None,
            )
        )
    return out


def latest_grid_year(library: Any) -> int | None:
    """The newest data year for which the library holds a grid factor."""
    return max((year for (year, *_), factor in library.grid.items() if factor.value), default=None)


def prepare(ws: Workspace, project: Project) -> InventoryBuild:
    """Inputs of the core for the confirmed records, with completeness checks. Raises CalculationRefused."""
    from app.accounting.completeness import check_completeness
    from app.services.evidence import project_evidence, with_merged_readings

    confirmed = confirmed_records(ws, project)
    build = build_inputs(project.profile, confirmed, latest_grid_year(ws.factors))
    records = _as_corrected([_with_period(i) for i in confirmed if i.record.carrier not in NOT_ENERGY], build.corrections)
    if project.profile.year:
        with ws.reading() as c:
            extractions = [d.extraction for d in rows.documents(c, project.id) if d.extraction]
            merged = rows.records(c, project.id, status=RecordStatus.SUPERSEDED)
        heat = heat_per_tonne(build, ws.factors)
        papers = with_merged_readings([i.record for i in confirmed], [(r.superseded_by, r.record) for r in merged if r.superseded_by])
        evidence = project_evidence(project.profile, papers, extractions, heat)
        build.findings += check_completeness(records, years=(project.profile.year,), evidence=evidence)
    build.findings += _claims_elsewhere(ws, project)
    with ws.reading() as c:
        waiting = rows.records(c, project.id, status=RecordStatus.PROPOSED)
    if waiting:
        build.findings.append(
            Finding(
                id="records-waiting",
                severity=Severity.EXPLAIN,
                message=f"还有 {len(waiting)} 条活动数据未经确认，未计入本次核算",
                subjects=tuple(r.id for r in waiting),
                fix="先在“核对”页确认、更正或否决",
            )
        )
    return build


def heat_per_tonne(build: InventoryBuild, library: Any) -> dict[str, Fraction]:
    """GJ a tonne of each steam and hot water record, as the core works it out; nothing where it has no grounds."""
    from app.accounting import calculate

    out = {}
    for item in build.inputs["activities"]:
        if item["carrier"] not in HEAT_CARRIERS or item["unit"] != "t" or item["id"] not in build.records:
            continue
        one = {**build.inputs, "request": [], "reporting": None, "offsets": [], "activities": [item | {"quantity": "1", "direction": "in"}]}
        with suppress(CalculationRefused):
            out[build.records[item["id"]]] = parse_number(calculate(one, library).lookups["heat_gj"])
    return out


def _claims_elsewhere(ws: Workspace, project: Project) -> list[Finding]:
    """Findings about green power and certificates that another project of this home has claimed too."""
    with ws.reading() as c:
        own = claims_of(project, rows.records(c, project.id, status=RecordStatus.CONFIRMED))
        if not own:
            return []
        others = [p for p in rows.projects(c) if p.id != project.id]
        made = [claim for p in others for claim in claims_of(p, rows.records(c, p.id, status=RecordStatus.CONFIRMED))]
    return claims_elsewhere(own, made)


def _with_period(item: ConfirmedRecord) -> ProposedRecord:
    """For the month checks a record without a period counts in the month of its issue date, as in the inventory."""
    record = item.record
    if record.period_start or not item.issue_date:
        return record
    return replace(record, period_start=item.issue_date[:8] + "01", period_end=item.issue_date)


def _as_corrected(records: list[ProposedRecord], corrections: Mapping[str, str]) -> list[ProposedRecord]:
    """Red-letter records taken off the records they cancel: what the checks look at is what was really used."""
    left = {r.id: parse_number(r.quantity) for r in records}
    for red, blue in corrections.items():
        left[blue] = left.get(blue, Fraction(0)) + left.pop(red, Fraction(0))
    cancelled = {blue for blue in corrections.values() if left.get(blue) == 0}
    return [replace(r, quantity=exact_text(left[r.id])) for r in records if r.id in left and r.id not in cancelled]


def account(ws: Workspace, project: Project) -> AccountResult:
    """Calculate and keep the run. The same records and options give the same run, which is kept once."""
    from app.accounting import calculate
    from app.accounting.report import run_to_json

    build = prepare(ws, project)
    if not build.inputs["activities"]:
        raise Conflict(
            "nothing_confirmed",
            "还没有已确认的活动数据，无法核算",
            fix="先上传单据并在“核对”页确认：lingtan review -p 项目 --confirm-clean",
            subject=project.id,
        )
    output = run_to_json(calculate(build.inputs, ws.factors))
    with ws.writing() as c:
        last = rows.latest_run(c, project.id)
        if last is None or last.run_id != output["run_id"]:
            ws.record(
                c, project.id, "run-made", {"run_id": output["run_id"], "inputs": to_plain(build.inputs), "output": output}
            )
    return AccountResult(
        run_id=output["run_id"], output=output, findings=tuple(build.findings), records=build.records
    )


def compare(ws: Workspace, project: Project, result: AccountResult, earlier: str) -> dict[str, Any]:
    """This result against an earlier run of the project (its id, or the beginning of it), line by line. Raises NotFound."""
    from app.accounting.compare import compare_runs, comparison_to_json

    with ws.reading() as c:
        kept = rows.runs(c, project.id)
        replaced = {r.id: r.supersedes for r in rows.records(c, project.id) if r.supersedes}
    found = [r for r in kept if r.run_id == earlier] or [r for r in kept if earlier and r.run_id.startswith(earlier)]
    if len({r.run_id for r in found}) != 1:
        raise NotFound(
            "run_not_found",
            f"没有编号为 {earlier} 的核算" if not found else f"编号 {earlier} 对应几次核算",
            fix=f"本项目的核算：{'、'.join(r.run_id for r in kept) or '尚无'}",
            subject=earlier,
        )
    known = {line["activity"] for line in found[-1].output["lines"]}
    this = next((r.inputs for r in kept if r.run_id == result.run_id), {})
    return comparison_to_json(
        compare_runs(
            found[-1].output, result.output, before_inputs=found[-1].inputs, after_inputs=this, replaced=_ancestors(replaced, known)
        )
    )


def comparison_text(shown: Mapping[str, Any]) -> str:
    """What ``compare`` gives, as lines for a reader."""
    from app.accounting import compare as comparing

    return comparing.comparison_text(shown)


def _ancestors(replaced: Mapping[str, str], known: set[str]) -> dict[str, str]:
    """Each activity of a corrected record with the activity of the nearest earlier record that the other run knows."""
    out: dict[str, str] = {}
    for id in replaced:
        earlier = replaced[id]
        while earlier not in known and earlier in replaced:
            earlier = replaced[earlier]
        out |= {f"{id}{part}": f"{earlier}{part}" for part in ("", "+g")}
    return out


def latest(ws: Workspace, project: Project) -> StoredRun | None:
    with ws.reading() as c:
        return rows.latest_run(c, project.id)


def result_to_json(project: Project, result: AccountResult) -> dict[str, Any]:
    """The calc output of the contract, the record behind each line, and the findings of checks and choices."""
    lines = [{**line, "record": result.records.get(line["activity"])} for line in result.output["lines"]]
    return {
        "project": project.id,
        **result.output,
        "lines": lines,
        "findings": [*result.output.get("findings", []), *to_plain(result.findings)],
    }
