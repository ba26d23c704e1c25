"""The least that the same work costs: the very rows, written by the bare driver in a transaction a mail.

The tables are copies without foreign keys, and nothing is read, decided or claimed: what Everytick takes
beyond it is parsing, deciding, composing, threads, the queue, and being safe to repeat.
"""

import time
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

TABLES: Final = ("leads", "messages", "jobs", "draft_pipeline_runs", "drafts", "draft_pipeline_artifacts")
BELONGS: Final = {
    "leads": "lead_id",
    "messages": "id",
    "jobs": "(payload ->> 'messageId')::uuid",
    "draft_pipeline_runs": "trigger_message_id",
    "drafts": "trigger_message_id",
    "draft_pipeline_artifacts": "(SELECT trigger_message_id FROM draft_pipeline_runs r WHERE r.id = run_id)",
}
"""Of each table the message that a row belongs to."""
LIKE: Final = "INCLUDING ALL EXCLUDING GENERATED EXCLUDING IDENTITY"
OF_LEADS: Final = "(SELECT id FROM public.messages m WHERE m.lead_id = leads.id ORDER BY sent_at LIMIT 1)"


def peer_seconds(url: str) -> float:
    """How long the bare driver takes for the rows that are in the database `url`."""
    with psycopg.connect(url, autocommit=True) as connection:
        mails = _rows_by_mail(connection)
        connection.execute("CREATE SCHEMA peer")
        for table in TABLES:
            connection.execute(f"CREATE TABLE peer.{table} (LIKE public.{table} {LIKE})".encode())
        began = time.perf_counter()
        for rows in mails:
            with connection.transaction():
                for table, row in rows:
                    connection.execute(_insert(table, row), list(row.values()))
        return time.perf_counter() - began


def _rows_by_mail(connection: psycopg.Connection[Any]) -> list[list[tuple[str, dict[str, Any]]]]:
    mails: dict[Any, list[tuple[str, dict[str, Any]]]] = {}
    for table in TABLES:
        belongs = OF_LEADS if table == "leads" else BELONGS[table]
        rows_of = f"SELECT {belongs}, {table}.* FROM public.{table}"  # noqa: S608 - of constants only
        cursor = connection.execute(rows_of.encode())
        names = [column.name for column in cursor.description or ()][1:]
        for message, *values in cursor.fetchall():
            row = {
                name: Jsonb(value) if isinstance(value, dict | list) and name != "reference_ids" else value
                for name, value in zip(names, values, strict=True)
            }
            mails.setdefault(message or object(), []).append((table, row))  # what is no mail's, alone
    return list(mails.values())


def _insert(table: str, row: dict[str, Any]) -> sql.Composed:
    return sql.SQL("INSERT INTO peer.{} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
