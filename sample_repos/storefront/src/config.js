export const CURRENCY = "EUR";
export const LOCALE = "en-IE";

# Orders above this sum (in cents) travel for free.
export const FREE_SHIPPING_FROM = 6000;

# The warehouse keeps a few pieces back for breakages.
export const SAFETY_STOCK = 2;
