"""`POST /api/operator/controls/{name}`: what `flask rollout set` does, without a shell (design §4)."""

from typing import Any, Final

from flask import Blueprint

from lib.errors import NotFound
from lib.operator.change import change
from lib.rollout.change import ControlWish
from lib.rollout.controls import ControlName, parsed
from lib.services import Services
from lib.web.operator import require_operator
from lib.web.operator_body import ControlBody, read_operator_body

PATH: Final = "/api/operator/controls/<name>"


def operator_controls_routes(services: Services) -> Blueprint:
    """The route."""
    routes = Blueprint("operator_controls", __name__)

    @routes.post(PATH)
    def set_control(name: str) -> dict[str, Any]:
        require_operator(services)
        control = _named(name)
        body = read_operator_body(ControlBody)
        wish = ControlWish(
            name=control,
            value=parsed(control, body.value),
            actor=body.kept_actor,
            reason=body.reason,
            span=body.span,
        )
        return change(services, wish, dry_run=body.dry_run).as_json()

    return routes


def _named(name: str) -> ControlName:
    try:
        return ControlName(name)
    except ValueError:
        raise NotFound(f"There is no control of this name. There are: {', '.join(ControlName)}.") from None
