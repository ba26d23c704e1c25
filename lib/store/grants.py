"""What the app's role needs of a database that another role owns, migrates and stamps: least privileges."""

from typing import Final

from psycopg import sql

GRANTS: Final = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",  # PostgreSQL 14 lets everybody make tables there
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE ALL ON schema_revisions FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON schema_compatibility, environment_stamp FROM {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}",
)
"""In this order, by the role that owns the tables; run again they change nothing.

The last two are for the tables of later revisions, which the same owner will make.
"""


def grants_for(role: str) -> tuple[str, ...]:
    """The statements that let `role`, whatever its name, do the app's work and nothing else."""
    name = sql.Identifier(role)
    return tuple(sql.SQL(statement).format(role=name).as_string(None) for statement in GRANTS)
