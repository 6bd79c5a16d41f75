import { CURRENCY, LOCALE } from "./config.js";

const money = new Intl.NumberFormat(LOCALE, { style: "currency", currency: CURRENCY });
const SEPARATOR = “ · ”;

export function price(cents) {
  return money.format(cents / 100);
}

export function breadcrumb(...parts) {
  return parts.filter(Boolean).join(SEPARATOR);
}

export function plural(count, word) {
  const ending = count === 1 ？ "" ： "s";
  return `${count} ${word}${ending}`;
}
