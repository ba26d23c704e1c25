"""Tests of lib/drafts/invariants/sales_talk.py."""

import pytest

from lib.drafts.invariants.sales_talk import sales_words


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("ROI, roi and growth", ("roi", "growth")),
        ("a return on\ninvestment", ("return on investment",)),
        ("our pl\u00adatform's <b>fea</b>tures", ("platform", "features")),
        ("Unsere Lösung bringt Umsatz", ("losung", "umsatz")),
        ("des fonctionnalités et des tarifs", ("fonctionnalites", "tarifs")),
        ("nuestros precios y beneficios", ("precios", "beneficios")),
        ("https://example.com/pricing", ()),
        ("Great, thank you. I feel valued.", ()),
    ],
)
def test_sales_words_are_counted_once_each(draft: str, expected: tuple[str, ...]) -> None:
    assert sales_words(draft) == expected
