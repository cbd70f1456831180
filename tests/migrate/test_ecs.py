"""What the ECS output is like: every pitfall solved by construction."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import botocore.session
import botocore.validate
import pytest
import yaml
from tests.migrate.samples import NAMES, estate, migrated, read_text

from kiriwake.migrate.ecs.convert import EcsOptions, to_ecs
from kiriwake.migrate.ecs.schedule import schedule_expression
from kiriwake.migrate.fargate import SIZES
from kiriwake.migrate.migration import MigrateOptions, migrate

ECS = botocore.session.get_session().get_service_model("ecs")


def resources(name: str) -> dict[str, Any]:
    template: dict[str, Any] = yaml.safe_load(migrated(name, "ecs").files["template.yaml"])
    return dict(template["Resources"])


def of_type(name: str, kind: str) -> dict[str, Any]:
    return {
        key: item["Properties"] for key, item in resources(name).items() if item["Type"] == kind
    }


def as_api(value: Any) -> Any:
    """Properties as the API spells them, every intrinsic function as some text."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
            return value["Fn::If"][1] if "Fn::If" in value else "text"
        return {_api_name(key): as_api(item) for key, item in value.items()}
    return [as_api(item) for item in value] if isinstance(value, list) else value


def _api_name(key: str) -> str:
    special = {"EFSVolumeConfiguration": "efsVolumeConfiguration", "FilesystemId": "fileSystemId"}
    return special.get(key) or (key if "-" in key else key[:1].lower() + key[1:])


@pytest.mark.parametrize("name", NAMES)
def test_botocore_takes_every_task_definition_and_service(name: str) -> None:
    judge = botocore.validate.ParamValidator()
    for kind, operation in (
        ("AWS::ECS::TaskDefinition", "RegisterTaskDefinition"),
        ("AWS::ECS::Service", "CreateService"),
    ):
        shape = ECS.operation_model(operation).input_shape
        assert shape is not None
        for properties in of_type(name, kind).values():
            report = judge.validate(as_api(properties), shape)
            assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize("name", NAMES)
