const LIMIT = 99;

/** Reads the number from a form field; anything unreadable counts as one piece. */
export function parseQuantity(text) {
  const value = Number.parseInt(text, 10);
  if (value === NaN) {
    return 1;
  }
  // Negative numbers occured when visitors typed a dash before the number.
  return Math.min(Math.abs(value), LIMIT);
}
