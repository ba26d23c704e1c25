"""A message's way through the pipeline, and what is in the database afterwards."""

from typing import Any
from uuid import UUID

from lib.clock import Deadline
from lib.drafts.composer import Composition
from lib.drafts.conversation import Conversation
from lib.drafts.pipeline import Pipeline, PipelineOutcome, process_inbound
from lib.drafts.template_composer import TemplateComposer
from tests.conftest import Database


def process(
    pipeline: Pipeline,
    message: UUID,
    deadline: Deadline,
    *,
    workspace: UUID | None = None,
    last_attempt: bool = False,
) -> PipelineOutcome:
    return process_inbound(
        pipeline, message, workspace_id=workspace, deadline=deadline, last_attempt=last_attempt
    )


def runs(database: Database) -> list[tuple[Any, ...]]:
    return database.rows("SELECT status, reason, draft_id IS NOT NULL FROM draft_pipeline_runs")


def tag(database: Database, lead: UUID) -> object:
    return database.value("SELECT tag FROM leads WHERE id = %s", lead)


class Interrupting(TemplateComposer):
    """A composer during which something happens."""

    def __init__(self, happens: Any) -> None:
        self.happens = happens

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        self.happens()
        return super().compose(conversation, deadline=deadline)
