"""The rehearsal of a cutover, as `flask rollout rehearse` starts it."""

import sys
from pathlib import Path

# Started with -I, so that nothing of the caller's Python set-up gets in: not even this project.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dev.cutover.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
