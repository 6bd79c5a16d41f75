import pytest

from bookshop.catalogue import UnknownBook
from bookshop.recommendations import recommend, similarity
from bookshop.search import SearchIndex


def test_a_book_is_found_by_its_isbn(catalogue):
    assert "111" in catalogue
    assert catalogue.get("111").label == "The Old Man and the Sea (Ernest Hemingway)"


def test_an_unknown_isbn_is_named(catalogue):
    with pytest.raises(UnknownBook, match="999"):
        catalogue.get("999")


def test_books_of_an_author_are_sorted_by_title(catalogue):
    titles = [book.title for book in catalogue.by_author("Ernest Hemingway")]
    assert titles == ["A Farewell to Arms", "The Old Man and the Sea"]
    assert catalogue.subjects() == ["fiction", "poetry", "science", "sea"]


def test_search_ranks_by_the_number_of_matching_words(catalogue):
    found = SearchIndex(catalogue).find("the sea around us")
    assert [book.isbn for book in found] == ["222", "111"]


def test_search_ignores_stop_words(catalogue):
    assert SearchIndex(catalogue).find("the") == []


def test_recommendations_share_subjects_or_the_author(catalogue):
    book = catalogue.get("111")
    assert [other.isbn for other in recommend(book, catalogue)] == ["333", "222"]
    assert similarity(book, catalogue.get("444")) == 0.0
