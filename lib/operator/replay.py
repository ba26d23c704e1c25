"""A replay as an operator asks for it: what it is given of this instance, and nothing beside."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from lib.clock import Deadline, iso
from lib.drafts.conversation import Channel
from lib.errors import StoreError, UsageProblem
from lib.replay.artifact import Artifact, Case, Config, Failure, Selection
from lib.replay.case import SelectedCase
from lib.replay.errors import RunUnreadable
from lib.replay.evaluate import Evaluator, Reader
from lib.replay.files import FOLDER, find_run, run_id_at
from lib.replay.journal import SUFFIX, Header, Journal, Listed
from lib.replay.judge import THRESHOLDS, Judge, JudgeProfile
from lib.replay.manifest import PinnedReader, read_manifests
from lib.replay.overseer_judge import OverseerJudge
from lib.replay.rules_judge import RulesJudge
from lib.replay.selection import Wanted, select_cases
from lib.replay.session import Session, artifact_of, selected_only, write_artifact
from lib.replay.snapshot import POOL, SnapshotReader
from lib.services import Services
from lib.stop_signals import stop_signals
from lib.store.store import Store

Moved = Callable[[int, Case | None], None]
"""Told how many cases there are, and each as it ends."""
RULES: Final = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRequest:
    """What is asked for."""

    workspace: str
    limit: int
    concurrency: int
    dry_run: bool
    thread_ids: tuple[str, ...]
    channel: Channel | None
    """None: any."""
    sent_from: datetime | None
    sent_to: datetime | None
    profile: JudgeProfile
    rules_only: bool
    """Whether no model judges, though one is configured."""
    manifests: tuple[str, ...]
    """Files and folders of pinned cases; empty: the workspace's messages."""
    baseline: str | None
    out: Path | None
    """None: below FOLDER, by the run's name."""
    include_bodies: bool
    fail_on_regression: bool
    deadline_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A replay that came to its end."""

    artifact: Artifact
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What there is to replay."""

    selection: Selection
    cases: Sequence[SelectedCase]
    workspace_id: UUID | None


def start_replay(services: Services, request: ReplayRequest, moved: Moved) -> Replayed:
    """Replay what `request` asks for. A database away is in the artifact; raises EverytickError."""
    now = services.clock.now()
    run_id = run_id_at(now)
    baseline = None if request.baseline is None else read_run(request.baseline)
    with reading(services) as store:
        found = _pinned(request) if request.manifests else _selected(store, request)
        header = Header(
            run_id=run_id,
            created_at=iso(now),
            out=str(request.out or FOLDER / f"{run_id}.json"),
            workspace_id=None if found.workspace_id is None else str(found.workspace_id),
            config=_config(request, judge_name(services, rules_only=request.rules_only)),
            selection=found.selection,
            cases=[
                Listed(
                    case_id=case.case_id,
                    message_id=case.message_id,
                    channel=case.channel,
                    risks=list(case.risks),
                )
                for case in found.cases
            ],
        )
        if request.dry_run or not found.cases:
            artifact = artifact_of(header, selected_only(found.cases), None)
            write_artifact(Path(header.out), artifact)
            return Replayed(artifact=artifact, path=Path(header.out))
        journal = Journal.begin(FOLDER / f"{run_id}{SUFFIX}", header)
        session = Session(journal=journal, cases=found.cases, baseline=baseline)
        return _carried_out(services, session, store, moved)


def resume_replay(services: Services, said: str, moved: Moved) -> Replayed:
    """Go on with the run `said` that was interrupted; what its infrastructure failed is tried again."""
    journal = Journal.load(find_run(said, SUFFIX))
    header = journal.header
    pinned = {case.case_id: case.selected() for case in read_manifests(header.config.manifests)}
    cases = [
        pinned.get(one.case_id)
        or SelectedCase(
            case_id=one.case_id,
            message_id=one.message_id,
            channel=one.channel,
            risks=tuple(one.risks),
        )
        for one in header.cases
    ]
    baseline = None if header.config.baseline is None else read_run(header.config.baseline)
    with reading(services) as store:
        return _carried_out(services, Session(journal=journal, cases=cases, baseline=baseline), store, moved)


