"""The rules an object must keep, with the words of a real API server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kiriwake.lab.kube.kinds import Kind
from kiriwake.lab.kube.objects import Obj, labels_of, name_of, quantity
from kiriwake.lab.kube.selectors import matches
from kiriwake.lab.kube.status import invalid

Fault = tuple[str, str, str]

SUBDOMAIN = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
LABEL = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
LONGEST_NAME = 253
LONGEST_LABEL = 63
SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or"
    " '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used"
    " for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and"
    " must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used"
    " for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
FREELY_NAMED = {"rbac.authorization.k8s.io"}
TEMPLATED = {"deployments.apps", "replicasets.apps", "daemonsets.apps", "statefulsets.apps"}


def check(kind: Kind, new: Obj, old: Obj | None) -> None:
    """Raises the API's Invalid with everything that is wrong with an object."""
    faults = [*_name(kind, new)]
    if kind.resource == "pods":
        faults += _pod(new.get("spec") or {}, "spec")
        faults += _pod_update(new, old)
    elif kind.resource in TEMPLATED:
        faults += _templated(new, old)
    elif kind.resource == "jobs.batch":
        template = (new.get("spec") or {}).get("template") or {}
        faults += _pod(template.get("spec") or {}, "spec.template.spec")
        faults += _job(new, old)
    elif kind.resource == "services":
        faults += _service(new)
    if faults:
        words = f"{kind.kind}.{kind.group}" if kind.group else kind.kind
        raise invalid(words, name_of(new), faults)


def _name(kind: Kind, new: Obj) -> Iterator[Fault]:
    name = name_of(new)
    if kind.group in FREELY_NAMED or kind.custom:
        return
    if kind.resource in ("services", "namespaces"):
        if not LABEL.match(name) or len(name) > LONGEST_LABEL:
            yield "metadata.name", "FieldValueInvalid", f'Invalid value: "{name}": {LABEL_WORDS}'
    elif not SUBDOMAIN.match(name) or len(name) > LONGEST_NAME:
        yield "metadata.name", "FieldValueInvalid", f'Invalid value: "{name}": {SUBDOMAIN_WORDS}'


def _pod(spec: Mapping[str, Any], at: str) -> Iterator[Fault]:
    if not spec.get("containers"):
        yield f"{at}.containers", "FieldValueRequired", "Required value"
    volumes = {volume.get("name") for volume in spec.get("volumes") or ()}
    for field in ("initContainers", "containers"):
        names: set[str] = set()
        for index, container in enumerate(spec.get(field) or ()):
            here = f"{at}.{field}[{index}]"
            yield from _container(container, here, volumes)
            name = str(container.get("name") or "")
            if name in names:
                yield f"{here}.name", "FieldValueDuplicate", f'Duplicate value: "{name}"'
            names.add(name)


def _container(container: Obj, at: str, volumes: set[Any]) -> Iterator[Fault]:
    name = str(container.get("name") or "")
    if not name:
        yield f"{at}.name", "FieldValueRequired", "Required value"
    elif not LABEL.match(name):
        yield f"{at}.name", "FieldValueInvalid", f'Invalid value: "{name}": {LABEL_WORDS}'
    if not container.get("image"):
        yield f"{at}.image", "FieldValueRequired", "Required value"
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        if mount.get("name") not in volumes:
            words = f'Not found: "{mount.get("name")}"'
            yield f"{at}.volumeMounts[{index}].name", "FieldValueNotFound", words
    yield from _resources(container.get("resources") or {}, at)


def _resources(resources: Obj, at: str) -> Iterator[Fault]:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, asked in requests.items():
        try:
            if name in limits and quantity(asked) > quantity(limits[name]):
                words = (
                    f'Invalid value: "{asked}": must be less than or equal to {name} limit'
                    f" of {limits[name]}"
                )
                yield f"{at}.resources.requests", "FieldValueInvalid", words
        except ValueError as wrong:
            words = f'Invalid value: "{asked}": {wrong}'
            yield f"{at}.resources.requests.{name}", "FieldValueInvalid", words


def _pod_update(new: Obj, old: Obj | None) -> Iterator[Fault]:
    if old is None:
        return
    before, after = dict(old.get("spec") or {}), dict(new.get("spec") or {})
    for spec in (before, after):
        for field in ("containers", "initContainers"):
            spec[field] = [{**c, "image": ""} for c in spec.get(field) or ()]
        spec.pop("tolerations", None)
        spec.pop("activeDeadlineSeconds", None)
        spec.pop("terminationGracePeriodSeconds", None)
        spec.pop("nodeName", None)
    if before != after:
        words = (
            "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
            "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only"
            " additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to"
            " be set to 1 if it was previously negative)"
        )
        yield "spec", "FieldValueForbidden", words


def _templated(new: Obj, old: Obj | None) -> Iterator[Fault]:
    spec = new.get("spec") or {}
    template = spec.get("template") or {}
    selector = spec.get("selector")
    if not selector:
        yield "spec.selector", "FieldValueRequired", "Required value"
    elif not matches(selector, labels_of(template)):
        said = "map[string]string{" + ", ".join(
            f'"{key}":"{value}"' for key, value in sorted(labels_of(template).items())
        )
        words = f"Invalid value: {said}}}: `selector` does not match template `labels`"
        yield "spec.template.metadata.labels", "FieldValueInvalid", words
    if int(spec.get("replicas") or 0) < 0:
        words = f"Invalid value: {spec['replicas']}: must be greater than or equal to 0"
        yield "spec.replicas", "FieldValueInvalid", words
    if old is not None and (old.get("spec") or {}).get("selector") != selector:
        words = f"Invalid value: {selector}: field is immutable"
        yield "spec.selector", "FieldValueInvalid", words
    yield from _pod(template.get("spec") or {}, "spec.template.spec")


def _job(new: Obj, old: Obj | None) -> Iterator[Fault]:
    spec = new.get("spec") or {}
    template = spec.get("template") or {}
    policy = (template.get("spec") or {}).get("restartPolicy")
    if policy not in ("OnFailure", "Never"):
        words = f'Required value: valid values: "OnFailure", "Never"; got "{policy}"'
        yield "spec.template.spec.restartPolicy", "FieldValueInvalid", words
    if old is not None and (old["spec"].get("template") or {}).get("spec") != template.get("spec"):
        yield "spec.template", "FieldValueInvalid", "Invalid value: field is immutable"


def _service(new: Obj) -> Iterator[Fault]:
    spec = new.get("spec") or {}
    if spec.get("type") != "ExternalName" and not spec.get("ports"):
        if spec.get("clusterIP") != "None":
            yield "spec.ports", "FieldValueRequired", "Required value"
    elif spec.get("type") == "ExternalName" and not spec.get("externalName"):
        yield "spec.externalName", "FieldValueRequired", "Required value"
