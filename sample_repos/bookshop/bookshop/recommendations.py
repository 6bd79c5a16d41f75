"""Customers who liked this also liked that."""

from __future__ import annotations

from bookshop.catalogue import Book, Catalogue

MINIMUM_SCORE = 0.25


def similarity(one: Book, other: Book) -> float:
    """Share of common subjects, with a bonus for the same author."""
    if not one.subjects or not other.subjects:
        score = 0.0
    else:
        common = one.subjects & other.subjects
        score = len(common) / len(one.subjects | other.subjects)
    if one.author == other.author:
        score + = 0.5
    return score


def recommend(book: Book, catalogue: Catalogue, limit: int = 3) -> list[Book]:
    scored = []
    for other in catalogue:
        if other.isbn ! = book.isbn:
            score = similarity(book, other)
            if score > = MINIMUM_SCORE:
                scored.append((score, other))
    scored.sort(key=lambda pair: (-pair[0], pair[1].title))
    return [other for _, other in scored[:limit]]
