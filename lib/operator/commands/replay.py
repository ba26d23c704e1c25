"""`flask replay`: whether the drafts of this version would do, tried on real conversations (domain §6)."""

from flask.cli import AppGroup

from lib.operator.commands.replay_run import run

replay = AppGroup(
    "replay", help="Try this version's drafts on real conversations; changes and sends nothing."
)
replay.add_command(run)
