"""Flask and Inngest and nothing else: what any app of this sort costs to start."""

import inngest
import inngest.flask
from flask import Flask

app = Flask(__name__)
_client = inngest.Inngest(app_id="bare")


@_client.create_function(fn_id="bare", trigger=inngest.TriggerEvent(event="bare/requested"))
def bare(ctx: inngest.ContextSync) -> str:
    """Answer at once."""
    return ctx.event.name


inngest.flask.serve(app, _client, [bare])
