"""The sandbox's own endpoints, under /_sandbox/: what no AWS API can do or tell.

GET    health          {"status": "ok"}
GET    calls           count of AWS calls by service:Operation since the last reset; ?by=account: for each caller
DELETE calls           starts counting anew
GET    asked           every different call since the start: caller, resources, what a policy's conditions see
GET    state           policies by account, permission sets, assignments: canonical
PUT    accounts/ID     {"state": "SUSPENDED", "missing_role": true, "expire_sessions": true}: what happens to an account
                       from outside
PUT    keys/NAME       {"expired": true}: the session of an access key, the administrator's too, is over; false: not
PUT    identity-center {"on": false}: nobody sees an instance
GET    events          what became of the events that rules matched
GET    limits          PUT {"outstanding": 15, …, "latency_ms": 500} switches them on; DELETE off
GET    faults          PUT {"throttle": 10, "seed": 7, …} switches them on; DELETE off
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from werkzeug.wrappers import Request, Response

from remit.organization import AccountState
from sandbox import moto_bridge
from sandbox.calls import CallLog
from sandbox.events.bus import Bus
from sandbox.faults import FaultPlan
from sandbox.limits import Limits
from sandbox.state import state
from sandbox.wire import JsonObject
from sandbox.world import World


class BadRequest(Exception):  # noqa: N818
    """The text says what is wrong."""


class Control:
    def __init__(self, world: World, calls: CallLog, bus: Bus) -> None:
        self._world = world
        self._bus = bus
        self._calls = calls
        self._routes: Mapping[tuple[str, str], Callable[[Request], JsonObject]] = {
            ("GET", "health"): lambda _: {"status": "ok"},
            ("GET", "calls"): self._get_calls,
            ("DELETE", "calls"): self._delete_calls,
            ("GET", "asked"): lambda _: {"asked": self._calls.asked()},
            ("GET", "state"): lambda _: state(self._world),
            ("GET", "events"): lambda _: {"deliveries": [asdict(each) for each in self._bus.deliveries]},
            ("GET", "limits"): lambda _: self._limits(),
            ("PUT", "limits"): self._put_limits,
            ("DELETE", "limits"): self._delete_limits,
            ("GET", "faults"): lambda _: asdict(self._world.faults.plan),
            ("PUT", "identity-center"): self._put_identity_center,
            ("PUT", "faults"): self._put_faults,
            ("DELETE", "faults"): self._delete_faults,
        }

    def answer(self, request: Request) -> Response:
        path = request.path.removeprefix("/_sandbox/").strip("/")
        route = self._routes.get((request.method, path))
        if route is None and request.method == "PUT" and path.startswith("accounts/"):
            route = self._put_account
        if route is None and request.method == "PUT" and path.startswith("keys/"):
            route = self._put_key
        if route is None:
            return _json({"error": f"No {request.method} {request.path}"}, 404)
        with self._world.lock:
            self._world.settle()
            try:
                return _json(route(request), 200)
            except BadRequest as error:
                return _json({"error": str(error)}, 400)

    def _get_calls(self, request: Request) -> JsonObject:
        by_account = request.args.get("by") == "account"
        return dict(self._calls.by_account() if by_account else self._calls.by_operation())

    def _delete_calls(self, request: Request) -> JsonObject:
        del request
        self._calls.reset()
        return {}

    def _put_account(self, request: Request) -> JsonObject:
        account_id, body = request.path.rpartition("/")[2], _body(request)
        account = self._world.tree.accounts.get(account_id)
        if account is None:
            raise BadRequest(f"No account {account_id}")
        if "state" in body:
            if body["state"] not in AccountState.__members__:
                raise BadRequest(f"state {body['state']!r} is none of {', '.join(AccountState.__members__)}")
            account.state = AccountState(body["state"])
        if "missing_role" in body:
            (self._world.missing_roles.add if body["missing_role"] else self._world.missing_roles.discard)(account_id)
        if body.get("expire_sessions"):
            self._world.expired_keys |= moto_bridge.session_keys(account_id)
        return {"id": account_id, "state": account.state, "missing_role": account_id in self._world.missing_roles}

    def _put_key(self, request: Request) -> JsonObject:
        """Ends the session of a key, the administrator's too: AWS then says ExpiredToken to whatever it signs."""
        key, over = request.path.rpartition("/")[2], bool(_body(request).get("expired"))
        (self._world.expired_keys.add if over else self._world.expired_keys.discard)(key)
        return {"key": key, "expired": over}

    def _put_identity_center(self, request: Request) -> JsonObject:
        self._world.identity_center_on = bool(_body(request).get("on", True))
        return {"on": self._world.identity_center_on}

    def _limits(self) -> JsonObject:
        limits = self._world.limiter.limits
        return {**(asdict(limits) if limits else {}), "on": limits is not None, "latency_ms": self._world.latency_ms}

    def _put_limits(self, request: Request) -> JsonObject:
        body = _body(request)
        latency = body.pop("latency_ms", self._world.latency_ms)
        self._world.limiter.reset(_made(Limits, body))
        self._world.latency_ms = float(latency)
        return self._limits()

    def _delete_limits(self, request: Request) -> JsonObject:
        del request
        self._world.limiter.reset(None)
        self._world.latency_ms = self._world.options.latency_ms
        return self._limits()

    def _put_faults(self, request: Request) -> JsonObject:
        body = _body(request)
        for name in ("calls", "accounts"):
            if name in body:
                body[name] = tuple(body[name])
        plan: FaultPlan = _made(FaultPlan, body)
        self._world.faults.reset(plan)
        return asdict(plan)

    def _delete_faults(self, request: Request) -> JsonObject:
        del request
        self._world.faults.reset(FaultPlan())
        return {}


def _made(kind: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  one of our dataclasses
    known = {each.name for each in fields(kind)}
    if unknown := sorted(values.keys() - known):
        raise BadRequest(f"{unknown[0]!r} is none of {', '.join(sorted(known))}")
    return kind(**values)


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError as error:
        raise BadRequest(f"Not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequest("Not a JSON object")
    return body


def _json(payload: Mapping[str, Any], status: int) -> Response:
    body = json.dumps(payload, indent=2) + "\n"
    return Response(body, status, content_type="application/json")
