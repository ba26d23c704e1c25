"""The operator's commands on Flask's own command line (design §3); help connects to nothing."""

import click
from flask import Flask
from flask.cli import run_command

from lib.operator.commands.database import db
from lib.operator.commands.drafts import drafts
from lib.operator.commands.drafts_list import drafts_list, drafts_show
from lib.operator.commands.drafts_skipped import drafts_skipped
from lib.operator.commands.environment import env
from lib.operator.commands.environment_adopt import adopt_copy
from lib.operator.commands.environment_verify import verify_command
from lib.operator.commands.grants import grants
from lib.operator.commands.inbox import inbox
from lib.operator.commands.inngest import inngest
from lib.operator.commands.jobs import jobs
from lib.operator.commands.memory import memory
from lib.operator.commands.memory_change import memory_change_commands
from lib.operator.commands.replay import replay
from lib.operator.commands.rollout import rollout
from lib.operator.commands.sign_in_link import operator
from lib.operator.commands.tick import tick


def register_commands(app: Flask) -> None:
    """Add every command group to `app`'s command line."""
    db.add_command(grants)
    app.cli.add_command(db)
    drafts.add_command(drafts_list)
    drafts.add_command(drafts_skipped)
    drafts.add_command(drafts_show)
    app.cli.add_command(drafts)
    env.add_command(adopt_copy)
    env.add_command(verify_command)
    app.cli.add_command(env)
    app.cli.add_command(inngest)
    app.cli.add_command(tick)
    app.cli.add_command(jobs)
    app.cli.add_command(inbox)
    memory_change_commands(memory)
    app.cli.add_command(memory)
    app.cli.add_command(replay)
    app.cli.add_command(rollout)
    app.cli.add_command(operator)


def is_command() -> bool:
    """Whether this process runs one command and does not serve: then its own words say what is wrong."""
    context = click.get_current_context(silent=True)
    return context is not None and context.command is not run_command
