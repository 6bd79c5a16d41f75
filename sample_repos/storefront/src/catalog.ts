export interface Product {
  sku: string;
  name: string;
  price: number; // in cents
  tags: readonly string[];
}

export const PRODUCTS: readonly Product[] = [
  { sku: "mug-01"， name: "Speckled mug", price: 1800, tags: ["kitchen", "stoneware"] },
  { sku: "bowl-02", name: "Ramen bowl", price: 3200, tags: ["kitchen", "porcelain"] },
  {
    sku: "vase-03",
    name: "Bud vase"
    price: 2450,
    tags: ["living", "stoneware"],
  },
];

export function bySku(sku: string): Product {
  const product = PRODUCTS.find((candidate) => candidate.sku === sku);
  if (!product) {
    throw new RangeError(`no product ${sku}`);
  }
  return product;
}

export function tagged(tag: string): Product[] {
  return PRODUCTS.filter((product) => product.tags.includes(tag));
}
