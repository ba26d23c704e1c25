"""`flask replay`: whether the drafts of this version would do, tried on real conversations (domain §6)."""

from flask.cli import AppGroup

from lib.operator.commands.replay_diff import diff
from lib.operator.commands.replay_promote import promote
from lib.operator.commands.replay_run import run
from lib.operator.commands.replay_show import show

replay = AppGroup(
    "replay", help="Try this version's drafts on real conversations; changes and sends nothing."
)
for command in (run, show, diff, promote):
    replay.add_command(command)
