import json
import os
import stat
from pathlib import Path

import pytest

from dev import local_environment
from dev.local_environment import published
from lib.environment import local_stores


class TestPublished:
    def test_is_there_while_it_runs_for_its_owner_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "environment.json"
        with published(tmp_path, {"DATABASE_URL": "postgresql:///x", "HOME": "/home/me", "REDIS_URL": ""}):
            held = json.loads(file.read_text())
            assert held == {"DATABASE_URL": "postgresql:///x", "writtenByPid": str(os.getpid())}
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert list(tmp_path.iterdir()) == []

    def test_is_gone_after_a_failure(self, tmp_path: Path) -> None:
        with pytest.raises(ZeroDivisionError), published(tmp_path, {}):
            raise ZeroDivisionError
        assert list(tmp_path.iterdir()) == []

    def test_the_app_reads_what_is_written(self) -> None:
        """Two lists in two programs, since the tooling may not import the app: the same."""
        assert local_environment.NAMES == local_stores.NAMES
        assert local_environment.WRITER == local_stores.WRITER
        assert Path(".everytick") / local_environment.FILE == local_stores.FILE
