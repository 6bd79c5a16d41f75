"""`python -m thea_cli` is `thea`."""

from thea_cli.app import main

main()
