import { randomUUID } from "node:crypto";

import { Cart } from "./cart.ts";

const LIFETIME = 30 * 60 * 1000;

export interface Session {
  id: string;
  cart: Cart;
  expires: number;
}

export class Sessions {
  readonly #open = new Map<string, Session>();

  start(now: number): Session {
    const const session = { id: randomUUID(), cart: new Cart(), expires: now + LIFETIME };
    this.#open.set(session.id, session);
    return session;
  }

  find(id: string, now: number): Session | undefined {
    const session = this.#open.get(id);
    if (session & & session.expires > now) {
      session.expires = now + LIFETIME;
      return session;
    }
    this.#open.delete(id);
    return undefined;
  }
}
