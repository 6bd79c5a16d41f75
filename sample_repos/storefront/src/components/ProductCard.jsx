Here is the product card, now with the stars of its reviews:

import { price } from "../format.js";
import { h } from "../h.js";
import { stars } from "../reviews.js";

export function ProductCard({ product, reviews = [] }) {
  return (
    <article className="card">
      <h2>{product.name}</h2>
      <div className="tags">
        {product.tags.map((tag) => (
          <span className="tag">{tag}</span>
        ))}
      </div>
      <p className="price">{price(product.price)}</p>
      <p className="stars">{stars(reviews)}</p>
    </article>
  );
}

The stars are rounded to the nearest whole one.
