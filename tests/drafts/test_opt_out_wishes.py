"""Tests of lib/drafts/opt_out_wishes.py."""

import pytest

from lib.drafts.opt_out import opt_out_in


@pytest.mark.parametrize(
    "text",
    [
        "Please discontinue these emails.",
        "I'd appreciate it if you didn't email me again.",
        "Not for us. Please don't reach out in future.",
        "We're not a fit, kindly strike us from your outreach.",
        "enough with the emails",
        "Nobody here wants this. Delete us.",
        "Please erase my data.",
        "Take my colleague and me off the list.",
        "Please end this email sequence for me.",
        "Bitte nicht mehr melden.",
        "Bitte unterlassen Sie weitere Mails.",
        "Ich bitte um Löschung meiner Daten.",
        "Keine Mails mehr bitte.",
        "Ne m'envoyez plus rien.",
        "Cessez de me relancer.",
        "Supprimez-moi de votre base.",
        "Bórrenme de la lista.",
        "Ya no quiero sus correos.",
        "Toglietemi dalla lista.",
        "Non scrivetemi più.",
        "Schrijf me niet meer aan.",
        "Verwijder mij.",
        "Não me mandem mais nada.",
        "Exijo que apaguem os meus dados.",
        "Tirem-me da lista.",
    ],
)
def test_a_wish_for_silence(text: str) -> None:
    assert opt_out_in(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "We ask our suppliers not to contact us by fax.",
        "Our patients object to the processing of payments twice.",
        "We never follow up again once a lead is cold, does your tool?",
        "I'd rather not get any calls on Friday.",
        "Don't chase us any more this week, we sign on Monday.",
        "My lawyer has one more message about the contract, I'll report back.",
        "Remind me how to unsubscribe a patient.",
        "I already unsubscribed from Acme, but we still get invoices from them.",
        "Please delete all the notes you have about our old office.",
        "No longer email us at the old address, use this one.",
        "We asked the old vendor to stop emailing our clients.",
        "Geen contact meer gehad met de vorige leverancier.",
    ],
)
def test_of_others_or_for_a_while_only(text: str) -> None:
    """The same verbs and objects, said of somebody else, of another matter, or until a day."""
    assert opt_out_in(text) is None
