"""The rehearsal itself, in .venv (see entry.py)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dev.rehearsal.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
