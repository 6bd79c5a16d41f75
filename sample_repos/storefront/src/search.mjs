Sure! Here is `search` with ranking, so that the best match comes first:

```javascript
import { PRODUCTS } from "./catalog.ts";

function score(product, terms) {
  const text = `${product.name} ${product.tags.join(" ")}`.toLowerCase();
  return terms.filter((term) => text.includes(term)).length;
}

/** Products that contain at least one term, best match first. */
export function search(query) {
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
  return PRODUCTS.map((product) => ({ product, hits: score(product, terms) }))
    .filter(({ hits }) => hits > 0)
    .sort((one, other) => other.hits - one.hits)
    .map(({ product }) => product);
}
```
