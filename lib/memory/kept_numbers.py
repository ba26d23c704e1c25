"""Runs of digits that are no phone number: prices and amounts, dates and times, addresses, order numbers."""

import re
from typing import Final

_MONEY: Final = (
    r"(?:usd|eur|gbp|chf|cad|aud|jpy|sek|nok|dkk|pln|inr|cny|brl|mxn"
    r"|euros?|dollars?|bucks|pounds?|francs?|franken|pesos?|yen|cents?)"
)
_UNIT: Final = (
    r"(?:users?|seats?|employees|people|customers|contacts|leads|e-?mails?|messages|requests|rows|records"
    r"|units?|pieces|licen[cs]es?|visits|views|impressions|nutzer|mitarbeiter|kunden|stück|utilisateurs"
    r"|salariés|clients|usuarios|empleados|unidades|clientes)"
)
_COUNTED: Final = rf"(?:[€£¥₹$%](?!\s?\d)|(?:{_MONEY}|{_UNIT})\b)"
AMOUNTS: Final = re.compile(
    rf"(?:[$€£¥₹]|\b{_MONEY})\s?\d+(?:[.,'\s]\d{{3}}(?!\d))*(?:[.,]\d\d?(?!\d))?"
    rf"|(?<!\d)\d{{1,3}}(?:[.,'\s]\d{{3}})+(?:[.,]\d\d?)?\s?{_COUNTED}"
    rf"|(?<!\d)\d+(?:[.,]\d+)?\s?{_COUNTED}",
    re.IGNORECASE,
)
"""What stands beside a currency, or beside what it counts."""

_YEAR: Final = r"(?:19|20)\d\d"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_NAMED_MONTH: Final = (
    r"\b(?:jan|feb|f[ée]v|mar|mär|apr|avr|abr|ma[iy]|jun|juin|jul|juil|aug|ao[uû]|ago|sep|o[ck]t|nov|de[czc]"
    r"|déc|dic|ene)[^\W\d_]*\.?"
)
_HOUR: Final = r"(?:[01]?\d|2[0-3])"
_CLOCK: Final = rf"{_HOUR}[:.h][0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
_APART: Final = r"(?<![\d.\-/+])(?<!\d\s)"
_ALONE: Final = r"(?![-/.\s]?\d)"
_TO: Final = r"(?:\s?[-\u2013]\s?(?=\d)|(?![-/.]?\d))"
_UNTIL: Final = r"(?:\s?[-\u2013]\s?(?=\d)|(?![-/.]?\d|\s\d{3}))"
DATES: Final = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        # 2026-03-03, 2026/3/3, also with a time behind it, or to another day
        rf"(?<![\d.\-/+]){_YEAR}([-/.]){_MONTH}\1{_DAY}(?!\d)(?:[T\s]{_CLOCK})?{_TO}",
        # 20260303, 20260303T1400
        rf"{_APART}{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:T\d{{4,6}})?{_ALONE}",
        # 3.3.2026, 03/13/26, 3. 3. 2026: day and month in either order
        rf"(?<![\d.\-/+])(?:{_DAY}([-/.])\s?{_MONTH}|{_MONTH}([-/.])\s?{_DAY})[-/.]\s?(?:{_YEAR}|\d\d)(?!\d){_UNTIL}",
        # 3/3, 3/3-5/3
        rf"{_APART}(?:{_DAY}/{_MONTH}|{_MONTH}/{_DAY})(?![/\d]){_UNTIL}",
        # March 3 2026, 3 March 2026
        rf"{_NAMED_MONTH}\s{_DAY}(?:st|nd|rd|th)?,?\s{_YEAR}(?!\d)",
        # 2025-2027, 2025/26, 2024 2025 2026
        rf"{_APART}{_YEAR}(?:\s?[-/\u2013\s]\s?{_YEAR})+{_ALONE}",
    )
)
TIMES: Final = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"{_APART}{_CLOCK}\s?[-\u2013]\s?{_CLOCK}(?![.:]?\d)",
        rf"(?<!\d){_HOUR}:[0-5]\d(?::[0-5]\d)?(?!\d)",
        rf"{_APART}{_HOUR}\s?[-\u2013]\s?{_HOUR}{_ALONE}",
    )
)
NETWORK_ADDRESSES: Final = re.compile(
    r"(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?!\.?\d)"
)
NUMBERED: Final = re.compile(
    r"(?:[#№]\s?"
    r"|\b(?:orders?|invoice|ticket|case|ref|reference|po|sku|id|contract|quote|version|build|serial|article"
    r"|part|tracking|bestellung|auftrag|rechnung|vertrag|vorgang|artikel|commande|facture|devis|contrat"
    r"|dossier|pedido|factura|contrato|presupuesto"
    r"|(?:bestell|auftrags|rechnungs|vertrags|vorgangs|artikel|kunden|ticket)-?(?:nummer|nr))\b"
    r"[\s.:]*(?:(?:no|nr|num|number|nummer|n[°º]|id|numéro|número)\b)?[\s.:#-]*)"
    r"[A-Z]{0,6}[-_/]?\d(?:[-_/.]?[\dA-Z])*+(?!\s?[-/.\s]\d)",
    re.IGNORECASE,
)
"""What says what it numbers: an order, a ticket, a version."""

_ROUND_RANGE: Final = re.compile(r"([1-9]\d*0)\s?[-\u2013]\s?([1-9]\d*0)")
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:([.\s])\d{3})(?:\1\d{3})*")
_DECIMAL: Final = re.compile(r"(?:0|[1-9]\d{0,2})\.\d+")
BARE: Final = 9
"""Digits without a separator, fewer of which are rather a number than a phone's."""


def is_plain_number(run: str) -> bool:
    """Whether a run of digits, taken by itself, is rather a number, or two, than a phone's."""
    digits = sum(character.isdigit() for character in run)
    if run.isdigit():
        return digits < BARE
    if ends := _ROUND_RANGE.fullmatch(run):
        return int(ends[1]) < int(ends[2])
    return _DECIMAL.fullmatch(run) is not None or (digits < BARE and _THOUSANDS.fullmatch(run) is not None)
