Here's the updated search module, now ranked by the number of matching words:

```python
"""Full-text search over titles, authors and subjects."""

from __future__ import annotations

import re
from collections import defaultdict

from bookshop.catalogue import Book, Catalogue

WORD = re.compile(r"[a-z0-9]+")
STOP_WORDS = frozenset({"a", "an", "and", "of", "the"})


def words(text: str) -> set[str]:
    return set(WORD.findall(text.lower())) - STOP_WORDS


class SearchIndex:
    """Maps every word to the books that it occurs in."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._entries: dict[str, set[str]] = defaultdict(set)
        self._catalogue = catalogue
        for book in catalogue:
            self.add(book)

    def add(self, book: Book) -> None:
        text = " ".join([book.title, book.author, *book.subjects])
        for word in words(text):
            self._entries[word].add(book.isbn)

    def find(self, query: str) -> list[Book]:
        """Books that contain at least one word of the query, best match first."""
        hits: dict[str, int] = defaultdict(int)
        for word in words(query):
            for isbn in self._entries.get(word, ()):
                hits[isbn] += 1
        ranked = sorted(hits, key=lambda isbn: (-hits[isbn], isbn))
        return [self._catalogue.get(isbn) for isbn in ranked]
```

The index is built once per catalogue. Let me know if you'd like phrase search as well!
