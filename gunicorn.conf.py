"""Gunicorn for hosts other than Vercel: `gunicorn app:app`.

One process with threads: a tick, the relay and the health route answer side by side, and the pool of
connections (DATABASE_POOL_MAX) is that of one instance.
"""

worker_class = "gthread"
workers = 1
threads = 8
timeout = 330  # above BACKGROUND_JOBS_MAX_DURATION_SECONDS, so that a tick is never cut off
control_socket_disable = True  # its default place is the home folder, often read-only
graceful_timeout = 60  # what runs is waited for, for 7.5 s; then there are records to write


def post_worker_init(worker: object) -> None:
    """Have the worker begin no more work once it gets SIGTERM."""
    from lib.web.server_stop import stop_with_worker  # noqa: PLC0415 - the master does not load the app

    stop_with_worker(worker)
