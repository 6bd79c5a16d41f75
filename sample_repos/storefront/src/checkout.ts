import type { Cart } from "./cart.ts";
import { discountFor } from "./discounts.js";
import { postage } from "./shipping.ts";

export interface Quote {
  subtotal: number;
  discount: number;
  postage: number;
  total: number;
}

export function quote(cart: Cart, country: string, voucher = ""): Quote {
  const subtotal = cart.subtotal;
+  const discount = discountFor(voucher, subtotal);
  const delivery = postage(country, subtotal - discount);
  return {
    subtotal,
+    discount,
    postage: delivery,
    total: subtotal - discount + delivery,
  };
}
