import json
from datetime import UTC, datetime, timedelta, timezone
from importlib import util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.errors import MailError, MailTooLarge, MailUnreadable
from lib.inbox.mail import ParsedMail
from lib.inbox.parse import parse_mail
from lib.inbox.structure import LINE_LIMIT, PART_LIMIT, SIZE_LIMIT, require_size

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MAILS = Path(__file__).parent / "mails"
EXPECTED: dict[str, dict[str, object]] = json.loads((MAILS / "expected.json").read_text("utf-8"))
SAMPLES = sorted((Path(__file__).parents[2] / "samples" / "mail").glob("*.eml"))


def parsed(raw: bytes) -> ParsedMail:
    return parse_mail(raw, received_at=NOW)


def shown(mail: ParsedMail, fields: dict[str, object]) -> dict[str, object]:
    """The facts of `mail` that `fields` names."""
    facts: dict[str, object] = {
        "sender": mail.sender.address,
        "subject": mail.subject,
        "text": mail.text,
        "sent_at": mail.sent_at.isoformat(),
        "message_id": mail.rfc_message_id,
        "references": list(mail.reference_ids),
        "attachments": [attachment.name for attachment in mail.attachments],
    }
    return {name: facts[name] for name in fields}


class TestNastyMails:
    @pytest.mark.parametrize("name", sorted(EXPECTED))
    def test_is_read_or_named(self, name: str) -> None:
        """Each mail of our own corpus ends as expected.json says; none crashes."""
        expected = EXPECTED[name]
        raw = (MAILS / f"{name}.eml").read_bytes()
        if "refused" in expected:
            with pytest.raises(MailError) as refusal:
                parsed(raw)
            assert refusal.value.code == expected["refused"]
        else:
            assert shown(parsed(raw), expected) == expected

    def test_the_corpus_is_complete(self) -> None:
        assert {path.stem for path in MAILS.glob("*.eml")} == set(EXPECTED)


class TestStandardLibraryCorpus:
    def test_every_message_is_read_or_named(self) -> None:
        """Every file of the standard library's own email tests, where installed, is imported or named.

        An installation without them has nothing to iterate over.
        """
        spec = util.find_spec("test.test_email") if util.find_spec("test") else None
        folders = spec.submodule_search_locations if spec else None
        files = [
            path for folder in folders or () for path in Path(folder, "data").glob("*") if path.is_file()
        ]
        ends = {path.name: ends_well(path.read_bytes()) for path in files}
        assert [name for name, well in ends.items() if not well] == []


class TestAnyBytes:
    @settings(max_examples=150, deadline=None)
    @given(data=st.data())
    def test_a_mutated_sample_is_read_or_named(self, data: st.DataObject) -> None:
        """Whatever is done to a mail, parsing it ends as ParsedMail or MailError."""
        raw = bytearray(data.draw(st.sampled_from(SAMPLES), label="sample").read_bytes())
        for _ in range(data.draw(st.integers(1, 8), label="mutations")):
            start = data.draw(st.integers(0, len(raw)))
            end = start + data.draw(st.integers(0, 40))
            raw[start:end] = data.draw(
                st.one_of(
                    st.binary(max_size=20),
                    st.sampled_from(
                        [b"\n\n", b"=?", b"?=", b"--", b"\x00", b"\xff\xfe", b'"', b"(", b"<", b";", b"\r"]
                    ),
                    st.sampled_from(
                        [b"charset=", b"Content-Type: ", b"boundary=", b"base64", b"multipart/", b"\n "]
                    ),
                )
            )
        assert ends_well(bytes(raw))

    @settings(max_examples=150, deadline=None)
    @given(
        name=st.sampled_from(
            [
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "References",
                "Content-Type",
                "Content-Disposition",
            ]
        ),
        value=st.binary(max_size=200),
        body=st.binary(max_size=200),
    )
    def test_any_value_of_a_header_is_read_or_named(self, name: str, value: bytes, body: bytes) -> None:
        raw = b"From: a@b.example\n" + name.encode() + b": " + value + b"\n\n" + body
        assert ends_well(raw)


def ends_well(raw: bytes) -> bool:
    """Whether `raw` ends as a mail that PostgreSQL could take, or as a MailError."""
    try:
        mail = parsed(raw)
    except MailError as error:
        return bool(error.message)
    texts = (mail.text, mail.subject or "", mail.sender.name or "", mail.rfc_message_id, *mail.reference_ids)
    for text in texts:
        text.encode("utf-8")
    return not any("\x00" in text for text in texts) and mail.sent_at.tzinfo is not None


