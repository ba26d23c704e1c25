"""`draftPipelineRuns`: prunes pipeline runs and their artifacts past their retention (design §8)."""

from typing import Final

from lib.clock import Deadline
from lib.maintenance.item import ItemResult, MaintenanceItem
from lib.maintenance.pruning import Pruning, prune
from lib.services import Services

DUE: Final = Pruning(
    table="draft_pipeline_runs",
    key="id",
    due="created_at < everytick_now() - %s * interval '1 day'",
    size=250,
)


def _prune(services: Services, deadline: Deadline) -> ItemResult:
    return prune(services, deadline, DUE, (services.settings.draft_pipeline_run_retention_days,))


DRAFT_PIPELINE_RUNS: Final = MaintenanceItem(name="draftPipelineRuns", run=_prune)