def read_run(said: str) -> Artifact:
    """The artifact of the run `said`. Raises RunNotFound, RunUnreadable."""
    path = find_run(said)
    try:
        return Artifact.read(path.read_bytes())
    except OSError as error:
        raise RunUnreadable(f"The file {path} cannot be read: {error.strerror}.") from error


def _carried_out(services: Services, session: Session, store: Store, moved: Moved) -> Replayed:
    """Evaluate and conclude. A composer, a gate, a judge and a reader are all that the cases are given."""
    header = session.journal.header
    config = header.config
    reader: Reader = (
        PinnedReader(read_manifests(config.manifests))
        if header.workspace_id is None
        else SnapshotReader(
            store=store,
            workspace_id=UUID(header.workspace_id),
            memory_tokens=services.settings.memory_prompt_tokens,
        )
    )
    evaluator = Evaluator(
        reader=reader,
        composer=services.composer,
        gate=services.gate,
        judge=_judge(services, config.judge),
        profile=config.judge_profile,
    )
    total = len(session.cases)
    moved(total, None)
    for case in session.journal.done.values():
        moved(total, case)
    with stop_signals(services.stopping):
        session.evaluate(
            evaluator,
            deadline=Deadline.after_ms(services.clock, config.deadline_seconds * 1000),
            stopping=services.stopping,
            progress=lambda case: moved(total, case),
        )
    return Replayed(artifact=session.conclude(), path=Path(header.out))


@contextmanager
def reading(services: Services) -> Iterator[Store]:
    """A store that only reads, with a pool of its own; it connects at the first use."""
    with services.store.reading(pool_max=POOL) as store:
        yield store


def _selected(store: Store, request: ReplayRequest) -> _Found:
    wanted = Wanted(
        workspace=request.workspace,
        limit=request.limit,
        thread_ids=request.thread_ids,
        channel=request.channel,
        sent_from=request.sent_from,
        sent_to=request.sent_to,
    )
    try:
        with store.transaction() as connection:
            chosen = select_cases(connection, wanted)
    except StoreError as error:
        away = Failure(code=error.code, message=error.message)
        none = Selection(count=0, scanned_count=0, warnings=[], error=away)
        return _Found(selection=none, cases=(), workspace_id=None)
    selection = Selection(
        count=len(chosen.cases), scanned_count=chosen.scanned, warnings=list(chosen.warnings)
    )
    return _Found(selection=selection, cases=chosen.cases, workspace_id=chosen.workspace_id)


def _pinned(request: ReplayRequest) -> _Found:
    cases = [case.selected() for case in read_manifests(request.manifests)]
    selection = Selection(count=len(cases), scanned_count=len(cases), warnings=[])
    return _Found(selection=selection, cases=cases, workspace_id=None)


def judge_name(services: Services, *, rules_only: bool) -> str:
    """Who judges: the configured model, else the rules alone."""
    return RULES if services.llm is None or rules_only else services.llm.model


def _judge(services: Services, name: str) -> Judge:
    """The judge of that name. Raises UsageProblem for a resumed run whose model is no longer configured."""
    if name == RULES:
        return RulesJudge()
    if services.llm is None or services.llm.model != name:
        raise UsageProblem(f"The run was begun with the judge {name!r}, which LLM_MODEL no longer names.")
    return OverseerJudge(services.llm)


def _config(request: ReplayRequest, judge: str) -> Config:
    return Config(
        workspace=None if request.manifests else request.workspace,
        manifests=list(request.manifests),
        limit=request.limit,
        concurrency=request.concurrency,
        dry_run=request.dry_run,
        thread_ids=list(request.thread_ids),
        channel=request.channel or "any",
        sent_from=None if request.sent_from is None else iso(request.sent_from),
        sent_to=None if request.sent_to is None else iso(request.sent_to),
        judge=judge,
        judge_profile=request.profile,
        judge_threshold=THRESHOLDS[request.profile],
        baseline=request.baseline,
        include_bodies=request.include_bodies,
        fail_on_regression=request.fail_on_regression,
        deadline_seconds=request.deadline_seconds,
    )
