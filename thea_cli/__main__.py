"""`python -m thea_cli` is `thea`."""

import os
import sys

# Python looks for modules in the working directory first, which may be the code to correct: drop
# it before anything is imported from there (pathlib, too: hence os.path), unless it is where Thea
# itself lies.
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
sys.path[:1] = [path for path in sys.path[:1] if path and (path == _HOME or path != os.getcwd())]  # noqa: PTH109

from thea_cli.app import main  # noqa: E402

main()
