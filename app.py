"""The composition root's Flask side: wiring only, and the one module-level `app` for the platform."""

from typing import TYPE_CHECKING

from flask import Flask

from cron.background_jobs import cron_routes
from inngest_functions.unmounted import inngest_off_routes
from lib.announcement import announce
from lib.composition import Composition, compose
from lib.log.setup import configure_logging
from lib.operator.commands import is_command, register_commands
from lib.stop_signals import stop_with_platform
from lib.web.edge import bare_app, limit_requests
from lib.web.health import health_routes
from lib.web.inbound_email import inbound_email_routes
from lib.web.metrics import metrics_routes
from lib.web.operator_routes import operator_routes
from lib.web.refusal import refuse_everything, refuse_with_stores
from lib.web.sign_in import sign_in_routes

if TYPE_CHECKING:
    from inngest_functions.endpoint import Functions


def create_app(composition: Composition | None = None, *, functions: "Functions | None" = None) -> Flask:
    """Wire an app from `composition`, or the process's environment; `functions` stand in for its own."""
    composition = composition or compose()
    configure_logging(composition.decision.kind, composition.redactor)
    if not is_command():
        announce(composition)
    app = bare_app(composition)
    register_commands(app)
    if composition.services is None:
        refuse_everything(app, composition.decision)
        return app
    refuse_with_stores(app, composition.services)
    limit_requests(app)
    if composition.decision.inngest_usable:
        from inngest_functions.endpoint import mount_inngest  # noqa: PLC0415 - the SDK costs a start 0.2 s

        mount_inngest(app, composition.services, functions=functions)
    else:
        app.register_blueprint(inngest_off_routes(composition.services))
    edges = (health_routes, metrics_routes, sign_in_routes, cron_routes, inbound_email_routes)
    for routes in (*edges, operator_routes):
        app.register_blueprint(routes(composition.services))
    return app


def serve_platform() -> Flask:
    """The app that a platform imports; where its runtime is Vercel's, its SIGTERM is heard."""
    composition = compose()
    if composition.platform_runtime:
        stop_with_platform(composition.stopping)
    return create_app(composition)


app = serve_platform()
