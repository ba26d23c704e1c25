"""`flask replay promote`: keep a case, so that every change is tried against it (domain §6)."""

from pathlib import Path
from typing import Final, TypedDict, Unpack
from uuid import UUID

import click

from lib.errors import NotFound, UsageProblem
from lib.exit_codes import ExitCode
from lib.operator.commands.frame import dry_run_option, json_option, operator_command, print_json, services
from lib.operator.replay import read_run, reading
from lib.replay.artifact import Artifact, Case
from lib.replay.case import CaseStatus, SelectedCase
from lib.replay.files import LATEST
from lib.replay.manifest import Manifest, PinnedCase, read_manifest, write_manifest
from lib.replay.promotion import Promotion, pinned, with_case
from lib.replay.snapshot import SnapshotReader, workspace_of

PINNED: Final = Path("samples/replay/promoted.json")


class Said(TypedDict):
    """The command's words."""

    case_id: str
    run: str
    to: Path
    name: str | None
    note: str
    least_score: int | None
    include_bodies: bool
    dry_run: bool
    as_json: bool


@click.command("promote")
@click.argument("case_id", metavar="CASE")
@click.option("--run", default=LATEST, show_default=True, help="The run that it was tried in.")
@click.option(
    "--to", type=click.Path(path_type=Path), default=PINNED, show_default=True, help="The manifest."
)
@click.option("--name", help="Its id in the manifest; by default the case's own.")
@click.option("--note", default="", help="Why it is kept.")
@click.option("--least-score", type=click.IntRange(0, 100), help="Its bar, where the profile's is lower.")
@click.option("--include-bodies", is_flag=True, help="Keep addresses, phone numbers and the lead's name.")
@dry_run_option
@json_option
@operator_command
def promote(**said: Unpack[Said]) -> ExitCode:
    """Pin CASE of a run in a manifest: its conversation as it stood, and what became of it as its bar.

    E-mail addresses, phone numbers and the lead's name are replaced; read the case before you share it, for a
    body may say more. `flask replay run --manifest` replays it without a database.
    """
    artifact = read_run(said["run"])
    found = _evaluated(artifact, said["case_id"])
    case = _pinned(found, said)
    path = said["to"]
    manifest = read_manifest(path) if path.exists() else Manifest(cases=[])
    if not said["dry_run"]:
        write_manifest(path, with_case(manifest, case))
    if said["as_json"]:
        print_json({"dryRun": said["dry_run"], "manifest": str(path), "case": case.model_dump(mode="json")})
    else:
        would = "would be pinned" if said["dry_run"] else "is pinned"
        told = f"with {len(case.messages)} messages. Read it before you share it."
        click.echo(f"{case.case_id} {would} in {path}, {told}")
    return ExitCode.WELL


def _evaluated(artifact: Artifact, case_id: str) -> Case:
    found = next((case for case in artifact.cases if case_id in (case.case_id, case.message_id)), None)
    if found is None:
        raise NotFound(f"There is no case {case_id!r} in {artifact.run_id}.")
    if artifact.config.manifests:
        raise UsageProblem(
            f"The case {case_id!r} is pinned already, in {', '.join(artifact.config.manifests)}."
        )
    if found.status is CaseStatus.SELECTED_ONLY:
        raise UsageProblem(
            "A dry run tried nothing, so nothing can be expected: promote from a run that did."
        )
    return found


def _pinned(found: Case, said: Said) -> PinnedCase:
    with reading(services()) as store:
        workspace_id = workspace_of(store, UUID(found.message_id))
        selected = SelectedCase(case_id=found.case_id, message_id=found.message_id, channel=found.channel)
        reader = None if workspace_id is None else SnapshotReader(store=store, workspace_id=workspace_id)
        conversation = None if reader is None else reader.read(selected)
    if conversation is None:
        raise NotFound(f"The message of the case {found.case_id!r} is not in this database.")
    promotion = Promotion(
        case_id=said["name"] or found.case_id,
        note=said["note"],
        bodies=said["include_bodies"],
        least_score=said["least_score"],
    )
    return pinned(conversation, found, promotion)
