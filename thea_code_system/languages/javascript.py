"""JavaScript, JSX included."""

from __future__ import annotations

from typing import Any, ClassVar

from thea_code_system.languages.grammar import GrammarLanguage


class JavaScriptLanguage(GrammarLanguage):
    """JavaScript as tree-sitter's grammar sees it; JSX is part of it."""

    name: ClassVar[str] = "javascript"
    suffixes: ClassVar[tuple[str, ...]] = (".js", ".jsx", ".mjs", ".cjs")
    line_comment: ClassVar[str] = "//"

    def grammar(self) -> Any:
        """The grammar's pointer."""
        import tree_sitter_javascript

        return tree_sitter_javascript.language()
