"""`workspaceMemory`: prunes inferred entries past their time (design §8).

What a person or the system wrote stays for ever.
"""

from typing import Final

from lib.clock import Deadline
from lib.maintenance.item import ItemResult, MaintenanceItem
from lib.maintenance.pruning import Pruning, prune
from lib.services import Services

DUE: Final = Pruning(
    table="workspace_memory_entries",
    key="id",
    due="source = 'INFERENCE' AND expires_at < everytick_now()",
    size=500,
)


def _prune(services: Services, deadline: Deadline) -> ItemResult:
    return prune(services, deadline, DUE)


WORKSPACE_MEMORY: Final = MaintenanceItem(name="workspaceMemory", run=_prune)
