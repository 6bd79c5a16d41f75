Here is the updated module, which now writes one letter for every order:

"""Letters to customers."""

from __future__ import annotations

from email.message import EmailMessage

from bookshop.customers import Customer
from bookshop.orders import Order, Status

SENDER = "shop@bookshop.example"

SUBJECTS = {
    Status.NEW: "We have your order",
    Status.PAID: "We have your payment",
    Status.SENT: "Your books are on their way",
    Status.CANCELLED: "Your order was cancelled",
}


def status_mail(customer: Customer, order: Order) -> EmailMessage:
    message = EmailMessage()
    message["From"] = SENDER
    message["To"] = customer.email
    message["Subject"] = f"{SUBJECTS[order.status]} (no. {order.number})"
    items = "\n".join(order.cart.summary())
    message.set_content(f"{customer.greeting()},\n\n{items}\n")
    return message


def outbox(customers: dict[str, Customer], orders: list[Order]) -> list[EmailMessage]:
    """One letter for every order whose customer can be reached."""
    letters = []
    for order in orders:
        customer = customers[order.customer]
        if customer.email:
            letters.append(status_mail(customer, order))
    return letters

Orders of customers without an address are skipped.
