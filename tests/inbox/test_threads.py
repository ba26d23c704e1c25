import itertools

import pytest

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
