"""The API server answers as a real one: lists, tables, patches, errors, rights."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lab.kube.fake import ACCOUNT, Bench
from tests.lab.kube.manifests import deployment, pod

from kiriwake.lab.kube.api.apply import fields_v1, owned_leaves, paths_of
from kiriwake.lab.kube.api.duration import human
from kiriwake.lab.kube.api.patches import merge_patch, strategic_merge
from kiriwake.lab.kube.api.wire import decode
from kiriwake.lab.kube.status import ApiError
from kiriwake.lab.kube.world import Grant, User

PODS = "/api/v1/namespaces/default/pods"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
MERGE = "application/merge-patch+json"


def test_a_list_is_given_by_pages(empty: Bench) -> None:
    for number in range(7):
        empty.apply(pod(f"p{number}"))
    names, token, pages = [], "", 0
    while True:
        page = empty.json("GET", PODS, limit="3", **({"continue": token} if token else {}))
        names += [one["metadata"]["name"] for one in page["items"]]
        pages, token = pages + 1, page["metadata"].get("continue", "")
        if not token:
            break

    assert names == [f"p{n}" for n in range(7)]
    assert pages == 3


def test_selectors_choose_by_label_and_by_field(empty: Bench) -> None:
    empty.apply(deployment(replicas=2), pod("alone"))
    found = empty.json("GET", PODS, labelSelector="app in (web, x),!none")
    assert len(found["items"]) == 2
    found = empty.json("GET", PODS, fieldSelector="metadata.name=alone,status.phase!=Running")
    assert [one["metadata"]["name"] for one in found["items"]] == ["alone"]
    refused = empty.json("GET", PODS, fieldSelector="spec.image=x")
    assert (refused["code"], refused["reason"]) == (400, "BadRequest")


def test_a_table_has_the_columns_of_a_real_server(cluster: Bench) -> None:
    cluster.apply(pod())
    cluster.advance(130)
    seen = cluster.json("GET", PODS, accept=TABLE)

    shown = [c["name"] for c in seen["columnDefinitions"] if c["priority"] == 0]
    assert shown == ["Name", "Ready", "Status", "Restarts", "Age"]
    assert seen["rows"][0]["cells"][:5] == ["one", "1/1", "Running", "0", "2m10s"]
    assert seen["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0s"), (119, "119s"), (200, "3m20s"), (3600, "60m"), (11000, "3h3m"), (90000, "25h"),
     (200000, "2d7h"), (4000000, "46d"), (80000000, "2y195d")],
)  # fmt: skip
def test_ages_are_written_as_kubectl_shows_them(seconds: int, words: str) -> None:
    assert human(seconds) == words


def test_what_is_not_there_is_not_found_in_the_servers_words(empty: Bench) -> None:
    answer = empty.json("GET", f"{PODS}/gone")

    assert answer["message"] == 'pods "gone" not found'
    assert answer["details"] == {"name": "gone", "kind": "pods"}
    assert empty.ask("GET", "/apis/none.io/v1/things").status == 404


def test_a_selector_that_does_not_match_its_template_is_invalid(empty: Bench) -> None:
    manifest = deployment()
    manifest["spec"]["selector"] = {"matchLabels": {"app": "other"}}
    path = "/apis/apps/v1/namespaces/default/deployments"
    answer = empty.json("POST", path, manifest)

    assert answer["code"] == 422
    assert answer["message"] == (
        'Deployment.apps "web" is invalid: spec.template.metadata.labels: Invalid value:'
        ' map[string]string{"app":"web"}: `selector` does not match template `labels`'
    )


def test_a_stale_resource_version_is_a_conflict(empty: Bench) -> None:
    empty.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}})
    path = "/api/v1/namespaces/default/configmaps/c"
    old = empty.json("GET", path)
    empty.json("PATCH", path, {"data": {"a": "1"}}, kind=MERGE)
    answer = empty.json("PUT", path, {**old, "data": {"a": "2"}})

    assert (answer["code"], answer["reason"]) == (409, "Conflict")


def test_a_dry_run_keeps_nothing(empty: Bench) -> None:
    answer = empty.ask("POST", PODS, pod(), dryRun="All")

    assert answer.status == 201
    assert empty.pods() == []


def test_an_apply_by_another_manager_conflicts_unless_it_is_forced(empty: Bench) -> None:
    path = "/apis/apps/v1/namespaces/default/deployments/web"
    yaml = "application/apply-patch+yaml"
    assert empty.ask("PATCH", path, deployment(), kind=yaml, fieldManager="a").status == 201
    answer = empty.json("PATCH", path, deployment(replicas=5), kind=yaml, fieldManager="b")
    assert answer["message"] == 'Apply failed with 1 conflict: conflict with "a": .spec.replicas'
    forced = empty.json(
        "PATCH", path, deployment(replicas=5), kind=yaml, fieldManager="b", force="true"
    )
    assert forced["spec"]["replicas"] == 5


def test_an_apply_takes_away_what_its_manager_no_longer_says(empty: Bench) -> None:
    both, one = deployment(), deployment()
    both["metadata"]["labels"] = {"a": "1", "b": "2"}
    one["metadata"]["labels"] = {"a": "1"}
    empty.apply(both)
    empty.apply(one)

    kept = empty.store.get("deployments.apps", "default", "web")
    assert kept["metadata"]["labels"] == {"a": "1"}


def test_the_same_apply_again_changes_nothing(empty: Bench) -> None:
    empty.apply(deployment())
    before = empty.store.get("deployments.apps", "default", "web")["metadata"]["generation"]
    version = empty.store.version
    empty.apply(deployment())

    assert empty.store.version == version
    after = empty.store.get("deployments.apps", "default", "web")["metadata"]["generation"]
    assert before == after


def test_a_strategic_patch_merges_containers_by_name() -> None:
    old = {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]}
    new = {"containers": [{"name": "b", "image": "b:2"}, {"name": "a", "$patch": "delete"}]}

    assert strategic_merge(old, new) == {"containers": [{"name": "b", "image": "b:2"}]}


KEYS = st.sampled_from(["a", "b", "name"])
JSON = st.integers() | st.dictionaries(KEYS, st.integers() | st.just({"x": 1}), max_size=2)


@given(st.dictionaries(KEYS, JSON, max_size=3))
def test_a_merge_patch_with_itself_changes_nothing(value: dict[str, Any]) -> None:
    assert merge_patch(value, value) == value


@given(st.dictionaries(st.sampled_from(["spec", "data"]), JSON, max_size=2))
def test_owned_fields_survive_their_written_form(value: dict[str, Any]) -> None:
    paths = list(owned_leaves(value))

    assert sorted(paths_of(fields_v1(paths))) == sorted(paths)


def test_a_watch_tells_what_changes_after_a_version(empty: Bench) -> None:
    version = empty.json("GET", PODS)["metadata"]["resourceVersion"]
    empty.apply(pod())
    answer = empty.ask("GET", PODS, watch="true", resourceVersion=version, timeoutSeconds="0")
    assert answer.stream is not None
    told = [json.loads(line) for line in answer.stream]

    assert told == []
    empty.store.delete("pods", "default", "one")
    again = empty.ask("GET", PODS, watch="1", resourceVersion=version, timeoutSeconds="0.01")
    assert again.stream is not None
    kinds = [json.loads(line)["type"] for line in again.stream]
    assert kinds[0] == "ADDED"
    assert kinds[-1] == "DELETED"


def test_events_are_one_store_with_two_views(cluster: Bench) -> None:
    cluster.apply(pod())
    cluster.advance(10)
    core = cluster.json("GET", "/api/v1/namespaces/default/events")["items"]
    new = cluster.json("GET", "/apis/events.k8s.io/v1/namespaces/default/events")["items"]

    assert [one["message"] for one in core] == [one["note"] for one in new]
    assert new[0]["regarding"] == core[0]["involvedObject"]


def test_custom_resources_are_kept_once_their_definition_is(empty: Bench) -> None:
    names = {"plural": "widgets", "kind": "Widget"}
    version = {"name": "v1", "served": True, "storage": True}
    spec = {"group": "acme.io", "scope": "Namespaced", "names": names, "versions": [version]}
    empty.apply(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "widgets.acme.io"},
            "spec": spec,
        }
    )
    body = {"apiVersion": "acme.io/v1", "kind": "Widget", "metadata": {"name": "w"}}
    path = "/apis/acme.io/v1/namespaces/default/widgets"

    assert empty.ask("POST", path, body).status == 201
    assert empty.json("GET", path)["items"][0]["kind"] == "Widget"


def test_an_unanswered_webhook_stops_what_it_guards(empty: Bench) -> None:
    rule = {
        "operations": ["CREATE"],
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["pods"],
    }
    service = {"namespace": "kube-system", "name": "hook", "path": "/mutate"}
    hook = {"name": "m.acme.io", "clientConfig": {"service": service}, "rules": [rule]}
    empty.apply(
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingWebhookConfiguration",
            "metadata": {"name": "hook"},
            "webhooks": [hook],
        }
    )
    answer = empty.json("POST", PODS, pod())

    assert answer["message"] == (
        'Internal error occurred: failed calling webhook "m.acme.io": failed to call webhook: Post'
        ' "https://hook.kube-system.svc:443/mutate?timeout=10s": service "hook" not found'
    )


# --- rights ---------------------------------------------------------------------------


def test_somebody_without_rights_is_forbidden_in_kubernetes_words(empty: Bench) -> None:
    empty.user = ("jane", ())
    answer = empty.json("GET", PODS)

    assert answer["code"] == 403
    assert answer["message"] == (
        'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the'
        ' namespace "default"'
    )


def test_a_role_binding_gives_rights_in_its_namespace_only(empty: Bench) -> None:
    rbac = "rbac.authorization.k8s.io"
    empty.apply(
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "jane"},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "view"},
            "subjects": [{"kind": "User", "name": "jane", "apiGroup": rbac}],
        }
    )
    empty.user = ("jane", ())

    assert empty.ask("GET", PODS).status == 200
    assert empty.ask("GET", "/api/v1/pods").status == 403
    assert empty.ask("GET", "/api/v1/namespaces/default/secrets").status == 403


def test_the_lab_can_deny_one_verb_on_one_resource(empty: Bench) -> None:
    empty.cluster.api.hooks.denied = lambda action, _: action == "k8s:list pods"

    assert empty.ask("GET", PODS).status == 403
    assert empty.ask("GET", "/api/v1/namespaces/default/events").status == 200


def aws_token(bench: Bench, key: str, *, age: str = "") -> str:
    date = age or bench.ground.moment.strftime("%Y%m%dT%H%M%SZ")
    url = (
        "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
        f"&X-Amz-Credential={key}%2F20260301%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date={date}"
        "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=0"
    )
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def test_a_token_of_get_token_is_the_principal_that_signed_it(empty: Bench) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/ops"
    empty.outside.users[arn] = User("ops", (), (Grant("view", ("default",)),), arn)
    tokens = empty.cluster.api.tokens

    user = tokens.user(f"Bearer {aws_token(empty, 'ops')}", None)
    assert (user.name, user.principal) == ("ops", arn)


@pytest.mark.parametrize("word", ["", "k8s-aws-v1.!!", "k8s-aws-v1.aGVsbG8", "a.b.c"])
def test_no_or_a_broken_token_is_unauthorized(empty: Bench, word: str) -> None:
    with pytest.raises(ApiError, match="Unauthorized"):
        empty.cluster.api.tokens.user(f"Bearer {word}", None)


def test_an_old_token_is_unauthorized(empty: Bench) -> None:
    empty.outside.users[f"arn:aws:iam::{ACCOUNT}:user/ops"] = User("ops")
    with pytest.raises(ApiError, match="Unauthorized"):
        empty.cluster.api.tokens.user(
            f"Bearer {aws_token(empty, 'ops', age='20200101T000000Z')}", None
        )


def test_a_review_in_protobuf_is_read() -> None:
    attributes = b"\x0a\x07default\x12\x04list\x2a\x04pods"
    spec = b"\x0a" + bytes([len(attributes)]) + attributes
    review = b"\x12" + bytes([len(spec)]) + spec
    kind = b"\x0a\x18authorization.k8s.io/v1x"[:-1] + b"\x12\x17SelfSubjectAccessReview"
    kind = b"\x0a\x17authorization.k8s.io/v1" + b"\x12\x17SelfSubjectAccessReview"
    body = (
        b"k8s\x00" + b"\x0a" + bytes([len(kind)]) + kind + b"\x12" + bytes([len(review)]) + review
    )

    read = decode(body)
    assert read["kind"] == "SelfSubjectAccessReview"
    assert read["spec"]["resourceAttributes"] == {
        "namespace": "default",
        "verb": "list",
        "resource": "pods",
    }
