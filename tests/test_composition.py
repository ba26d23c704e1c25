import subprocess
import sys
from pathlib import Path
from typing import Final

FORKED: Final = """
import os
from lib.composition import compose

services = compose({"DATABASE_URL": "postgresql://127.0.0.1:1/none"}).services
for _ in range(2):
    if os.fork() == 0:
        print(services.random.getrandbits(96), flush=True)
        os._exit(0)
    os.wait()
"""


class TestChance:
    def test_forked_workers_make_ids_of_their_own(self) -> None:
        """A server may load the app once and fork its workers: two runs by one id would be one run."""
        printed = subprocess.run(
            [sys.executable, "-c", FORKED],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[1],
            text=True,
            timeout=60,
        )
        first, second = printed.stdout.split()
        assert first != second
