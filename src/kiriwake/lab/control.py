"""The control API under `/_lab/`: time, images, rules, faults, reach, interruptions, calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from kiriwake.lab.aws import images
from kiriwake.lab.edge import json_answer
from kiriwake.lab.ground import AwsError
from kiriwake.lab.wire import Answer
from kiriwake.lab.world import Deny, World

_DEPENDENCIES = {"ecr", "s3", "secretsmanager", "ssm", "kms", "logs", "efs", "sts", "dockerhub"}
_KINDS = {"spot", "host", "agent"}


class BadRequestError(ValueError):
    """A body that does not say what the endpoint needs."""


class Control:
    """Answers `/_lab/…`; every answer is JSON."""

    def __init__(self, world: World, reset: Callable[[], None]) -> None:
        self._world = world
        self._reset = reset
        self._endpoints: Mapping[tuple[str, str], Callable[[Any], object]] = {
            ("GET", "health"): lambda _: self._health(),
            ("POST", "clock"): self._clock,
            ("PUT", "deny"): self._deny,
            ("GET", "deny"): lambda _: self._denies(),
            ("PUT", "faults"): self._faults,
            ("GET", "faults"): lambda _: self._fault_list(),
            ("PUT", "reach"): self._reach,
            ("GET", "reach"): lambda _: world.reach,
            ("POST", "interrupt"): self._interrupt,
            ("PUT", "capacity"): self._capacity,
            ("GET", "capacity"): lambda _: world.capacity,
            ("GET", "nodes"): lambda _: world.nodes,
        }

    def __call__(self, method: str, path: str, query: str, body: bytes) -> Answer:
        """Answers one request."""
        parts = [unquote(part) for part in path.removeprefix("/_lab").strip("/").split("/")]
        try:
            given = json.loads(body) if body.strip() else None
        except json.JSONDecodeError as error:
            return json_answer(400, {"error": f"the body is not JSON: {error.msg}"})
        if (method, parts) == ("POST", ["reset"]):
            # A story is told through the API, so that this thread may not hold the lock.
            self._reset()
            return json_answer(200, self._health())
        try:
            with self._world.lock:
                if parts[0] != "health":
                    self._world.clock.catch_up()
                return json_answer(200, self._answer(method, parts, query, given))
        except ValueError as error:
            return json_answer(400, {"error": str(error)})
        except LookupError as error:
            return json_answer(404, {"error": str(error.args[0] if error.args else error)})

    def _answer(self, method: str, parts: Sequence[str], query: str, body: Any) -> object:  # noqa: ANN401 - JSON
        name, *rest = parts
        if method == "PUT" and name == "images" and len(rest) > 1:
            return images.describe(self._world, "/".join(rest[:-1]), rest[-1], body or {})
        if method == "PUT" and name == "nodes" and len(rest) == 1:
            return self._node(rest[0], body)
        if method == "GET" and name == "calls" and not rest:
            return self._calls(query)
        endpoint = self._endpoints.get((method, name))
        if endpoint is None or rest:
            raise LookupError(f"the control API has no {method} /_lab/{'/'.join(parts)}")
        return endpoint(body)

    def _health(self) -> Mapping[str, object]:
        clock = self._world.clock
        return {"ready": True, "now": _iso(clock.now()), "skew_s": round(clock.skew_s(), 3)}

    def _clock(self, body: Any) -> Mapping[str, object]:  # noqa: ANN401 - JSON
        given = _object(body)
        clock = self._world.clock
        if unknown := set(given) - {"advance_s", "rate"}:
            raise BadRequestError(f"unknown keys: {', '.join(sorted(unknown))}")
        if not given:
            raise BadRequestError('say {"advance_s": seconds} or {"rate": seconds per second}')
        if "rate" in given:
            clock.run_at(_number(given, "rate"))
        if "advance_s" in given:
            clock.advance(_number(given, "advance_s"))
        return {**self._health(), "rate": clock.rate}

    def _deny(self, body: Any) -> object:  # noqa: ANN401 - JSON
        rules = [body] if isinstance(body, dict) else body
        if not isinstance(rules, list):
            raise BadRequestError('say {"actions": [...], "principal": null}, or [] to lift it')
        made = []
        for rule in rules:
            given = _object(rule)
            actions, principal = given.get("actions"), given.get("principal")
            if not isinstance(actions, list) or not all(
                isinstance(a, str) and ":" in a for a in actions
            ):
                raise BadRequestError('"actions" is a list of "service:Action"')
            if principal is not None and not isinstance(principal, str):
                raise BadRequestError('"principal" is an access key, a role ARN or null')
            made.append(Deny(tuple(actions), principal))
        self._world.denies = tuple(rule for rule in made if rule.actions)
        return self._denies()

    def _denies(self) -> list[Mapping[str, object]]:
        return [
            {"actions": list(rule.actions), "principal": rule.principal}
            for rule in self._world.denies
        ]

    def _faults(self, body: Any) -> object:  # noqa: ANN401 - JSON
        faults = [body] if isinstance(body, dict) else body
        if not isinstance(faults, list):
            raise BadRequestError('say [{"action": "ecs:DescribeTasks", "error": "…", …}]')
        for fault in faults:
            given = _object(fault)
            if unknown := set(given) - {"action", "error", "times", "seconds", "latency_ms"}:
                raise BadRequestError(f"unknown keys: {', '.join(sorted(unknown))}")
            if not isinstance(given.get("action"), str) or ":" not in given["action"]:
                raise BadRequestError('"action" is "service:Action"')
            error = given.get("error") or ""
            if not isinstance(error, str | int):
                raise BadRequestError('"error" is an error code, "cut", "timeout" or 500 to 504')
            given["error"] = str(error).removeprefix("HTTP ").strip()
            for key in ("times", "seconds", "latency_ms"):
                if given.get(key) is not None:
                    _number(given, key)
        self._world.set_faults(faults)
        return self._fault_list()

    def _fault_list(self) -> list[Mapping[str, object]]:
        return [
            {
                "action": fault.action,
                "error": fault.error,
                "times": fault.times,
                "until": _iso(fault.until) if fault.until else None,
                "latency_ms": fault.latency_ms,
            }
            for fault in self._world.faults
        ]

    def _reach(self, body: Any) -> object:  # noqa: ANN401 - JSON
        made: dict[str, dict[str, bool]] = {}
        for subnet, dependencies in _object(body).items():
            given = _object(dependencies)
            if unknown := set(given) - _DEPENDENCIES:
                raise BadRequestError(
                    f"unknown dependencies: {', '.join(sorted(unknown))}; "
                    f"known are {', '.join(sorted(_DEPENDENCIES))}"
                )
            if not all(isinstance(value, bool) for value in given.values()):
                raise BadRequestError("whether a dependency is reached is true or false")
            made[subnet] = dict(given)
        self._world.reach.clear()
        self._world.reach.update(made)
        return self._world.reach

    def _interrupt(self, body: Any) -> object:  # noqa: ANN401 - JSON
        given = _object(body)
        kind = given.get("kind", "spot")
        target = {key: given[key] for key in ("task", "instance") if given.get(key)}
        if len(target) != 1 or not all(isinstance(value, str) for value in target.values()):
            raise BadRequestError('name one "task" or one "instance"')
        if kind not in _KINDS:
            raise BadRequestError(f'"kind" is one of {", ".join(sorted(_KINDS))}')
        for engine in self._world.interruptible:
            try:
                return engine.interrupt(kind, target.get("task"), target.get("instance"))
            except KeyError:
                continue
        raise LookupError(f"nothing runs as {next(iter(target.values()))}")

    def _capacity(self, body: Any) -> object:  # noqa: ANN401 - JSON
        given = _object(body)
        if not all(isinstance(value, bool) for value in given.values()):
            raise BadRequestError("whether there is capacity is true or false")
        self._world.capacity.clear()
        self._world.capacity.update({"FARGATE": True, "FARGATE_SPOT": True} | given)
        for engine in self._world.spacious:
            engine.set_capacity(self._world.capacity)
        return self._world.capacity

    def _node(self, name: str, body: Any) -> object:  # noqa: ANN401 - JSON
        given = dict(_object(body))
        if self._world.describe_node is not None:
            try:
                self._world.describe_node(name, given)
            except AwsError as refused:
                raise BadRequestError(str(refused)) from None
        self._world.nodes[name] = given
        return {name: given}

    def _calls(self, query: str) -> object:
        since = parse_qs(query).get("since", ["0"])[0]
        if not since.isdigit():
            raise BadRequestError('"since" is the "next" of an earlier answer')
        found = [call for call in self._world.calls if call.n > int(since)]
        return {
            "next": self._world.last_call,
            "calls": [
                {
                    "n": call.n,
                    "service": call.service,
                    "action": call.action,
                    "principal": call.principal,
                    "status": call.status,
                    "ms": call.ms,
                }
                for call in found
            ],
        }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _object(body: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if not isinstance(body, dict):
        raise BadRequestError("the body is not a JSON object")
    return body


def _number(given: Mapping[str, Any], key: str) -> float:
    value = given[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BadRequestError(f'"{key}" is a number, 0 or more')
    return float(value)
