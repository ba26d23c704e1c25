"""Where the embedded PostgreSQL keeps its data, and whose that is.

Only folders that we made are ever given away or opened up.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from dev.account import Account, can_reach, choose_account, unprivileged_account
from dev.postgres_binaries import PostgresBinaries, private_copy
from dev.problem import Problem
from dev.project import user_name

_SHARED_PLACE = Path("/var/tmp")  # noqa: S108  # survives a restart; what we find is checked
_DATA = "postgres"
_COPY = "postgres-binaries"
_PASSABLE = 0o711
_READABLE = 0o755
_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresPlace:
    """All that is fixed before the server starts.

    `data` is the data folder, which may not exist yet; its parent does.
    """

    binaries: PostgresBinaries
    account: Account
    data: Path


def prepare_place(
    state: Path, binaries: PostgresBinaries, *, account: Account | None = None
) -> PostgresPlace:
    """Choose account and folders for a server that keeps its data below `state`.

    `state` exists and is ours. Raises Problem where the data is another account's or another
    version's.
    """
    account = account or _account_for(state / _DATA)
    parent = state
    if account.foreign:
        parent = state if can_reach(state, account) else _shared_place(state)
        parent.chmod(_PASSABLE)
        copies = parent / _COPY
        copies.mkdir(exist_ok=True)
        copies.chmod(_READABLE)
        binaries = private_copy(binaries, copies)
    place = PostgresPlace(binaries=binaries, account=account, data=parent / _DATA)
    _check_data(place)
    return place


def _account_for(data: Path) -> Account:
    """Keep to the account that made the data, where that can be told."""
    nobody = unprivileged_account()
    if os.geteuid() == 0 and data.exists() and data.stat().st_uid == nobody.owner:
        return nobody
    return choose_account()


def _shared_place(state: Path) -> Path:
    """Give a folder outside: the account cannot pass through the folders above `state`."""
    place = _SHARED_PLACE / shared_name(state)
    place.mkdir(mode=_PASSABLE, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid != os.geteuid():
        raise Problem(f"{place} is in the way: somebody else made it. Have it removed.")
    return place


def shared_name(state: Path) -> str:
    """Give the name of the folder outside: one for each project."""
    return f"everytick-{hashlib.sha256(os.fsencode(state)).hexdigest()[:_DIGITS]}"


def _check_data(place: PostgresPlace) -> None:
    if not place.data.exists():
        return
    owner = place.data.stat().st_uid
    if owner != place.account.owner:
        raise Problem(
            f"The data in {place.data} belongs to user {user_name(owner)}, but PostgreSQL "
            f"would run as {user_name(place.account.owner)}. Start as the user who made it, or, "
            f"if the data can go, remove it: rm -rf '{place.data}'"
        )
    try:
        version = (place.data / "PG_VERSION").read_text(encoding="ascii").strip()
    except OSError as error:
        raise Problem(
            f"{place.data} is not a PostgreSQL data folder. Move it elsewhere and start again."
        ) from error
    if version != place.binaries.major:
        raise Problem(
            f"The data in {place.data} was made by PostgreSQL {version}, and the embedded one "
            f"is {place.binaries.version}, which cannot read it. To keep the data, check out the "
            "version of Everytick that made it and dump it with pg_dump; else remove it: "
            f"rm -rf '{place.data}'"
        )
