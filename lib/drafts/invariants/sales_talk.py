"""The words of a draft that sell."""

import re
from typing import Final

from lib.drafts.invariants.reading import folded
from lib.drafts.invariants.urls import without_urls

_SALES: Final = re.compile(
    r"\b(?P<word>platforms?|solutions?|software|products?|roi|return\s+on\s+investment|revenues?|growth"
    r"|grow(?:s|ing)?"
    r"|profit\w*|leads|pipeline|results?|clients?|customers?|case\s+stud(?:y|ies)|proven|guarantee\w*"
    r"|value|benefits?"
    r"|features?|pric(?:e|es|ing|ed)|costs?|discount\w*|offer(?:ing)?s?|deals?|increas\w*|boost\w*"
    r"|scal(?:e|es|ing|able)"
    r"|sav(?:e|es|ing|ings)|transform\w*|(?:\w+-)?leading|industry|award-\w+|best-in-class|cutting-edge"
    r"|state-of-the-art|game-?chang\w+|world-class|unlock\w*|exclusive|opportunit\w+|success\w*|streamlin\w*"
    r"|conversions?|accelerat\w*"
    r"|empower\w*|maximi[sz]\w*|optimi[sz]\w*|efficien\w+|innovat\w*|trusted|powerful|trials?"
    r"|testimonials?|premium"
    r"|plans|subscriptions?|packages?|upgrad\w+|competitive|advantages?|investment|affordab\w+|tiers?"
    r"|enterprise|integrat\w+"
    r"|automat\w+|analytics|productivity|performance|ai-powered|win\s+rates?|engagement|seamless\w*"
    r"|robust|comprehensive|unbeatable|unmatched|market-\w+|promotions?|bundle\w*|cost-effective|money-back"
    r"|free\s+of\s+charge|quotas?"
    r"|plattform|losung(?:en)?|produkte?|umsatz|wachstum|vorteile?|funktionen|preise?|rabatt\w*|kunden"
    r"|ergebnisse?|angebote?"
    r"|plateforme|produits?|croissance|avantages?|fonctionnalites?|prix|tarifs?|remises?|resultats?"
    r"|chiffre\s+d'affaires"
    r"|plataforma|solucion(?:es)?|productos?|ingresos|crecimiento|ventajas?|beneficios?|funciones"
    r"|funcionalidades|precios?|descuentos?|clientes?|resultados?|ahorr\w+"
    r"|piattaforma|soluzion[ei]|prodott[oi]|ricavi|crescita|vantaggi\w*|funzionalita|prezz[oi]|sconti?"
    r"|risultati)\b",
    re.IGNORECASE,
)


def sales_words(draft: str) -> tuple[str, ...]:
    """The different sales words of `draft`, in order; the words of an address do not count."""
    said = folded(without_urls(draft))
    return tuple(dict.fromkeys(" ".join(match["word"].lower().split()) for match in _SALES.finditer(said)))
