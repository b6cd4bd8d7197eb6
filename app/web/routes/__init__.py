"""Routes, one module a noun."""

from __future__ import annotations

from app.web.routes import (
    accounts,
    api,
    assistant,
    documents,
    drafts,
    eligibility,
    policies,
    projects,
    review,
    system,
)

ROUTERS = tuple(m.router for m in (system, projects, documents, review, accounts, eligibility, assistant, drafts, policies, api))
