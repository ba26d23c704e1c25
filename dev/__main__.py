"""Where bin/dev, bin/test and bin/rehearse-deploy enter; the first argument names the command."""

import sys
from pathlib import Path

# Started with -I, so that nothing of the caller's Python set-up gets in: not even this project.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dev import serve, suite
from dev.rehearsal import entry

if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    commands = {
        "rehearse": entry.enter,
        "serve": serve.main,
        "set-up": suite.set_up,
        "test": suite.main,
    }
    sys.exit(commands[command](arguments))
