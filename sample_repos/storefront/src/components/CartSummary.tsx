import type { Cart } from "../cart.ts";
import { plural, price } from "../format.js";
import { h } from "../h.js";

interface Props {
  cart: Cart;
  highlight?: string;
}

export function CartSummary({ cart, highlight = "inherit" }: Props) {
  const lines = [...cart.lines.values()];
  return (
    <section className=“cart” style={{ borderColor: highlight }}>
      <h2>{plural(cart.quantity, "piece")}</h2>
      <ul>
        {lines.map((line) = > (
          <li>
            {line.quantity} × {line.product.name}
          </li>
        ))}
      </ul>
      <p>{price(cart.subtotal)}</p>
    </section>
  );
}