class TestLimits:
    def test_a_mail_over_the_limit_is_named_with_its_size(self) -> None:
        with pytest.raises(MailTooLarge, match=r"30\.0 MiB .* at most 25 MiB"):
            parsed(b"From: a@b.example\n\n" + b"x" * (30 * 1024 * 1024))
        assert SIZE_LIMIT == 25 * 1024 * 1024

    def test_a_size_that_is_hardly_over_the_limit_is_not_rounded_down_to_it(self) -> None:
        """What is read from a pipe is cut there: how much more would have come is not known."""
        with pytest.raises(MailTooLarge, match="has more than 25 MiB and"):
            require_size(SIZE_LIMIT + 1)

    def test_a_mail_of_endless_lines_is_refused_before_it_is_parsed(self) -> None:
        with pytest.raises(MailTooLarge, match="lines"):
            parsed(b"From: a@b.example\n\n" + b"\n" * (2 * LINE_LIMIT + 1))

    def test_a_mail_of_too_many_parts_is_refused(self) -> None:
        raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (
            PART_LIMIT + 1
        )
        with pytest.raises(MailUnreadable, match="parts"):
            parsed(raw)

    def test_a_long_text_is_cut_and_says_so(self) -> None:
        mail = parsed(b"From: a@b.example\n\n" + b"word and word\n" * 100_000)
        assert len(mail.text) < 201_000
        assert mail.text.endswith("[cut here: the mail goes on]")


class TestFacts:
    def test_the_time_of_receipt_stands_in_for_a_missing_date(self) -> None:
        received = datetime(2026, 3, 10, 13, tzinfo=timezone(timedelta(hours=1)))
        mail = parse_mail(b"From: a@b.example\n\nx", received_at=received)
        assert mail.sent_at == NOW
        assert mail.sent_at.tzinfo is UTC

    def test_a_naive_time_of_receipt_is_refused(self) -> None:
        with pytest.raises(ValueError, match="naive"):
            parse_mail(b"From: a@b.example\n\nx", received_at=datetime(2026, 3, 10))  # noqa: DTZ001 - the point

    def test_without_a_message_id_the_hash_of_the_mail_names_it(self) -> None:
        """The same mail from two stores with other line ends is one mail (design §4)."""
        raw = b"From: a@b.example\nSubject: x\n\nbody\n"
        named = parsed(raw).rfc_message_id
        assert named.startswith("sha256:")
        assert parsed(raw.replace(b"\n", b"\r\n") + b"\r\n").rfc_message_id == named
        assert parsed(raw + b"more\n").rfc_message_id != named

    def test_an_overlong_message_id_counts_as_none(self) -> None:
        raw = b"From: a@b.example\nMessage-ID: <" + b"x" * 500 + b"@b>\n\nbody\n"
        assert parsed(raw).rfc_message_id.startswith("sha256:")

    def test_of_many_references_the_first_and_the_latest_are_kept(self) -> None:
        ids = [f"<{number}@b.example>" for number in range(80)]
        mail = parsed(f"From: a@b.example\nReferences: {' '.join(ids)}\n\nx".encode())
        assert mail.reference_ids == (ids[0], *ids[-49:])

    def test_reply_to_is_kept_where_it_differs(self) -> None:
        other = parsed(b"From: a@b.example\nReply-To: Ada <ADA@c.example>\n\nx").reply_to
        assert other is not None
        assert (other.address, other.name) == ("ada@c.example", "Ada")
        assert parsed(b"From: a@b.example\nReply-To: a@b.example\n\nx").reply_to is None

    def test_recipients_are_to_and_then_cc(self) -> None:
        mail = parsed(
            b"From: a@b.example\nTo: One <1@x.example>, rubbish\nCc: g: 2@x.example, 3@x.example;\n\nx"
        )
        assert [person.address for person in mail.recipients] == ["1@x.example", "2@x.example", "3@x.example"]


def test_a_header_that_is_repeated_is_read_no_further_than_a_single_one() -> None:
    """A mail of 4 MiB with 300,000 From headers took half a minute to read."""
    raw = b"".join(b"From: " + b"(" * 5_000 + b"\n" for _ in range(3)) + b"From: ada@lead.example\n\nhi"
    with pytest.raises(MailUnreadable):
        parsed(raw)
    assert parsed(b"From: ,\nFrom: ada@lead.example\n\nhi").sender.address == "ada@lead.example"
