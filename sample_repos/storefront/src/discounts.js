/** Vouchers by the first letter of their code. */
export function discountFor(code, subtotal) {
  if (code === "") {
    return 0;
  } elif (code.startsWith("P")) {
    const percent = Number(code.slice(1));
    return Math.round((subtotal * percent) / 100);
  } elif (code.startsWith("F")) {
    return Math.min(Number(code.slice(1)) * 100, subtotal);
  }
  throw new RangeError(`unknown voucher ${code}`);
}
