"""The sentences of the template composer, by language.

They promise nothing that was not offered: no time, date, price or link of their own. `{slot}` is a phrase
as it was offered, `{slots}` a list of such phrases, `{link}` the workspace's booking link.
"""

from dataclasses import dataclass
from typing import Final

from lib.drafts.composer import Move
from lib.drafts.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One language's sentences."""

    greeting: str
    """With `{name}`."""
    greeting_unnamed: str
    closing: str
    moves: dict[Move, str]
    pricing: str
    """When the team's own words say a price; with `{sentence}`."""
    pricing_open: str
    """When they don't."""


TEXTS: Final[dict[Language, Texts]] = {
    Language.ENGLISH: Texts(
        greeting="Hi {name},",
        greeting_unnamed="Hello,",
        closing="Best regards",
        moves={
            Move.CONFIRM_SLOT: "Thank you, {slot} works for us. We look forward to it.",
            Move.ASK_WHICH_SLOT: "Thank you. Which of these would suit you?\n\n{slots}",
            Move.OFFER_SLOTS: "Thank you for your message. These are the times that we can "
            "offer:\n\n{slots}\n\n"
            "Which one suits you, and in which time zone are you?",
            Move.POINT_TO_BOOKING: "Thank you for your message. You can pick a time that suits you "
            "here:\n{link}",
            Move.USE_THEIR_SCHEDULER: "Thank you for sharing your calendar. We will pick a time there.",
            Move.ASK_FOR_TIMES: "Thank you for your message, we would be glad to talk. Which days and "
            "times suit "
            "you, and in which time zone are you?",
            Move.CHECK_PROPOSAL: "Thank you for your suggestion. We will check it against our calendar and "
            "come back to you with an answer.",
            Move.FIND_NEW_TIME: "Thank you for letting us know, we are glad to find another time. Which "
            "days and "
            "times would suit you better?",
            Move.ACCEPT_DECLINE: "Thank you for letting us know. We will not follow up any further; should "
            "anything change, we are glad to hear from you.",
            Move.ANSWER_PRICING: "Thank you for your question.",
            Move.ACKNOWLEDGE: "Thank you for your message. We will look into it and come back to you with an "
            "answer.",
        },
        pricing="On the price: {sentence}",
        pricing_open="What it costs depends on what you need. Could you tell us a little more, how much "
        "of it and from when? We will then send you exact figures.",
    ),
    Language.GERMAN: Texts(
        greeting="Guten Tag {name},",
        greeting_unnamed="Guten Tag,",
        closing="Viele Grüße",
        moves={
            Move.CONFIRM_SLOT: "vielen Dank, {slot} passt uns gut. Wir freuen uns darauf.",
            Move.ASK_WHICH_SLOT: "vielen Dank. Welcher dieser Termine passt Ihnen?\n\n{slots}",
            Move.OFFER_SLOTS: "vielen Dank für Ihre Nachricht. Diese Termine können wir "
            "anbieten:\n\n{slots}\n\n"
            "Welcher passt Ihnen, und in welcher Zeitzone sind Sie?",
            Move.POINT_TO_BOOKING: "vielen Dank für Ihre Nachricht. Hier können Sie einen passenden Termin "
            "wählen:\n{link}",
            Move.USE_THEIR_SCHEDULER: "vielen Dank für Ihren Kalender. Wir suchen uns dort einen Termin aus.",
            Move.ASK_FOR_TIMES: "vielen Dank für Ihre Nachricht, wir sprechen gern mit Ihnen. Welche "
            "Tage und "
            "Uhrzeiten passen Ihnen, und in welcher Zeitzone sind Sie?",
            Move.CHECK_PROPOSAL: "vielen Dank für Ihren Vorschlag. Wir prüfen den Termin und melden uns "
            "mit einer "
            "Antwort.",
            Move.FIND_NEW_TIME: "vielen Dank für die Nachricht, wir finden gern einen anderen Termin. "
            "Welche Tage "
            "und Uhrzeiten passen Ihnen besser?",
            Move.ACCEPT_DECLINE: "vielen Dank für Ihre Antwort. Wir melden uns nicht weiter; falls sich "
            "etwas "
            "ändert, freuen wir uns über eine Nachricht.",
            Move.ANSWER_PRICING: "vielen Dank für Ihre Frage.",
            Move.ACKNOWLEDGE: "vielen Dank für Ihre Nachricht. Wir sehen sie uns an und melden uns mit einer "
            "Antwort.",
        },
        pricing="Zum Preis: {sentence}",
        pricing_open="Die Kosten hängen davon ab, was Sie brauchen. Können Sie uns etwas mehr dazu "
        "sagen, in welchem Umfang und ab wann? Dann schicken wir Ihnen genaue Zahlen.",
    ),
    Language.FRENCH: Texts(
        greeting="Bonjour {name},",
        greeting_unnamed="Bonjour,",
        closing="Bien cordialement",
        moves={
            Move.CONFIRM_SLOT: "Merci, {slot} nous convient. Nous nous en réjouissons.",
            Move.ASK_WHICH_SLOT: "Merci. Lequel de ces créneaux vous convient ?\n\n{slots}",
            Move.OFFER_SLOTS: "Merci pour votre message. Voici les créneaux que nous pouvons proposer "
            ":\n\n{slots}"
            "\n\nLequel vous convient, et dans quel fuseau horaire êtes-vous ?",
            Move.POINT_TO_BOOKING: "Merci pour votre message. Vous pouvez choisir un créneau à cette "
            "adresse :\n"
            "{link}",
            Move.USE_THEIR_SCHEDULER: "Merci pour votre calendrier. Nous allons y choisir un créneau.",
            Move.ASK_FOR_TIMES: "Merci pour votre message, nous serions ravis d'échanger. Quels jours et "
            "quelles "
            "heures vous conviennent, et dans quel fuseau horaire êtes-vous ?",
            Move.CHECK_PROPOSAL: "Merci pour votre proposition. Nous vérifions notre calendrier et "
            "revenons vers "
            "vous.",
            Move.FIND_NEW_TIME: "Merci de nous avoir prévenus, nous trouverons volontiers un autre "
            "créneau. Quels "
            "jours et quelles heures vous conviendraient mieux ?",
            Move.ACCEPT_DECLINE: "Merci pour votre réponse. Nous ne vous relancerons pas ; si les choses "
            "changent, "
            "nous serons ravis de vous lire.",
            Move.ANSWER_PRICING: "Merci pour votre question.",
            Move.ACKNOWLEDGE: "Merci pour votre message. Nous l'examinons et revenons vers vous.",
        },
        pricing="Concernant le prix : {sentence}",
        pricing_open="Le coût dépend de vos besoins. Pourriez-vous nous en dire un peu plus, pour quelle "
        "quantité et à partir de quand ? Nous vous enverrons alors des chiffres précis.",
    ),
    Language.SPANISH: Texts(
        greeting="Hola {name}:",
        greeting_unnamed="Hola:",
        closing="Saludos cordiales",
        moves={
            Move.CONFIRM_SLOT: "Gracias, {slot} nos viene bien. Será un placer.",
            Move.ASK_WHICH_SLOT: "Gracias. ¿Cuál de estos horarios le conviene?\n\n{slots}",
            Move.OFFER_SLOTS: "Gracias por su mensaje. Estos son los horarios que podemos "
            "ofrecer:\n\n{slots}\n\n"
            "¿Cuál le conviene y en qué zona horaria está?",
            Move.POINT_TO_BOOKING: "Gracias por su mensaje. Puede elegir un horario en esta "
            "dirección:\n{link}",
            Move.USE_THEIR_SCHEDULER: "Gracias por compartir su calendario. Elegiremos allí un horario.",
            Move.ASK_FOR_TIMES: "Gracias por su mensaje, estaremos encantados de hablar. ¿Qué días y "
            "horas le "
            "convienen y en qué zona horaria está?",
            Move.CHECK_PROPOSAL: "Gracias por su propuesta. Revisaremos nuestro calendario y le "
            "responderemos.",
            Move.FIND_NEW_TIME: "Gracias por avisarnos, encontraremos otro horario con gusto. ¿Qué días "
            "y horas le "
            "convienen más?",
            Move.ACCEPT_DECLINE: "Gracias por su respuesta. No insistiremos más; si algo cambia, estaremos "
            "encantados de saber de usted.",
            Move.ANSWER_PRICING: "Gracias por su pregunta.",
            Move.ACKNOWLEDGE: "Gracias por su mensaje. Lo revisaremos y le responderemos.",
        },
        pricing="Sobre el precio: {sentence}",
        pricing_open="El coste depende de lo que necesite. ¿Puede contarnos un poco más, qué cantidad y "
        "desde cuándo? Entonces le enviaremos cifras exactas.",
    ),
}
