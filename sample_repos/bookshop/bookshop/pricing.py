diff --git a/bookshop/pricing.py b/bookshop/pricing.py
--- a/bookshop/pricing.py
+++ b/bookshop/pricing.py
@@ -1,46 +1,46 @@
 """Discounts on a cart: the best one counts, they never add up."""
 
 from __future__ import annotations
 
 from collections.abc import Callable
 from decimal import Decimal
 
 from bookshop.cart import Cart
 
 Discount = Callable[[Cart], Decimal]
 
 BULK_COPIES = 5
 BULK_RATE = Decimal("0.10")
 
 
 def bulk_discount(cart: Cart) -> Decimal:
     """Ten per cent off everything from five copies on."""
     if cart.copies < BULK_COPIES:
         return Decimal(0)
     return cart.subtotal * BULK_RATE
 
 
 def three_for_two(cart: Cart) -> Decimal:
     """Of every three copies the cheapest is free."""
     prices = sorted(
         (line.book.price for line in cart.lines for _ in range(line.copies)), reverse=True
     )
     return sum(prices[2::3], Decimal(0))
 
 
 DISCOUNTS: dict[str, Discount] = {
     "bulk": bulk_discount,
     "3-for-2": three_for_two,
 }
 
 
 def best_discount(cart: Cart) -> tuple[str, Decimal]:
     """Name and amount of the discount that saves most."""
     amounts = {name: discount(cart) for name, discount in DISCOUNTS.items()}
     name = max(amounts, key=lambda key: amounts[key])
     return name, amounts[name]
 
 
 def net_total(cart: Cart) -> Decimal:
-    saved = find_discount(cart)
-    return cart.total - saved
+    _, saved = best_discount(cart)
+    return cart.subtotal - saved
