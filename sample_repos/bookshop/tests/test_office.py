import io
import subprocess
import sys
from pathlib import Path

import pytest

from bookshop import cli
from bookshop.catalogue import Catalogue
from bookshop.customers import Customer, is_regular, newsletter_list
from bookshop.importers import import_list
from bookshop.inventory import Inventory, OutOfStock
from bookshop.notifications import outbox
from bookshop.orders import Order, Status, WrongStatus
from bookshop.reports import monthly_report
from bookshop.storage import load, save
from bookshop.suppliers import cheapest, order_form

ROOT = Path(__file__).resolve().parent.parent
SPRING_LIST = ROOT / "data" / "spring_list.csv"


@pytest.fixture
def inventory():
    inventory = Inventory()
    inventory.receive("111", 3)
    inventory.receive("444", 1)
    return inventory


def test_reserved_copies_are_not_free(inventory):
    inventory.reserve("111", 2)
    assert inventory.stock("111").free == 1
    with pytest.raises(OutOfStock, match="2 wanted, 1 free"):
        inventory.reserve("111", 2)
    assert inventory.running_low() == ["111", "444"]


def test_an_order_is_paid_and_then_sent(cart, inventory):
    order = Order(7, "ada", cart)
    order.place(inventory)
    with pytest.raises(WrongStatus):
        order.send(inventory)
    order.pay()
    with pytest.raises(WrongStatus, match="order 7 is paid"):
        order.pay()
    order.send(inventory)
    assert inventory.stock("111").on_hand == 1
    with pytest.raises(WrongStatus):
        order.cancel()


def test_letters_go_to_customers_with_an_address(cart):
    customers = {"ada": Customer("Ada Byron", "ada@example.org"), "bob": Customer("Bob Cratchit")}
    letters = outbox(customers, [Order(1, "ada", cart), Order(2, "bob", cart)])
    assert [letter["Subject"] for letter in letters] == ["We have your order (no. 1)"]
    assert letters[0].get_content().startswith("Dear Ada,")


def test_regulars_have_an_address_and_several_orders():
    assert is_regular(Customer("Ada", "ada@example.org", orders=3)) is True
    assert is_regular(Customer("Ada", "ada@example.org", orders=2)) is False
    assert is_regular(Customer("Bob", orders=9)) is False


def test_the_newsletter_goes_to_those_who_asked():
    customers = [Customer("B", "b@example.org", True), Customer("A", "a@example.org", True), Customer("C")]
    assert newsletter_list(customers) == ["a@example.org", "b@example.org"]


def test_rows_without_a_price_are_rejected():
    catalogue, inventory = Catalogue(), Inventory()
    text = SPRING_LIST.read_text(encoding="utf-8")
    report = import_list(io.StringIO(text), catalogue, inventory)
    assert report.imported == len(catalogue) == 6
    assert report.rejected == ["line 7: no price"]
    assert inventory.stock("9780141036137").on_hand == 5


def test_large_orders_go_to_another_supplier():
    assert cheapest(5) == "local"
    form = order_form("bertram", {"222": 5, "111": 20})
    assert form["copies"] == 25
    assert form["lines"] == [("111", 20), ("222", 5)]


def test_the_monthly_report_counts_what_was_paid(cart):
    paid = Order(1, "ada", cart, Status.PAID)
    report = monthly_report("May", [paid, Order(2, "bob", cart)])
    assert report.splitlines()[:2] == ["Sales — May", "Revenue: £16.25"]
    assert "    2  The Old Man and the Sea" in report


def test_what_is_saved_can_be_loaded(tmp_path, catalogue, inventory):
    path = tmp_path / "shop.json"
    save(path, catalogue, inventory)
    books, stock = load(path)
    assert list(books) == list(catalogue)
    assert stock.stock("111").on_hand == 3
    assert [entry.name for entry in tmp_path.iterdir()] == ["shop.json"]


def test_the_command_line_imports_and_searches(tmp_path, capsys):
    shop = str(tmp_path / "shop.json")
    assert cli.main(["import", str(SPRING_LIST), "--shop", shop]) == 0
    assert capsys.readouterr().out.splitlines() == ["Imported 6 books", "line 7: no price"]
    assert cli.main(["search", "sea", "--shop", shop]) == 0
    assert "Hemingway" in capsys.readouterr().out
    assert cli.main(["low", "--shop", shop]) == 0
    assert "Collected Poems" in capsys.readouterr().out


def test_a_missing_list_is_reported(tmp_path, capsys):
    shop = str(tmp_path / "shop.json")
    assert cli.main(["import", str(tmp_path / "absent.csv"), "--shop", shop]) == 1
    assert "cannot read the list" in capsys.readouterr().err


def test_the_stocktake_sheet_has_a_line_for_every_book(tmp_path):
    shop = tmp_path / "shop.json"
    cli.main(["import", str(SPRING_LIST), "--shop", str(shop)])
    script = [sys.executable, str(ROOT / "scripts" / "stocktake.py"), str(shop)]
    sheet = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    assert len(sheet.splitlines()) == 7
