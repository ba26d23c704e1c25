"""When a run counts as fallen silent: what queue health reports and what the watchdog acts on."""

from typing import Final

SILENT: Final = """
status = 'running' AND beat_at < everytick_now() - %(stuck_seconds)s * interval '1 second'
  AND coalesce(retry_at + interval '1 minute' < everytick_now(), true)
"""
"""A condition on `runs` (design §5, stuck): no beat, and past the time at which the engine calls again."""
