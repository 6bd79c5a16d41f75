"""`thea server`: what the command line says of a text, in the language of editors."""
