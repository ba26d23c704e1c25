"""Where bin/dev and bin/test enter; the first argument names the command."""

import sys
from pathlib import Path

# Started with -I, so that nothing of the caller's Python set-up gets in: not even this project.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dev import serve, suite

if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    sys.exit({"serve": serve.main, "set-up": suite.set_up, "test": suite.main}[command](arguments))
