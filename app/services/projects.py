"""Application projects: add, change, list, show."""

from __future__ import annotations

from typing import Any

from app.domain.errors import Conflict
from app.domain.plain import to_plain
from app.domain.project import Project
from app.services.profile import parse_profile
from app.services.workspace import Workspace
from app.store import rows


def add_project(ws: Workspace, profile_toml: str) -> Project:
    """Create a project. Raises UsageError on a bad profile, Conflict when the factory already has one for that year."""
    profile, schemes = parse_profile(profile_toml)
    with ws.writing() as c:
        for known in rows.projects(c):
            same = known.profile.uscc == profile.uscc if profile.uscc else known.profile.name == profile.name
            if same and known.profile.year == profile.year:
                raise Conflict(
                    "project_exists",
                    f"该企业 {profile.year or ''} 年的项目已存在：{known.id}（{known.profile.name}）",
                    fix=f"要修改档案，请用 lingtan project update {known.id} 档案.toml",
                    subject=known.id,
                )
        project_id = rows.next_project_id(c)
        ws.record(
            c,
            project_id,
            "project-added",
            {
                "id": project_id,
                "name": profile.name,
                "profile": to_plain(profile),
                "profile_toml": profile_toml,
                "schemes": list(schemes),
            },
        )
    return Project(id=project_id, profile=profile, schemes=schemes)


def update_project(ws: Workspace, project_id: str, profile_toml: str) -> Project:
    """Replace the profile; the old one stays in the log."""
    profile, schemes = parse_profile(profile_toml)
    with ws.writing() as c:
        known = rows.find_project(c, project_id)
        ws.record(
            c,
            known.id,
            "profile-changed",
            {
                "name": profile.name,
                "profile": to_plain(profile),
                "profile_toml": profile_toml,
                "schemes": list(schemes),
            },
        )
    return Project(id=known.id, profile=profile, schemes=schemes)


def list_projects(ws: Workspace) -> list[Project]:
    with ws.reading() as c:
        return rows.projects(c)


def project_to_json(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "project": project.id,
        "name": project.profile.name,
        "year": project.profile.year,
        "province": project.profile.province,
        "industry": project.profile.industry,
        "schemes": list(project.schemes),
        "profile": to_plain(project.profile),
    }


def overview(ws: Workspace, project: Project) -> dict[str, Any]:
    """Counts that tell a user where the project stands."""
    with ws.reading() as c:
        documents = rows.documents(c, project.id)
        records = rows.records(c, project.id)
        run = rows.latest_run(c, project.id)
        drafts = rows.drafts(c, project.id)
    status = {s: sum(1 for r in records if r.status.value == s) for s in ("proposed", "confirmed", "rejected", "superseded")}
    return {
        **project_to_json(project),
        "documents": {
            "total": len(documents),
            "read": sum(1 for d in documents if d.status == "read"),
            "refused": sum(1 for d in documents if d.status == "refused"),
            "queued": sum(1 for d in documents if d.status == "queued"),
        },
        "records": {**status, "needs_review": sum(1 for r in records if r.status.value == "proposed" and r.record.needs_review)},
        "run": {"run_id": run.run_id, "total_tco2": run.output["total_tco2"], "created_at": run.created_at} if run else None,
        "drafts": len(drafts),
    }


def profile_text(ws: Workspace, project: Project) -> str:
    """The profile as the user last gave it."""
    with ws.reading() as c:
        return rows.profile_toml(c, project.id)
