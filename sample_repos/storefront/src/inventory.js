import { SAFETY_STOCK } from "./config.js";

export class Inventory {
  #pieces = new Map();

  receive(sku, pieces) {
    this.#pieces.set(sku, (this.#pieces.get(sku) ?? 0) + pieces);
  }

  available(sku) {
    return Math.max(0, (this.#pieces.get(sku) ?? 0) - SAFETY_STOCK);
  }

  missing(lines) {
    return lines
      .filter((line) = > line.quantity > this.available(line.product.sku))
      .map((line) = > line.product.sku);
  }
}
