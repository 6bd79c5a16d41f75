"""TypeScript, and TypeScript with JSX."""

from __future__ import annotations

from typing import Any, ClassVar

from thea_code_system.languages.grammar import GrammarLanguage


class TypeScriptLanguage(GrammarLanguage):
    """TypeScript as tree-sitter's grammar sees it."""

    name: ClassVar[str] = "typescript"
    suffixes: ClassVar[tuple[str, ...]] = (".ts", ".mts", ".cts")
    line_comment: ClassVar[str] = "//"

    def grammar(self) -> Any:
        """The grammar's pointer."""
        import tree_sitter_typescript

        return tree_sitter_typescript.language_typescript()


class TsxLanguage(TypeScriptLanguage):
    """TypeScript with JSX: another grammar, because ``<T>x`` means another thing in it."""

    name: ClassVar[str] = "tsx"
    suffixes: ClassVar[tuple[str, ...]] = (".tsx",)

    def grammar(self) -> Any:
        """The grammar's pointer."""
        import tree_sitter_typescript

        return tree_sitter_typescript.language_tsx()
