import assert from "node:assert/strict";
import { test } from "node:test";

import { failure, quoteReply } from "../src/api.ts";
import { Cart } from "../src/cart.ts";
import { bySku, tagged } from "../src/catalog.ts";
import { quote } from "../src/checkout.ts";
import { Emitter } from "../src/events.ts";
import { Sessions } from "../src/session.ts";
import { postage, zoneOf } from "../src/shipping.ts";

const pair = () => new Cart().add("mug-01").add("vase-03").add("mug-01");

test("products are found by number and by tag", () => {
  assert.equal(bySku("bowl-02").name, "Ramen bowl");
  assert.deepEqual(tagged("stoneware").map((product) => product.sku), ["mug-01", "vase-03"]);
  assert.throws(() => bySku("mug-99"), RangeError);
});

test("a cart adds up its lines", () => {
  const cart = pair();
  assert.equal(cart.lines.size, 2);
  assert.equal(cart.quantity, 3);
  assert.equal(cart.subtotal, 6050);
  assert.equal(cart.remove("vase-03"), true);
  assert.equal(cart.subtotal, 3600);
});

test("postage depends on the country and on the sum", () => {
  assert.equal(zoneOf(" de "), "europe");
  assert.equal(postage("IE", 5999), 490);
  assert.equal(postage("IE", 6000), 0);
  assert.equal(postage("NZ", 9999), 2890);
});

test("a quote takes the discount off before postage", () => {
  assert.deepEqual(quote(pair(), "IE", "P10"), {
    subtotal: 6050,
    discount: 605,
    postage: 490,
    total: 5935,
  });
});

test("an unknown voucher is answered with 404", () => {
  const reply = quoteReply(() => quote(pair(), "IE", "X"));
  assert.equal(reply.status, 404);
  assert.deepEqual(JSON.parse(reply.body), { error: "not-found", detail: "unknown voucher X" });
  assert.equal(failure(new Error("boom")).status, 500);
});

test("listeners hear until they leave", () => {
  const shop = new Emitter<{ sold: number }>();
  const heard: number[] = [];
  const leave = shop.on("sold", (cents) => heard.push(cents));
  assert.equal(shop.emit("sold", 1800), 1);
  leave();
  assert.equal(shop.emit("sold", 2450), 0);
  assert.deepEqual(heard, [1800]);
});

test("a session ends after half an hour of silence", () => {
  const sessions = new Sessions();
  const { id } = sessions.start(0);
  assert.ok(sessions.find(id, 1_700_000));
  assert.ok(sessions.find(id, 3_400_000));
  assert.equal(sessions.find(id, 9_000_000), undefined);
});
