"""Finding what people broke and repaired in the histories of repositories."""
