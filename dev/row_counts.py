"""Prints how much of what the database holds, as JSON. Runs in .venv: it needs psycopg."""

import json
import os
import sys

import psycopg

_COUNTED = ("messages", "jobs", "drafts")
_CONNECT_SECONDS = 10


def main() -> int:
    """Count and print. The database is the one named by DATABASE_URL."""
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=_CONNECT_SECONDS) as connection:
        counts = {}
        for table in _COUNTED:
            statuses = "NULL" if table == "messages" else "status::text"
            rows = connection.execute(
                f"SELECT {statuses}, count(*) FROM {table} GROUP BY 1 ORDER BY 2 DESC, 1".encode()  # noqa: S608
            ).fetchall()
            counts[table] = {status or "": count for status, count in rows}
    print(json.dumps(counts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
