from decimal import Decimal

import pytest

from bookshop.cart import Cart
from bookshop.loyalty import LoyaltyCard
from bookshop.money import pounds, show
from bookshop.pricing import best_discount, bulk_discount, net_total, three_for_two
from bookshop.receipts import receipt
from bookshop.shipping import TooHeavy, postage
from bookshop.taxes import gross, tax_in, tax_on


def test_the_same_book_makes_one_line(cart, catalogue):
    cart.add(catalogue.get("111"))
    assert cart.copies == 4
    assert cart.summary()[0] == "3 x The Old Man and the Sea (Ernest Hemingway)"
    cart.remove("111")
    assert cart.subtotal == Decimal("11.00")


def test_the_cheapest_of_three_is_free(cart):
    assert cart.subtotal == Decimal("21.50")
    assert best_discount(cart) == ("3-for-2", Decimal("5.25"))
    assert net_total(cart) == Decimal("16.25")


def test_bulk_discount_needs_five_copies(catalogue):
    cart = Cart()
    cart.add(catalogue.get("333"), 4)
    assert bulk_discount(cart) == 0
    cart.add(catalogue.get("333"))
    assert bulk_discount(cart) == Decimal("3.50")
    assert three_for_two(cart) == Decimal("7.00")


def test_books_carry_no_tax_but_gifts_do():
    assert tax_on(Decimal(10)) == 0
    assert gross(Decimal(10), "gift") == Decimal(12)
    assert tax_in(Decimal(12), "audiobook") == Decimal(2)


@pytest.mark.parametrize(
    ("copies", "total", "abroad", "price"),
    [(0, "0", False, "0"), (1, "5", False, "2.95"), (1, "40", False, "0"), (3, "40", True, "13.20")],
)
def test_postage_depends_on_weight_and_total(copies, total, abroad, price):
    assert postage(copies, Decimal(total), abroad=abroad) == Decimal(price)


def test_no_carrier_takes_a_hundred_books():
    with pytest.raises(TooHeavy, match="32000 g"):
        postage(100, Decimal(1))


def test_points_become_vouchers():
    card = LoyaltyCard(60)
    assert card.collect([Decimal("12.99"), Decimal("-3"), Decimal("140.20")]) == 152
    assert card.redeem() == Decimal("10.00")
    assert card.points == 12


def test_floats_are_no_money():
    with pytest.raises(TypeError):
        pounds(9.99)
    assert show(pounds("1234.565")) == "£1,234.57"


def test_the_receipt_shows_discount_and_total(cart):
    lines = receipt(cart).splitlines()
    assert lines[0].strip() == "The Corner Bookshop"
    assert "Discount (3-for-2)" in lines[4]
    assert lines[-2].endswith("£16.25")
    assert lines[-1] == "Thank you for shopping with us"
