"""Where families of rules are explained by those who made them."""

LINKS = {"oxlint": "https://oxc.rs/docs/guide/usage/linter/rules.html"}
