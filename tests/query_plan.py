"""How PostgreSQL reads a table for a statement: what tests pin of its plan."""

from typing import Any

import psycopg

from tests.conftest import Database


def reads(database: Database, statement: str, parameters: Any, table: str) -> list[str]:
    """How the plan reads `table`: each index's name, or the node's type where it uses none."""
    found: list[str] = []

    def walk(node: dict[str, Any]) -> None:
        scanned = node.get("Relation Name") == table and node["Node Type"] != "ModifyTable"
        if scanned and node["Node Type"] != "Bitmap Heap Scan":
            found.append(node.get("Index Name", node["Node Type"]))
        if node["Node Type"] == "Bitmap Index Scan":
            found.append(node["Index Name"])
        for child in node.get("Plans", ()):
            walk(child)

    with psycopg.connect(database.url, prepare_threshold=None) as connection:
        ((plans,),) = connection.execute(f"EXPLAIN (FORMAT json) {statement}".encode(), parameters).fetchall()
    walk(plans[0]["Plan"])
    return sorted(found)
