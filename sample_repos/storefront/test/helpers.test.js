import assert from "node:assert/strict";
import { test } from "node:test";

import { bySku } from "../src/catalog.ts";
import { discountFor } from "../src/discounts.js";
import { breadcrumb, plural, price } from "../src/format.js";
import { h } from "../src/h.js";
import { Inventory } from "../src/inventory.js";
import { parseQuantity } from "../src/quantity.js";
import { average, stars } from "../src/reviews.js";
import { search } from "../src/search.mjs";

test("vouchers take a percentage or a fixed sum", () => {
  assert.equal(discountFor("", 5000), 0);
  assert.equal(discountFor("P15", 5000), 750);
  assert.equal(discountFor("F80", 5000), 5000);
});

test("prices and words are written for readers", () => {
  assert.equal(price(1850), "€18.50");
  assert.equal(breadcrumb("Shop", "", "Vases"), "Shop · Vases");
  assert.equal(plural(1, "piece"), "1 piece");
  assert.equal(plural(3, "piece"), "3 pieces");
});

test("two pieces stay in the warehouse", () => {
  const inventory = new Inventory();
  inventory.receive("mug-01", 5);
  assert.equal(inventory.available("mug-01"), 3);
  assert.equal(inventory.available("vase-03"), 0);
  assert.deepEqual(inventory.missing([{ product: bySku("mug-01"), quantity: 4 }]), ["mug-01"]);
});

test("an unreadable quantity is one piece", () => {
  assert.equal(parseQuantity("12"), 12);
  assert.equal(parseQuantity("-3"), 3);
  assert.equal(parseQuantity("500"), 99);
  assert.equal(parseQuantity("many"), 1);
});

test("stars are the rounded mean", () => {
  assert.equal(average([{ stars: 5 }, { stars: 2 }]), 3.5);
  assert.equal(stars([{ stars: 5 }, { stars: 2 }]), "★★★★☆");
  assert.equal(stars([]), "no reviews yet");
});

test("search ranks by the number of terms that match", () => {
  const names = search("stoneware vase").map((product) => product.name);
  assert.deepEqual(names, ["Bud vase", "Speckled mug"]);
  assert.deepEqual(search(" "), []);
});

test("h escapes text and joins styles", () => {
  const html = h("p", { className: "note", style: { borderColor: "red" } }, "a < b", null, ["&", h("br", null)]);
  assert.equal(html.text, '<p class="note" style="border-color:red">a &lt; b&amp;<br></p>');
});
