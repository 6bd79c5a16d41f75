from decimal import Decimal

import pytest

from bookshop.cart import Cart
from bookshop.catalogue import Book, Catalogue


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(
        [
            Book("111", "The Old Man and the Sea", "Ernest Hemingway", Decimal("5.25"), frozenset({"fiction", "sea"})),
            Book("222", "The Sea Around Us", "Rachel Carson", Decimal("9.95"), frozenset({"science", "sea"})),
            Book("333", "A Farewell to Arms", "Ernest Hemingway", Decimal("7.00"), frozenset({"fiction"})),
            Book("444", "Collected Poems", "Philip Larkin", Decimal("11.00"), frozenset({"poetry"})),
        ]
    )


@pytest.fixture
def cart(catalogue: Catalogue) -> Cart:
    cart = Cart()
    cart.add(catalogue.get("111"), 2)
    cart.add(catalogue.get("444"))
    return cart
