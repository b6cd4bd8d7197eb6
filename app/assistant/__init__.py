"""Question to answer: the right clause, its exact words, and a plain no where there is nothing."""

from app.assistant.answering import answer
from app.assistant.context import AssistantContext, assemble_context
from app.assistant.guard import check_answer
from app.assistant.project_view import ActivityView, ProjectView

__all__ = ["ActivityView", "AssistantContext", "ProjectView", "answer", "assemble_context", "check_answer"]
