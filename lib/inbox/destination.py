"""Where an import goes: the workspace, and what it is told of itself on the way."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from lib.errors import UsageProblem
from lib.inbox.workspace import workspace_called
from lib.inbox.workspace_settings import (
    AutoSendPolicy,
    MemoryPolicy,
    WorkspaceSettings,
    parse_settings,
    read_workspace_settings,
    write_workspace_settings,
)
from lib.store.store import Connection

SETTINGS_NAME: Final = "everytick-workspace.json"
"""The settings file that may lie beside the mail in a folder."""
FILE_LIMIT: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The workspace that mail is imported into."""

    workspace: str
    """Its id or name; made when the name is new."""
    settings: WorkspaceSettings | None = None
    """What to write into it; None leaves it as it is."""
    overwrite: bool = False
    """Whether `settings` replace what a workspace has; otherwise only one without any is given them."""

    def open(self, connection: Connection) -> UUID:
        """The workspace's id, its settings in place; may be called again. Raises UsageProblem."""
        workspace_id = workspace_called(connection, self.workspace)
        if self.settings is not None and (
            self.overwrite or read_workspace_settings(connection, workspace_id) == WorkspaceSettings()
        ):
            write_workspace_settings(connection, workspace_id, self.settings)
        return workspace_id


def settings_from(path: Path) -> WorkspaceSettings:
    """The settings in the JSON file `path`. Raises UsageProblem for one that is missing or does not fit."""
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(FILE_LIMIT))
    except OSError as error:
        raise UsageProblem(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageProblem(
            f"The settings file {path} is not JSON of at most {FILE_LIMIT // 1024} KiB."
        ) from error
    try:
        return parse_settings(content)
    except UsageProblem as error:
        raise UsageProblem(f"{path}: {error.message}") from error


def settings_beside(paths: Iterable[str]) -> tuple[Path, WorkspaceSettings] | None:
    """The first settings file that lies in one of the folders `paths`, and what it says.

    A folder of mail may come from anywhere, so it decides neither what is sent without a person nor what is
    remembered: those policies stay at their defaults. Raises UsageProblem for a file that does not fit.
    """
    for path in paths:
        file = Path(path) / SETTINGS_NAME
        try:
            there = file.is_file()
        except OSError:  # the search for mail names a path that cannot be looked into
            continue
        if there:
            cautious = {"auto_send": AutoSendPolicy(), "memory": MemoryPolicy()}
            return file, settings_from(file).model_copy(update=cautious)
    return None
