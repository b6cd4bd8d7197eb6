"""Routes, one module a noun."""

from __future__ import annotations

from app.web.routes import (
    accounts,
    api_conversation,
    api_docs,
    api_drafts,
    api_eligibility,
    api_projects,
    api_tools,
    assistant,
    documents,
    draft_sections,
    draft_versions,
    drafts,
    eligibility,
    policies,
    profile,
    projects,
    review,
    settings,
    system,
)

PAGES = (system, projects, profile, documents, review, accounts, eligibility, assistant, drafts, draft_sections, draft_versions, policies, settings, api_docs)
ROUTERS = tuple(m.router for m in (*PAGES, api_projects, api_conversation, api_drafts, api_eligibility, api_tools))
