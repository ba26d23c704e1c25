from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest

from lib.errors import MailWithoutLead, NotFound, UsageProblem
from tests import seed
from tests.conftest import Database
from tests.inbox.conftest import Receive

TEAM = "Robin <HELLO@team.example>"


class TestInbound:
    def test_a_mail_becomes_lead_message_and_job(self, take: Receive, database: Database) -> None:
        received = take(
            "I would like one.\n\nOn Mon, 2 Mar 2026, Robin <hello@team.example> wrote:\n> Want one?",
            Message_ID="<1@x.example>",
            Subject="Re: one",
            Date="Mon, 2 Mar 2026 10:00:00 +0100",
            Reply_To="office@x.example",
        )
        assert (received.duplicate, received.outbound) == (False, False)
        assert database.rows(
            "SELECT m.id, l.email, l.name, direction, channel, subject, body, quoted, rfc_message_id,"
            " reply_to, sent_at::text, sent_by, automation FROM messages m JOIN leads l ON l.id = m.lead_id"
        ) == [
            (
                *(received.message_id, "ada@x.example", "Ada", "inbound", "email", "Re: one"),
                "I would like one.",
                "On Mon, 2 Mar 2026, Robin <hello@team.example> wrote:\n> Want one?",
                *("<1@x.example>", "office@x.example", "2026-03-02 09:00:00+00", None, None),
            )
        ]
        ((kind, payload, key, status),) = database.rows("SELECT kind, payload, dedupe_key, status FROM jobs")
        assert (kind, status) == ("inbound.post_process", "pending")
        assert payload == {"messageId": str(received.message_id)}
        workspace = database.value("SELECT id FROM workspaces")
        assert key == f"{workspace}:{received.message_id}:inbound.post_process"

    def test_the_same_mail_twice_changes_nothing(self, take: Receive, database: Database) -> None:
        first = take(Message_ID="<1@x.example>")
        again = take("changed", Message_ID="<1@x.example>", From="mallory@x.example")
        assert (again.message_id, again.job_id, again.duplicate) == (first.message_id, None, True)
        for table in ("messages", "leads", "jobs"):
            assert database.value(f"SELECT count(*) FROM {table}") == 1

    def test_the_same_mail_at_the_same_time_is_stored_once(self, take: Receive, database: Database) -> None:
        """Everything may happen twice; every effect happens once (design §1.6)."""
        with ThreadPoolExecutor(4) as pool:
            received = list(pool.map(lambda _: take(Message_ID="<1@x.example>"), range(4)))
        assert sorted(one.duplicate for one in received) == [False, True, True, True]
        assert database.value("SELECT count(*) FROM jobs") == 1

    def test_a_lead_keeps_its_first_name_and_its_address_in_lower_case(
        self, take: Receive, database: Database
    ) -> None:
        for number, sender in enumerate(
            ("ADA@x.example", "Ada L <ada@X.example>", "Countess <ada@x.example>")
        ):
            take(From=sender, Message_ID=f"<{number}@x.example>")
        assert database.rows("SELECT email, name FROM leads") == [("ada@x.example", "Ada L")]

    def test_another_workspace_takes_the_same_mail_and_sees_nothing_of_the_first(
        self, take: Receive, database: Database
    ) -> None:
        """A workspace never sees another's rows (domain.md §1)."""
        other: UUID = database.value("INSERT INTO workspaces (name) VALUES ('other') RETURNING id")
        first = take(Message_ID="<1@x.example>")
        second = take(Message_ID="<2@x.example>", In_Reply_To="<1@x.example>", workspace_id=other)
        third = take(Message_ID="<1@x.example>", workspace_id=other)
        assert not third.duplicate
        rows = database.rows("SELECT id, workspace_id, thread_id FROM messages")
        threads = {message: (workspace, thread) for message, workspace, thread in rows}
        assert threads[second.message_id][0] == other
        assert threads[second.message_id] == threads[third.message_id]
        assert threads[first.message_id][1] != threads[second.message_id][1]

    def test_an_unknown_workspace_is_said(self, take: Receive) -> None:
        with pytest.raises(NotFound):
            take(workspace_id=uuid4())

    def test_settings_that_do_not_fit_are_said_and_nothing_is_stored(
        self, take: Receive, database: Database
    ) -> None:
        database.run("UPDATE workspaces SET settings = '{\"colour\": 1}'")
        with pytest.raises(UsageProblem, match="colour"):
            take()
        assert database.value("SELECT count(*) FROM leads") == 0

    def test_attachments_are_noted(self, take: Receive, database: Database) -> None:
        body = "--b\n\nx\n--b\nContent-Type: text/csv; name=a.csv\n\n1,2\n--b--\n"
        take(body, Content_Type="multipart/mixed; boundary=b")
        assert database.value("SELECT attachments FROM messages") == [
            {"name": "a.csv", "media_type": "text/csv", "size_bytes": 3}
        ]


