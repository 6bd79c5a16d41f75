$ cat src/shipping.ts
import { FREE_SHIPPING_FROM } from "./config.js";

export type Zone = "home" | "europe" | "world";

const RATES: Record<Zone, number> = {
  home: 490,
  europe: 1290,
  world: 2890,
};

export function zoneOf(country: string): Zone {
  const code = country.trim().toUpperCase();
  if (code === "IE") {
    return "home";
  }
  return ["AT", "BE", "DE", "ES", "FR", "IT", "NL", "PT"].includes(code) ? "europe" : "world";
}

export function postage(country: string, subtotal: number): number {
  const zone = zoneOf(country);
  if (zone === "home" && subtotal > = FREE_SHIPPING_FROM) {
    return 0;
  }
  return RATES[zone];
}
$ node --test