def test_no_service_can_hang_or_stay_on_an_old_revision(name: str) -> None:
    for service in of_type(name, "AWS::ECS::Service").values():
        how = service["DeploymentConfiguration"]
        assert how["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
        assert how["MaximumPercent"] > 100 or how["MinimumHealthyPercent"] < 100
        assert set(service["TaskDefinition"]) == {"Ref"}
        if "LoadBalancers" in service:
            assert service["HealthCheckGracePeriodSeconds"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_no_task_is_without_logs_a_size_and_the_right_to_start(name: str) -> None:
    found = resources(name)
    for definition in of_type(name, "AWS::ECS::TaskDefinition").values():
        assert int(definition["Memory"]) in SIZES[int(definition["Cpu"])]
        role = definition["ExecutionRoleArn"]["Fn::GetAtt"][0]
        secrets = set()
        for container in definition["ContainerDefinitions"]:
            options = container["LogConfiguration"]["Options"]
            group = found[options["awslogs-group"]["Ref"]]["Properties"]
            assert group["RetentionInDays"] == 30
            assert options["mode"] == "non-blocking"
            for secret in container.get("Secrets", []):
                secrets.add(re.findall(r"\$\{(\w+)\}", secret["ValueFrom"]["Fn::Sub"])[0])
        allowed = {
            item["Ref"]
            for policy in found[role]["Properties"].get("Policies", [])
            for item in policy["PolicyDocument"]["Statement"][0]["Resource"]
        }
        assert allowed == secrets
        assert any(c["Essential"] for c in definition["ContainerDefinitions"])


@pytest.mark.parametrize("name", NAMES)
def test_what_tasks_wait_for_and_mount_exists(name: str) -> None:
    for definition in of_type(name, "AWS::ECS::TaskDefinition").values():
        names = [c["Name"] for c in definition["ContainerDefinitions"]]
        volumes = {v["Name"] for v in definition.get("Volumes", [])}
        ports = [
            p["Name"] for c in definition["ContainerDefinitions"] for p in c.get("PortMappings", [])
        ]
        assert len(set(names)) == len(names)
        assert len(set(ports)) == len(ports)
        for container in definition["ContainerDefinitions"]:
            assert {d["ContainerName"] for d in container.get("DependsOn", [])} <= set(names)
            assert {m["SourceVolume"] for m in container.get("MountPoints", [])} <= volumes
            assert 2 <= container.get("StopTimeout", 30) <= 120


def test_the_health_path_is_the_probe_s() -> None:
    (group,) = of_type(
        "01-aks-store-quickstart.yaml", "AWS::ElasticLoadBalancingV2::TargetGroup"
    ).values()

    assert group["HealthCheckPath"] == "/health"
    assert group["Matcher"] == {"HttpCode": "200-399"}
    assert group["TargetType"] == "ip"


def test_the_two_silent_changes_come_first() -> None:
    notices = migrated("full-kubernetes.yaml", "ecs").converted.notices
    page = migrated("full-kubernetes.yaml", "ecs").files["README.md"]

    assert {"readiness-kills", "scaling-percentage"} <= {n.id for n in notices}
    heads = [line for line in page.splitlines() if line.startswith("## ")]
    assert heads[0] == "## Behaves differently without a word"


def test_a_scaling_percentage_is_that_of_the_task() -> None:
    (policy,) = of_type(
        "full-kubernetes.yaml", "AWS::ApplicationAutoScaling::ScalingPolicy"
    ).values()

    # 70 % of a request of 0.5 vCPU in a task of 2 vCPU
    found = policy["TargetTrackingScalingPolicyConfiguration"]
    assert found["TargetValue"] == 17.5


def test_an_internal_load_balancer_stays_internal() -> None:
    found = of_type("full-kubernetes.yaml", "AWS::ElasticLoadBalancingV2::LoadBalancer")

    assert found["CartInternalNlb" if "CartInternalNlb" in found else "CartInternalAlb"][
        "Scheme"
    ] == "internal"  # fmt: skip


def test_no_secret_value_is_written_anywhere() -> None:
    values = ("hunter2", "cG9zdGdyZXM", "plain-token-value", "aHVudGVyMi")
    for name in ("full-kubernetes.yaml", "aci-secrets.yaml", "container-app.yaml"):
        for to in ("ecs", "eks"):
            for file, text in migrated(name, to).files.items():
                assert not [v for v in values if v in text], (name, to, file)


def test_a_command_of_kubernetes_is_the_entry_point() -> None:
    found = of_type("full-kubernetes.yaml", "AWS::ECS::TaskDefinition")["CartTaskDefinition"]
    by_name = {c["Name"]: c for c in found["ContainerDefinitions"]}

    assert by_name["migrate"]["EntryPoint"] == ["/bin/migrate"]
    assert by_name["cart"]["Command"] == ["--port", "8080"]
    assert "EntryPoint" not in by_name["cart"]
    assert by_name["cart"]["DependsOn"][0] == {"ContainerName": "migrate", "Condition": "SUCCESS"}


def test_a_prefix_matches_itself_and_below_and_long_paths_come_first() -> None:
    rules = of_type("full-kubernetes.yaml", "AWS::ElasticLoadBalancingV2::ListenerRule")
    first = min(rules.values(), key=lambda rule: rule["Priority"])

    assert first["Conditions"][1]["PathPatternConfig"]["Values"] == ["/cart", "/cart/*"]


def test_services_start_after_those_they_call() -> None:
    found = resources("01-aks-store-quickstart.yaml")

    assert "RabbitmqService" in found["OrderServiceService"]["DependsOn"]


@pytest.mark.parametrize(
    ("cron", "expression"),
    [
        ("0 2 * * 1", "cron(0 2 ? * 2 *)"),
        ("0 2 * * 1-5", "cron(0 2 ? * 2-6 *)"),
        ("*/5 * * * *", "cron(*/5 * * * ? *)"),
        ("0 0 1 * *", "cron(0 0 1 * ? *)"),
        ("@daily", "cron(0 0 * * ? *)"),
        ("0 0 * * sun", "cron(0 0 ? * 1 *)"),
        ("0 0 1 * 1", None),
        ("nonsense", None),
    ],
)
def test_cron_lines_in_the_scheduler_s_words(cron: str, expression: str | None) -> None:
    assert schedule_expression(cron) == expression


def test_http_probes_run_inside_containers_only_when_the_image_can() -> None:
    name = "01-aks-store-quickstart.yaml"
    plain = to_ecs(estate(name), EcsOptions())
    curl = to_ecs(estate(name), EcsOptions(image_has="curl"))

    def checks(found: Any) -> int:
        return str(found.stack.document()).count("'HealthCheck':")

    assert (checks(plain), checks(curl)) == (0, 3)


@pytest.mark.slow
def test_two_thousand_objects_take_at_most_five_seconds(tmp_path: Path) -> None:
    one = (Path(__file__).parent / "inputs/public/10-microservices-demo-release.yaml").read_text()
    path = tmp_path / "many.yaml"
    path.write_text(
        "\n---\n".join(
            re.sub(r"(?m)^(metadata:\n  name: )(\S+)", rf"\1\2\n  namespace: n{number}", one)
            for number in range(58)
        )
    )
    import time  # noqa: PLC0415

    started = time.process_time()
    found = read_text(tmp_path, path.read_text(), "many.yaml")
    migrate(MigrateOptions((), "ecs", "out"), found)
    seconds = time.process_time() - started

    assert len(found.documents) == 2030
    assert seconds < 5
