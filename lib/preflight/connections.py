"""Whether the server has connections enough for all instances (design §2)."""

from dataclasses import dataclass
from typing import Final

from lib.preflight.check import Check, CheckName, cannot_know, not_ok, ok
from lib.preflight.subject import Subject
from lib.store.store import Connection

READ: Final = """
SELECT pg_backend_pid(),
    current_setting('max_connections')::int,
    current_setting('superuser_reserved_connections')::int
        + coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::int,
    (SELECT coalesce(sum(numbackends), 0)::int FROM pg_stat_database),
    (SELECT count(*)::int FROM pg_stat_activity
     WHERE application_name = 'everytick' AND usename = current_user AND datname = current_database()),
    (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()),
    (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user)
"""
"""What everybody may read: other roles' activity says little, so the databases' own counts are added up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConnections:
    """What the server allows, and has now."""

    most: int
    """`max_connections`."""
    reserved: int
    """Kept for superusers and maintenance."""
    in_use: int
    """By anybody, ours included."""
    ours: int
    """By Everytick's instances, this one included."""
    of_database: int | None
    """The database's own limit; None without one."""
    of_role: int | None
    """The role's own limit; None without one."""
    pooled: bool
    """Whether a pooler answers: our connection's backend is not the one that the client was told of."""

    @property
    def room(self) -> int:
        """How many connections all instances may have together, beside what others use now."""
        left = self.most - self.reserved - max(0, self.in_use - self.ours)
        return min(limit for limit in (left, self.of_database, self.of_role) if limit is not None)


def check_connections(subject: Subject) -> Check:
    """Instances times DATABASE_POOL_MAX fit beside what others use."""
    with subject.reading() as connection:
        server = _read(connection)
    return judge_connections(
        server, instances=subject.instances, pool=subject.services.settings.database_pool_max
    )


def judge_connections(server: ServerConnections, *, instances: int, pool: int) -> Check:
    """The verdict. Pure."""
    needed = instances * pool
    own = [
        f"the {whose} limit is {limit}"
        for whose, limit in (("database's", server.of_database), ("role's", server.of_role))
        if limit is not None
    ]
    limits = "; ".join([f"max_connections {server.most} - {server.reserved} reserved", *own])
    seen = (
        f"{instances} instances x {pool} = {needed} connections; room for {server.room} ({limits};"
        f" {server.in_use} in use now, {server.ours} of them ours)."
    )
    if needed <= server.room:
        return ok(CheckName.CONNECTIONS, seen)
    if server.pooled:
        return cannot_know(
            CheckName.CONNECTIONS,
            f"A pooler stands before the server, and how many clients it takes cannot be seen. {seen}",
            cure=f"See that the pooler takes {needed} clients; the server's own limit is its affair.",
        )
    return not_ok(
        CheckName.CONNECTIONS,
        seen,
        cure="Lower DATABASE_POOL_MAX, connect through a transaction pooler, or raise the server's limit; "
        "--instances says how many you expect.",
    )


def _read(connection: Connection) -> ServerConnections:
    ((pid, most, reserved, in_use, ours, of_database, of_role),) = connection.execute(READ).fetchall()
    return ServerConnections(
        most=most,
        reserved=reserved,
        in_use=in_use,
        ours=ours,
        of_database=of_database,
        of_role=of_role,
        pooled=pid != connection.info.backend_pid,
    )
