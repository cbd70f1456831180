"""What is typed stands for targets, or for a helpful refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore import exceptions as boto
from tests.sources.fake import PRINCIPAL, REGION, FakeAws, denied, error, source_of
from tests.sources.payloads import ECS, healthy, paged, service, task_id

from kiriwake.core.errors import KiriwakeError, NoAccess, TargetNotFound, UsageError
from kiriwake.core.target import Kind, Target, parse
from kiriwake.evidence import ecs
from kiriwake.sources.names import nearest


def found(answers: Mapping[str, Any] | FakeAws, typed: str | None) -> list[str]:
    wanted = parse(typed) if typed else None
    return [str(target) for target in source_of(answers).targets(wanted)]


def refusal(answers: Mapping[str, Any], typed: str | None, **more: Any) -> KiriwakeError:
    with pytest.raises(KiriwakeError) as raised:
        source_of(answers, **more).targets(parse(typed) if typed else None)
    return raised.value


def region(**clusters: tuple[str, ...]) -> dict[str, Any]:
    def describe(asked: Mapping[str, Any]) -> dict[str, Any]:
        known = clusters.get(asked["cluster"], ())
        return {
            "services": [service(n, asked["cluster"]) for n in asked["services"] if n in known],
            "failures": [
                {"arn": f"{ECS}:service/{asked['cluster']}/{n}", "reason": "MISSING"}
                for n in asked["services"]
                if n not in known
            ],
        }

    def services(asked: Mapping[str, Any]) -> dict[str, Any] | Exception:
        if asked["cluster"] not in clusters:
            return error("ClusterNotFoundException", "Cluster not found.")
        arns = [f"{ECS}:service/{asked['cluster']}/{n}" for n in clusters[asked["cluster"]]]
        return paged(arns, asked, "serviceArns")

    def described(asked: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "clusters": [
                {"clusterArn": f"{ECS}:cluster/{n}", "clusterName": n, "status": "ACTIVE"}
                for n in asked["clusters"]
                if n in clusters
            ],
            "failures": [],
        }

    return {
        "ecs:ListClusters": {"clusterArns": [f"{ECS}:cluster/{name}" for name in clusters]},
        "ecs:ListServices": services,
        "ecs:DescribeServices": describe,
        "ecs:DescribeClusters": described,
    }


def test_a_cluster_stands_for_its_services() -> None:
    assert found(region(shop=("web", "api")), "shop") == ["ecs:shop/api", "ecs:shop/web"]


def test_a_cluster_without_services_stands_for_itself() -> None:
    assert found(region(empty=()), "empty") == ["ecs:empty"]


def test_no_target_stands_for_everything_in_the_region() -> None:
    seen = found(region(shop=("web",), empty=(), bank=("pay", "api")), None)

    assert seen == ["ecs:bank/api", "ecs:bank/pay", "ecs:empty", "ecs:shop/web"]


def test_an_empty_region_has_no_targets() -> None:
    assert found(region(), None) == []


def test_a_service_found_as_a_target_is_not_read_again() -> None:
    aws = FakeAws(healthy())
    source = source_of(aws)

    (target,) = source.targets(parse("shop/web"))

    source.read([ecs.SERVICE.of(f"{target.place}/{target.name}")])

    assert aws.names().count("ecs:DescribeServices") == 1


def test_a_second_look_at_a_service_is_a_new_one() -> None:

    aws = FakeAws(healthy())
    source = source_of(aws)
    source.targets(parse("shop/web"))

    for _ in range(2):
        source.read([ecs.SERVICE.of("shop/web")])

    assert aws.names().count("ecs:DescribeServices") == 2


def test_a_misspelt_service_is_refused_with_the_nearest_names() -> None:
    refused = refusal(region(shop=("web", "api")), "shop/wbe")

    assert isinstance(refused, TargetNotFound)
    assert "shop has no service wbe" in refused.message.en
    assert "shop/web" in refused.hints[0].en


def test_a_misspelt_cluster_is_refused_with_the_nearest_names() -> None:
    for typed in ("shpo", "shpo/web", f"shpo/{task_id(1)}"):
        answers = {**region(shop=("web",)), "ecs:DescribeTasks": error("ClusterNotFoundException")}
        answers["ecs:DescribeServices"] = error("ClusterNotFoundException", "Cluster not found.")

        refused = refusal(answers, typed)

        assert isinstance(refused, TargetNotFound)
        assert "no cluster shpo in eu-west-1" in refused.message.en
        assert "shop" in refused.hints[0].en


def test_a_cluster_in_another_region_is_pointed_out() -> None:
    def elsewhere(region_: str) -> FakeAws:
        return FakeAws(region(shop=("web",)) if region_ == "us-east-1" else region())

    regions = (REGION, "us-west-2", "us-east-1")
    refused = refusal(region(other=()), "shop", elsewhere=elsewhere, regions=regions)

    assert [hint.en for hint in refused.hints][-1] == (
        "cluster shop exists in us-east-1: --region us-east-1"
    )


def test_an_inactive_service_is_refused_as_such() -> None:
    answers = {
        **region(shop=("api",)),
        "ecs:DescribeServices": {"services": [service(status="INACTIVE")], "failures": []},
    }

    refused = refusal(answers, "shop/web")

    assert "shop/web is INACTIVE" in refused.message.en
    assert "shop/api" in refused.hints[0].en


def test_a_service_that_may_not_be_read_is_still_a_target() -> None:
    answers = {"ecs:DescribeServices": denied("ecs:DescribeServices")}

    assert found(answers, "shop/web") == ["ecs:shop/web"]


def test_services_that_may_not_be_listed_are_not_an_empty_cluster() -> None:
    refused = refusal({"ecs:ListServices": denied("ecs:ListServices")}, "shop")

    assert isinstance(refused, NoAccess)
    assert "ecs:ListServices is denied" in refused.message.en


def test_a_forgotten_task_is_refused_with_the_reason() -> None:
    refused = refusal(healthy(), f"shop/{'a' * 32}")

    assert isinstance(refused, TargetNotFound)
    assert refused.note is not None
    assert "about an hour" in refused.note.en


def test_a_task_that_is_seen_is_a_target() -> None:
    assert found(healthy(), f"shop/{task_id(1)}") == [f"ecs:shop/{task_id(1)}"]


@pytest.mark.parametrize(
    ("arn", "reference"),
    [
        ("arn:aws:ecs:us-east-1:111122223333:service/shop/web", "other-region"),
        (f"arn:aws:ecs:{REGION}:999988887777:service/shop/web", "other-account"),
    ],
)
def test_an_arn_of_elsewhere_is_not_looked_for_here(arn: str, reference: str) -> None:
    refused = refusal(healthy(), arn)

    assert isinstance(refused, UsageError)
    assert refused.reference == reference


@pytest.mark.parametrize(
    "target",
    [
        Target(Kind.SUBNET, "subnet-1"),
        Target(Kind.ECR_IMAGE, "shop/web", "1.4"),
        Target(Kind.EKS_CLUSTER, "prod", scheme="eks"),
    ],
)
def test_other_kinds_of_target_stand_for_themselves(target: Target) -> None:
    assert source_of({}).targets(target) == (target,)


def test_who_asks_is_told_by_sts() -> None:
    identity = source_of({}).identity()

    assert (identity.principal, identity.region) == (PRINCIPAL, REGION)


def test_a_denied_sts_leaves_the_principal_empty() -> None:
    identity = source_of({"sts:GetCallerIdentity": error("AccessDenied", status=403)}).identity()

    assert identity.principal == ""


@pytest.mark.parametrize(
    ("raised", "reference"),
    [
        (boto.NoCredentialsError(), "no-credentials"),
        (
            error("ExpiredToken", "The security token included in the request is expired"),
            "credentials-expired",
        ),
        (error("InvalidClientTokenId", status=403), "credentials-refused"),
        (boto.UnauthorizedSSOTokenError(), "credentials-expired"),
        (boto.NoRegionError(), "no-region"),
    ],
)
def test_without_valid_credentials_nothing_goes_on(raised: Exception, reference: str) -> None:
    with pytest.raises(NoAccess) as refused:
        source_of({"sts:GetCallerIdentity": raised}).identity()

    assert refused.value.reference == reference
    assert refused.value.hints


def test_sts_out_of_reach_matters_only_if_ecs_is_too() -> None:
    cut = boto.EndpointConnectionError(endpoint_url="https://sts")

    assert source_of({**healthy(), "sts:GetCallerIdentity": cut}).identity().account == ""
    with pytest.raises(NoAccess) as refused:
        source_of({"sts:GetCallerIdentity": cut, "ecs:ListClusters": cut}).identity()
    assert refused.value.reference == "endpoint-unreachable"


def test_the_nearest_names_are_those_that_look_alike() -> None:
    names = ["checkout-api", "checkout-web", "billing"]

    assert nearest("chekout-web", names)[0] == "checkout-web"
    assert nearest("CHECKOUT-API", names)[0] == "checkout-api"
    assert nearest("zzz", names) == ("billing", "checkout-api", "checkout-web")
    assert nearest("x", []) == ()
