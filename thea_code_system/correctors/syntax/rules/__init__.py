"""The repair rules: every module below this package that defines a ``SyntaxRule`` is found."""
