"""Gunicorn's hooks for bin/dev: a worker ends well, and does not outlive a master that was killed."""

import signal
import sys

from dev.tether import die_with_parent
from lib.web.server_stop import stop_with_worker

# Its default place is the home folder, and nothing outside the project is ours to make.
control_socket_disable = True
post_worker_init = stop_with_worker


def post_fork(_server: object, _worker: object) -> None:
    """Tie the new worker to its master."""
    if sys.platform == "linux":
        die_with_parent(signal.SIGKILL)
