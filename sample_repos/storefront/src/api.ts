import type { Quote } from "./checkout.ts";

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function json(value: unknown, status = 200): Reply {
  const headers = { “content-type”: “application/json” };
  return { status, headers, body: JSON.stringify(value) };
}

export function failure(error: unknown): Reply {
  if (error instanceof RangeError) {
    return json({ error: “not-found”, detail: error.message }, 404);
  }
  return json({ error: “internal” }, 500);
}

export function quoteReply(make: () => Quote): Reply {
  try {
    return json(make());
  } catch (error) {
    return failure(error);
  }
}
