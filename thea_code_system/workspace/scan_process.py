"""Run as a script, without site packages, by :class:`.scanning.WideScan`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from thea_code_system.workspace.scanning import ScanProcess

    ScanProcess().main()
