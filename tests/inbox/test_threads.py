import itertools
from uuid import UUID

import pytest

from lib.inbox.threads import RELATED
from lib.services import Services
from tests.conftest import Database
from tests.inbox.conftest import Receive

CHAIN = {
    "<1@x>": {},
    "<2@x>": {"In_Reply_To": "<1@x>"},
    "<3@x>": {"References": "<1@x> <2@x>"},
    "<4@x>": {"In_Reply_To": "<3@x>"},
}


def threads(database: Database) -> dict[str, set[str]]:
    """The ids of each thread's mails, by thread."""
    rows = database.rows("SELECT thread_id::text, rfc_message_id FROM messages ORDER BY 2")
    return {
        thread: {name for _, name in group}
        for thread, group in itertools.groupby(sorted(rows), key=lambda row: str(row[0]))
    }


class TestThreads:
    @pytest.mark.parametrize(
        "order", list(itertools.permutations(CHAIN)), ids=lambda order: "".join(i[1] for i in order)
    )
    def test_a_chain_is_one_thread_in_whatever_order_it_arrives(
        self, take: Receive, database: Database, order: tuple[str, ...]
    ) -> None:
        for name in order:
            take(Message_ID=name, **CHAIN[name])
        assert list(threads(database).values()) == [set(CHAIN)]

    def test_answers_to_a_mail_that_never_comes_are_one_thread(
        self, take: Receive, database: Database
    ) -> None:
        take(Message_ID="<2@x>", In_Reply_To="<1@x>")
        take(Message_ID="<3@x>", In_Reply_To="<1@x>")
        assert len(threads(database)) == 1

    def test_mails_without_anything_in_common_are_apart(self, take: Receive, database: Database) -> None:
        """The same subject makes no thread: it is no answer."""
        take(Message_ID="<1@x>", Subject="Re: hello")
        take(Message_ID="<2@x>", Subject="Re: hello")
        assert len(threads(database)) == 2

    def test_a_mail_that_connects_two_threads_makes_them_the_older_one(
        self, take: Receive, database: Database
    ) -> None:
        take(Message_ID="<1@x>", Date="1 Mar 2026 10:00:00 +0000")
        older = next(iter(threads(database)))
        take(Message_ID="<9@x>", Date="2 Mar 2026 10:00:00 +0000")
        take(Message_ID="<5@x>", References="<9@x> <1@x>", Date="3 Mar 2026 10:00:00 +0000")
        assert threads(database) == {older: {"<1@x>", "<5@x>", "<9@x>"}}


class TestCost:
    def test_related_mail_is_found_by_indexes_alone(
        self, services: Services, workspace: UUID, database: Database
    ) -> None:
        """Ten thousand mails are imported as fast as ten; reading the workspace took 8 ms for each."""
        database.run(
            "WITH lead AS (INSERT INTO leads (workspace_id, email) VALUES (%s, 'a@x.example') RETURNING *)"
            " INSERT INTO messages (workspace_id, lead_id, channel, direction, body, rfc_message_id,"
            " reference_ids, thread_id, sent_at)"
            " SELECT workspace_id, id, 'email', 'inbound', repeat('word ', 50), '<' || n || '@x>',"
            " ARRAY['<' || n - 1 || '@x>'], gen_random_uuid(), now()"
            " FROM lead, generate_series(1, 5000) n",
            workspace,
        )
        database.run("ANALYZE messages")
        with services.store.transaction() as connection:
            plan = connection.execute(
                f"EXPLAIN {RELATED}".encode(), {"workspace": workspace, "names": ["<7@x>", "<4000@x>"]}
            ).fetchall()
        text = "\n".join(str(line) for (line,) in plan)
        assert "Seq Scan" not in text
        assert "messages_references" in text
        assert "messages_workspace_id_rfc_message_id_key" in text
