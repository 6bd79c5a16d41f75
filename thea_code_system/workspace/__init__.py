"""User files: found, stamped, read, indexed and written; nothing else in Thea touches them."""
