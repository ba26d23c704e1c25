"""What the made-up people of the measurement write; every name and address is an invention."""

from typing import Final

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")

FIRST: Final = (
    *("Alva", "Bruno", "Cleo", "Dario", "Edda", "Fabien", "Greta", "Hugo", "Ilka", "Jonas", "Katja", "Leif"),
    *("Mila", "Nuno", "Oona", "Pavel", "Quirin", "Runa", "Sanna", "Tiago", "Ulla", "Vito", "Wim", "Zoé"),
)
LAST: Final = (
    *("Aldermoor", "Birkenau", "Castelvecchio", "Dampierre", "Eikenhof", "Fonseca Lima", "Grünwald"),
    *("Hollowell", "Ibarra", "Janszoon", "Kestenholz", "Lindqvist", "Marchbanks", "Nordhagen", "O'Fennell"),
)
FIRMS: Final = ("florist", "bakery", "catering", "fishmarket", "pharmacy", "brewery", "events", "dairy")

GREETING: Final = {
    "en": "Hi Robin,", "de": "Guten Tag,", "fr": "Bonjour,", "es": "Hola Robin:", "it": "Buongiorno,",
    "nl": "Goedemiddag,", "pt": "Olá Robin,",
}  # fmt: skip

ENQUIRIES: Final = {
    "en": (
        "What does a 20 ft trailer cost per week, delivered to our yard?",
        "Could you send us more information about the small cold room?",
        "We have a market in May and are looking for two trailers. Can we talk on Thursday?",
        "I was out of office last week, let's meet and go through it.",
        "Sounds interesting. How does the delivery work?",
    ),
    "de": (
        "was kostet ein Anhänger pro Woche, geliefert nach Ulm?",
        "können Sie uns bitte mehr Unterlagen zum kleinen Kühlraum schicken?",
        "wir suchen für den Mai zwei Kühlanhänger. Können wir am Donnerstag telefonieren?",
    ),
    "fr": (
        "quel est le prix d'une remorque par semaine, livrée à Lyon ?",
        "pouvez-vous nous envoyer des renseignements sur la petite chambre froide ?",
        "nous cherchons deux remorques pour le mois de mai. Êtes-vous disponible jeudi ?",
    ),
    "es": (
        "¿cuánto cuesta un remolque por semana, con entrega en Vigo?",
        "¿nos puede enviar más información sobre la cámara pequeña?",
        "buscamos dos remolques para mayo. ¿Podemos hablar el jueves?",
    ),
    "it": ("quanto costa un rimorchio per settimana, con consegna a Parma?",),
    "nl": ("wat kost een koelwagen per week, geleverd in Zwolle?",),
    "pt": ("qual é o preço de um reboque por semana, com entrega em Braga?",),
}
ACCEPTING: Final = {
    "en": "Tuesday at 2 works for us.",
    "de": "Dienstag um 14 Uhr passt uns gut.",
    "fr": "Mardi à 14h nous convient.",
    "es": "El martes a las 14 nos viene bien.",
}
LATER: Final = {
    "en": "One more thing: can it be plugged in at 16 A?",
    "de": "Noch eine Frage: reichen 16 A?",
    "fr": "Encore une question : est-ce que 16 A suffisent ?",
    "es": "Una pregunta más: ¿bastan 16 A?",
}
OPT_OUTS: Final = {
    "en": ("Please take me off your list.", "STOP", "Please do not email us again."),
    "de": ("Bitte nehmen Sie uns aus dem Verteiler.", "Bitte keine weiteren E-Mails."),
    "fr": ("Merci de me désinscrire de votre liste.", "Je ne souhaite plus recevoir vos messages."),
    "es": ("Denme de baja, por favor.", "No quiero recibir más correos."),
    "it": ("Cancellatemi dalla vostra lista.",),
    "nl": ("Verwijder mij uit jullie lijst.",),
    "pt": ("Por favor, removam-me da lista.",),
}
AWAY: Final = {
    "en": (
        "Automatic reply",
        "Thank you for your message. I am out of the office until March 20 and will answer when I return.",
    ),
    "de": (
        "Automatische Antwort",
        "Vielen Dank für Ihre Nachricht. Ich bin bis zum 20. März nicht im Büro. Sie wird nicht gelesen.",
    ),
    "fr": (
        "Réponse automatique",
        "Merci pour votre message. Je suis absente jusqu'au 20 mars et vous répondrai à mon retour.",
    ),
    "es": (
        "Respuesta automática",
        "Gracias por su mensaje. Estoy fuera de la oficina hasta el 20 de marzo. Si es urgente, llame.",
    ),
    "it": ("Risposta automatica", "Grazie del messaggio. Sono in ferie fino al 20 marzo."),
    "nl": ("Automatisch antwoord", "Bedankt voor uw bericht. Ik ben afwezig tot 20 maart."),
    "pt": ("Resposta automática", "Obrigado pela mensagem. Estou de férias até 20 de março."),
}
NEWS: Final = "This month: ten ways to keep your cold chain cold.\n\nUnsubscribe: https://news.example/u/1"
OFFER: Final = (
    "Hi,\n\nthese times would suit us:\n- Tuesday, March 10 at 2:00 PM\n- Wednesday, March 11 at 10:00 AM\n\n"
    "Robin\nKestrel Cold Hire"
)
ANSWER: Final = (
    "Hi,\n\nthank you for asking. A colleague will send you the sheet today.\n\nRobin\nKestrel Cold Hire"
)