class TestOutbound:
    def test_the_teams_own_mail_has_no_job_and_is_filed_under_its_recipient(
        self, take: Receive, database: Database
    ) -> None:
        received = take(From=TEAM, To="hello@team.example, Ada <ada@x.example>, bob@x.example")
        assert (received.outbound, received.job_id) == (True, None)
        assert database.rows(
            "SELECT direction, sent_by, email FROM messages m JOIN leads l ON l.id = m.lead_id"
        ) == [("outbound", "setter", "ada@x.example")]
        assert database.value("SELECT count(*) FROM jobs") == 0

    def test_of_several_recipients_the_one_it_answers_is_meant(
        self, take: Receive, database: Database
    ) -> None:
        take(From="bob@x.example", Message_ID="<1@x.example>")
        received = take(From=TEAM, To="ada@x.example, bob@x.example", In_Reply_To="<1@x.example>")
        found = database.value(
            "SELECT email FROM messages m JOIN leads l ON l.id = m.lead_id WHERE m.id = %s",
            received.message_id,
        )
        assert found == "bob@x.example"

    def test_of_several_strangers_the_first_is_meant(self, take: Receive, database: Database) -> None:
        take(From=TEAM, To="ada@x.example, bob@x.example", In_Reply_To="<1@x.example>")
        assert database.value("SELECT email FROM leads") == "ada@x.example"

    def test_a_mail_of_the_team_to_itself_has_no_lead(self, take: Receive, database: Database) -> None:
        with pytest.raises(MailWithoutLead):
            take(From=TEAM, To="hello@team.example")
        assert database.value("SELECT count(*) FROM messages") == 0


class TestOwnDraft:
    def test_a_copy_of_what_a_draft_became_is_ours(self, take: Receive, database: Database) -> None:
        """Failure D7: whatever address it came from, it is the mail that we sent, for its draft's lead."""
        question = take("What does it cost?", Message_ID="<1@x.example>")
        draft = seed.draft(database, question.message_id, status="sending")
        copy = take("It costs this.", From="bot@unlisted.example", Message_ID=f"<draft.{draft}@any.example>")
        assert (copy.outbound, copy.job_id) == (True, None)
        assert database.value("SELECT count(*) FROM leads") == 1
        assert database.value("SELECT direction FROM messages WHERE id = %s", copy.message_id) == "outbound"

    def test_an_id_of_that_form_that_is_nobodys_is_a_leads(self, take: Receive) -> None:
        assert not take(Message_ID=f"<draft.{uuid4()}@any.example>").outbound


class TestOfferedSlots:
    def test_they_are_those_of_the_latest_mail_in_whatever_order_it_comes(
        self, take: Receive, database: Database
    ) -> None:
        later = {"Date": "Tue, 3 Mar 2026 10:00:00 +0000", "Message_ID": "<2@t>"}
        earlier = {"Date": "Mon, 2 Mar 2026 10:00:00 +0000", "Message_ID": "<1@t>"}
        take("Friday, March 6 at 9:00 AM?", From=TEAM, To="ada@x.example", **later)
        take("Thursday, March 5 at 9:00 AM?", From=TEAM, To="ada@x.example", **earlier)
        assert database.value("SELECT offered_slots FROM leads") == ["Friday, March 6 at 9:00 AM"]

    def test_a_later_mail_without_times_takes_the_offer_back(self, take: Receive, database: Database) -> None:
        offers = (("Friday, March 6 at 9:00 AM?", 2), ("Sorry, that week is full.", 3))
        for body, day in offers:
            take(
                body,
                From=TEAM,
                To="ada@x.example",
                Date=f"{day} Mar 2026 10:00:00 +0000",
                Message_ID=f"<{day}@t>",
            )
        assert database.value("SELECT offered_slots FROM leads") == []


class TestMailingList:
    """A person's mail may come through a list; a newsletter's does not become a person's."""

    LIST = MappingProxyType({"List_Id": "<sales.team.example>", "Precedence": "list"})

    @pytest.mark.parametrize(
        ("headers", "automation"),
        [
            pytest.param({"List_Post": "<mailto:hello@team.example>"}, None, id="the team's own list"),
            pytest.param({"List_Post": "<mailto:all@other.example>"}, "bulk", id="another's"),
            pytest.param(
                {"List_Post": "<mailto:all@other.example>", "In_Reply_To": "<ours@team.example>"},
                None,
                id="another's, answering the team",
            ),
            pytest.param({"In_Reply_To": "<ours@team.example>"}, "bulk", id="a newsletter"),
        ],
    )
    def test_who_wrote_it(
        self, take: Receive, database: Database, headers: dict[str, str], automation: str | None
    ) -> None:
        take("Hi", From=TEAM, To="ada@x.example", Message_ID="<ours@team.example>")
        taken = take("Hello", Message_ID="<theirs@x.example>", **self.LIST, **headers)
        told = "SELECT automation, automation_facts ->> 'evidence' FROM messages WHERE id = %s"
        evidence = automation and "Precedence: list"
        assert database.rows(told, taken.message_id) == [(automation, evidence)]
