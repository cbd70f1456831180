"""Images are there, or say what is missing; their scans follow the registry's rules."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from tests.lab.conftest import Bench
from tests.lab.shapes import faults

from kiriwake.lab.aws import images

_HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def test_a_described_image_is_in_the_registry_and_does_what_was_said(bench: Bench) -> None:
    bench.put("images/team/app/v1", {"listens": [8080], "paths": {"/": 200}, "size_mib": 30})
    found = bench.lab.ground().image(f"{_HOST}/team/app:v1")
    assert (found.found, found.registry, found.behaviour.listens) == (True, "ecr", (8080,))
    detail = bench.aws("ecr").describe_images(repositoryName="team/app")
    assert detail["imageDetails"][0]["imageDigest"] == found.digest
    assert detail["imageDetails"][0]["imageSizeInBytes"] == 30 * 1024 * 1024
    assert bench.lab.ground().image(f"{_HOST}/team/app@{found.digest}").found
    assert faults("ecr", "DescribeImages", detail) == []


def test_what_is_missing_is_named(bench: Bench) -> None:
    bench.put("images/app/v1", {})
    ground = bench.lab.ground()
    assert ground.image(f"{_HOST}/none:v1").missing == "repository"
    assert ground.image(f"{_HOST}/app:v2").missing == "tag"
    assert ground.image(f"{_HOST}/app@sha256:{'0' * 64}").missing == "digest"
    bench.put("images/app/v3", {"push": False})
    assert ground.image(f"{_HOST}/app:v3").missing == "tag"


def test_a_tag_that_moves_leaves_its_image_behind(bench: Bench) -> None:
    bench.put("images/app/v1", {"listens": [80]})
    old = bench.lab.ground().image(f"{_HOST}/app:v1").digest
    bench.put("images/app/v1", {"listens": [8080]})
    new = bench.lab.ground().image(f"{_HOST}/app:v1")
    assert new.digest != old
    assert new.behaviour.listens == (8080,)
    assert bench.lab.ground().image(f"{_HOST}/app@{old}").behaviour.listens == (80,)
    tags = {
        d["imageDigest"]: d.get("imageTags", [])
        for d in bench.aws("ecr").describe_images(repositoryName="app")["imageDetails"]
    }
    assert tags == {old: [], new.digest: ["v1"]}


def test_describing_an_image_again_changes_nothing(bench: Bench) -> None:
    first = bench.put("images/app/v1", {"listens": [80]})
    assert bench.put("images/app/v1", {"listens": [80]}) == first


def test_an_image_that_was_pushed_by_hand_is_found(bench: Bench) -> None:
    ecr = bench.aws("ecr")
    ecr.create_repository(repositoryName="app")
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"size": 1, "digest": "sha256:" + "1" * 64},
        "layers": [{"size": 5, "digest": "sha256:" + "2" * 64}],
    }
    ecr.put_image(repositoryName="app", imageTag="v1", imageManifest=json.dumps(manifest))
    assert bench.lab.ground().image(f"{_HOST}/app:v1").found


def test_an_image_for_several_platforms_is_a_list(bench: Bench) -> None:
    bench.put("images/app/v1", {"arch": ["amd64", "arm64"]})
    answer = bench.aws("ecr").batch_get_image(repositoryName="app", imageIds=[{"imageTag": "v1"}])
    manifest = json.loads(answer["images"][0]["imageManifest"])
    assert [m["platform"]["architecture"] for m in manifest["manifests"]] == ["amd64", "arm64"]
    assert bench.lab.ground().image(f"{_HOST}/app:v1").behaviour.arch == ("amd64", "arm64")


def test_docker_hub_has_what_nobody_described(bench: Bench) -> None:
    assert bench.lab.ground().image("nginx:1.27").registry == "dockerhub"
    bench.put("images/nginx/1.27", {"listens": [81], "push": False})
    assert bench.lab.ground().image("nginx:1.27").behaviour.listens == (81,)
    assert bench.lab.ground().image("public.ecr.aws/x/y:1").registry == "ecr-public"


@pytest.mark.parametrize(
    ("uri", "host", "repository", "tag"),
    [
        ("nginx", "docker.io", "library/nginx", "latest"),
        ("docker.io/me/app:2", "docker.io", "me/app", "2"),
        ("localhost:5000/app", "localhost:5000", "app", "latest"),
        (f"{_HOST}/a/b:c", _HOST, "a/b", "c"),
        ("quay.io/x@sha256:" + "a" * 64, "quay.io", "x", ""),
    ],
)
def test_uris_have_dockers_defaults(uri: str, host: str, repository: str, tag: str) -> None:
    found = images.parse(uri)
    assert (found.host, found.repository, found.tag) == (host, repository, tag)


def test_an_image_is_scanned_only_when_told_to(bench: Bench) -> None:
    ecr = bench.aws("ecr")
    bench.put("images/app/v1", {})
    asked = {"repositoryName": "app", "imageId": {"imageTag": "v1"}}
    with pytest.raises(ClientError, match="ScanNotFoundException"):
        ecr.describe_image_scan_findings(**asked)
    ecr.start_image_scan(**asked)
    assert ecr.describe_image_scan_findings(**asked)["imageScanStatus"]["status"] == "IN_PROGRESS"
    bench.lab.advance(60)
    answer = ecr.describe_image_scan_findings(**asked)
    assert answer["imageScanStatus"]["status"] == "COMPLETE"
    counts = answer["imageScanFindings"]["findingSeverityCounts"]
    assert sum(counts.values()) == len(answer["imageScanFindings"]["findings"])
    assert faults("ecr", "DescribeImageScanFindings", answer) == []
    with pytest.raises(ClientError, match="LimitExceededException"):
        ecr.start_image_scan(**asked)


def test_a_registry_rule_scans_what_it_matches_on_push(bench: Bench) -> None:
    ecr = bench.aws("ecr")
    ecr.put_registry_scanning_configuration(
        scanType="BASIC",
        rules=[
            {
                "scanFrequency": "SCAN_ON_PUSH",
                "repositoryFilters": [{"filter": "prod*", "filterType": "WILDCARD"}],
            }
        ],
    )
    bench.put("images/prod-app/v1", {})
    bench.put("images/dev-app/v1", {})
    answer = ecr.batch_get_repository_scanning_configuration(
        repositoryNames=["prod-app", "dev-app", "none"]
    )
    found = {c["repositoryName"]: c["scanFrequency"] for c in answer["scanningConfigurations"]}
    assert found == {"prod-app": "SCAN_ON_PUSH", "dev-app": "MANUAL"}
    assert [f["repositoryName"] for f in answer["failures"]] == ["none"]
    assert faults("ecr", "BatchGetRepositoryScanningConfiguration", answer) == []
    bench.lab.advance(60)
    ecr.describe_image_scan_findings(repositoryName="prod-app", imageId={"imageTag": "v1"})
    with pytest.raises(ClientError, match="ScanNotFoundException"):
        ecr.describe_image_scan_findings(repositoryName="dev-app", imageId={"imageTag": "v1"})


def test_a_repositorys_own_scan_on_push_counts_under_basic(bench: Bench) -> None:
    ecr = bench.aws("ecr")
    ecr.create_repository(repositoryName="app", imageScanningConfiguration={"scanOnPush": True})
    answer = ecr.batch_get_repository_scanning_configuration(repositoryNames=["app"])
    assert answer["scanningConfigurations"][0]["scanOnPush"] is True


def test_enhanced_scanning_fills_its_own_findings_and_refuses_manual_scans(bench: Bench) -> None:
    ecr = bench.aws("ecr")
    rule = {
        "scanFrequency": "CONTINUOUS_SCAN",
        "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}],
    }
    ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=[rule])
    bench.put("images/app/v1", {})
    asked = {"repositoryName": "app", "imageId": {"imageTag": "v1"}}
    with pytest.raises(ClientError, match="ValidationException"):
        ecr.start_image_scan(**asked)
    bench.lab.advance(60)
    answer = ecr.describe_image_scan_findings(**asked)
    assert answer["imageScanStatus"]["status"] == "ACTIVE"
    assert "enhancedFindings" in answer["imageScanFindings"]
    assert faults("ecr", "DescribeImageScanFindings", answer) == []
