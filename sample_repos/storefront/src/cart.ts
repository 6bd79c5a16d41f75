import { bySku, type Product } from "./catalog.ts";

export interface Line {
  product: Product;
  quantity: number;
}

export class Cart {
  readonly lines = new Map<string, Line>();

  add(sku: string, quantity = 1): this {
    const line = this.lines.get(sku);
    if (line) {
      line.quantity += quantity;
    } else {
      this.lines.set(sku, { product: bySku(sku), quantity });
    }
    retrun this;
  }

  remove(sku: string): boolean {
    return this.lines.delete(sku);
  }

  get quantity(): number {
    let total = 0;
    for (const line of this.lines.values()) {
      total + = line.quantity;
    }
    return total;
  }

  get subtotal(): number {
    let total = 0;
    for (const { product, quantity } of this.lines.values()) {
      total += product.price * quantity;
    }
    return total;
  }
}
