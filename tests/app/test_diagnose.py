"""The loop judges, reads what is lacking, and stops in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.sources.fake import FakeAws, denied, error, source_of
from tests.sources.payloads import ECS, definition, healthy, paged, service, task, task_arn

from kiriwake.app.diagnose import Progress, diagnose
from kiriwake.core.errors import TargetNotFound
from kiriwake.core.observed import Why
from kiriwake.core.target import parse
from kiriwake.diagnose.diagnosis import Depth, Status
from kiriwake.report.report import Report


def region(services: int, ill: tuple[int, ...] = ()) -> dict[str, Any]:
    """A region of one cluster with many services of two tasks each."""

    def named(name: str) -> dict[str, Any]:
        sick: dict[str, Any] = {"runningCount": 0} if int(name[1:]) in ill else {}
        arn = f"{ECS}:task-definition/{name}:1"
        seen = service(name, taskDefinition=arn, loadBalancers=[], **sick)
        seen["deployments"][0]["taskDefinition"] = arn
        return seen

    def listed(asked: Mapping[str, Any]) -> dict[str, Any]:
        arns = [f"{ECS}:service/shop/s{n:05}" for n in range(services)]
        return paged(arns, asked, "serviceArns")

    def revisions(asked: Mapping[str, Any]) -> dict[str, Any]:
        arns = [f"{ECS}:task-definition/s{n:05}:1" for n in range(services)]
        if family := asked.get("familyPrefix"):
            arns = [arn for arn in arns if f"/{family}:" in arn]
        return paged(arns, asked, "taskDefinitionArns")

    def described(asked: Mapping[str, Any]) -> dict[str, Any]:
        arn = asked["taskDefinition"]
        family = arn.rsplit("/", 1)[-1].split(":")[0]
        return {"taskDefinition": definition(taskDefinitionArn=arn, family=family, revision=1)}

    return {
        "ecs:ListClusters": {"clusterArns": [f"{ECS}:cluster/shop"]},
        "ecs:ListServices": listed,
        "ecs:DescribeServices": lambda asked: {
            "services": [named(name) for name in asked["services"]],
            "failures": [],
        },
        "ecs:ListTasks": {"taskArns": []},
        "ecs:ListTaskDefinitions": revisions,
        "ecs:DescribeTaskDefinition": described,
    }


def only(report: Report) -> Any:
    (diagnosis,) = report.diagnoses
    return diagnosis


@pytest.mark.parametrize("tasks", [1, 2, 100])
def test_a_healthy_service_costs_nine_requests_at_most(tasks: int) -> None:
    aws = FakeAws(healthy(tasks))

    report = diagnose(source_of(aws), parse("shop/web"))

    assert only(report).status in {Status.CLEAR, Status.WARNINGS}
    assert len(aws.calls) <= 9
    assert sum(request.times for request in report.requests) == len(aws.calls)


def test_a_service_short_of_tasks_costs_thirty_requests_at_most() -> None:
    answers = healthy(3, stopped=30)
    answers["ecs:DescribeServices"] = {
        "services": [service(desiredCount=9, runningCount=3)],
        "failures": [],
    }
    aws = FakeAws(answers)

    report = diagnose(source_of(aws), parse("shop/web"))

    assert only(report).symptoms
    assert only(report).status is not Status.CLEAR
    assert len(aws.calls) <= 30


def test_a_denied_symptom_is_inconclusive_and_never_clear() -> None:
    answers = {**healthy(), "ecs:ListTasks": denied("ecs:ListTasks")}

    diagnosis = only(diagnose(source_of(answers), parse("shop/web")))

    assert diagnosis.status is Status.INCONCLUSIVE
    whys = {missing.why for _, several in diagnosis.blind for missing in several}
    assert whys == {Why.DENIED}


@pytest.mark.parametrize(
    "failure",
    [
        error("ThrottlingException", "Rate exceeded"),
        error("ServerException", status=500),
        denied("ecs:DescribeServices"),
    ],
)
def test_a_service_that_cannot_be_read_is_inconclusive(failure: Exception) -> None:
    answers = {**healthy(), "ecs:DescribeServices": failure}

    diagnosis = only(diagnose(source_of(answers), parse("shop/web")))

    assert diagnosis.status is Status.INCONCLUSIVE


def test_everything_denied_asks_no_question_twice() -> None:
    aws = FakeAws({})

    diagnosis = only(diagnose(source_of(aws), parse("shop/web")))

    assert diagnosis.status is Status.INCONCLUSIVE
    asked = [repr(call) for call in aws.calls]
    assert len(asked) == len(set(asked))


def test_quick_stops_when_the_symptoms_are_known() -> None:
    answers = healthy(2, stopped=3)
    answers["ecs:DescribeServices"] = {
        "services": [service(desiredCount=9, runningCount=2)],
        "failures": [],
    }
    slow, fast = FakeAws(answers), FakeAws(answers)

    full = only(diagnose(source_of(slow), parse("shop/web")))
    quick = only(diagnose(source_of(fast), parse("shop/web"), quick=True))

    assert [s.id for s in quick.symptoms] == [s.id for s in full.symptoms]
    assert len(fast.calls) <= len(slow.calls)
    assert not {"iam:GetRole", "ec2:DescribeSubnets"} & set(fast.names())


def test_a_sweep_costs_less_than_half_a_request_per_service() -> None:
    aws = FakeAws(region(200))

    report = diagnose(source_of(aws))

    assert len(report.diagnoses) == 200
    assert {d.status for d in report.diagnoses} <= {Status.CLEAR, Status.WARNINGS}
    assert {d.depth for d in report.diagnoses} == {Depth.SWEEP}
    assert len(aws.calls) < 100


def test_a_sweep_looks_closer_at_what_is_ill_and_only_there() -> None:
    aws = FakeAws(region(200, ill=(7, 11)))

    report = diagnose(source_of(aws))

    full = [str(d.target) for d in report.diagnoses if d.depth is Depth.FULL]
    assert full == ["ecs:shop/s00007", "ecs:shop/s00011"]
    tasks = {asked["serviceName"] for name, asked in aws.calls if name == "ecs:ListTasks"}
    assert tasks == {"s00007", "s00011"}


def test_services_of_a_cluster_are_judged_though_the_region_has_many_revisions() -> None:
    answers = region(10)
    others = [f"{ECS}:task-definition/a{n:04}:1" for n in range(900)]

    def revisions(asked: Mapping[str, Any]) -> dict[str, Any]:
        if family := asked.get("familyPrefix"):
            return {"taskDefinitionArns": [f"{ECS}:task-definition/{family}:1"]}
        return paged(others, asked, "taskDefinitionArns")

    answers["ecs:ListTaskDefinitions"] = revisions

    report = diagnose(source_of(answers), parse("shop"))

    assert {d.status for d in report.diagnoses} <= {Status.CLEAR, Status.WARNINGS}


def test_a_sweep_tells_targets_in_the_order_of_their_names() -> None:
    report = diagnose(source_of(region(30, ill=(3,))))

    names = [str(d.target) for d in report.diagnoses]
    assert names == sorted(names)


def test_a_big_cluster_is_swept_and_a_small_one_read_in_full() -> None:
    big = diagnose(source_of(region(50)), parse("shop"))
    small = diagnose(source_of(region(5)), parse("shop"))

    assert {d.depth for d in big.diagnoses} == {Depth.SWEEP}
    assert {d.depth for d in small.diagnoses} == {Depth.FULL}


def test_a_cluster_without_services_is_clear_and_says_so() -> None:
    answers: dict[str, Any] = {
        "ecs:ListServices": {"serviceArns": []},
        "ecs:DescribeClusters": {
            "clusters": [{"clusterName": "shop", "status": "ACTIVE"}],
            "failures": [],
        },
    }

    diagnosis = only(diagnose(source_of(answers), parse("shop")))

    assert diagnosis.status is Status.CLEAR
    assert "no services" in diagnosis.not_checked[0].why.en


def test_a_cluster_whose_services_may_not_be_listed_is_inconclusive() -> None:
    def listed(asked: Mapping[str, Any]) -> dict[str, Any] | Exception:
        closed = asked["cluster"] == "closed"
        return denied("ecs:ListServices") if closed else {"serviceArns": []}

    answers: dict[str, Any] = {
        "ecs:ListClusters": {
            "clusterArns": [f"{ECS}:cluster/closed", f"{ECS}:cluster/empty"],
        },
        "ecs:ListServices": listed,
    }

    closed, empty = diagnose(source_of(answers)).diagnoses

    assert (closed.status, empty.status) == (Status.INCONCLUSIVE, Status.CLEAR)


def test_an_empty_region_is_told_with_where_clusters_were_seen() -> None:
    def elsewhere(name: str) -> FakeAws:
        arns = [f"{ECS}:cluster/x"] if name == "us-east-1" else []
        return FakeAws({"ecs:ListClusters": {"clusterArns": arns}})

    source = source_of(
        {"ecs:ListClusters": {"clusterArns": []}},
        elsewhere=elsewhere,
        regions=("us-west-2", "us-east-1"),
    )

    report = diagnose(source)

    assert report.diagnoses == ()
    assert sum(request.times for request in report.requests) == 4
    assert [r.en for r in report.remarks] == [
        "no ECS cluster in eu-west-1 of account 111122223333",
        "clusters were seen in us-east-1",
    ]


def test_a_target_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TargetNotFound):
        diagnose(source_of(healthy()), parse("shop/nope"))


def test_time_that_runs_out_leaves_an_inconclusive_target_and_a_remark() -> None:
    ticks = iter(range(0, 10_000, 100))

    report = diagnose(
        source_of(healthy()), parse("shop/web"), timeout=1, timer=lambda: float(next(ticks))
    )

    assert only(report).status is Status.INCONCLUSIVE
    assert "time ran out" in report.remarks[0].en


def test_a_small_budget_leaves_questions_open_and_says_which() -> None:
    diagnosis = only(diagnose(source_of(healthy()), parse("shop/web"), budget=2))

    assert diagnosis.status is Status.INCONCLUSIVE
    assert diagnosis.wanted


def test_progress_is_told_as_it_is_made() -> None:
    told: list[Progress] = []

    diagnose(source_of(region(30)), progress=told.append)

    assert told[-1].targets == told[-1].decided == 30 or told[-1].decided == 0
    assert told[-1].requests > 0


def test_tasks_that_vanish_while_they_are_read_are_no_fault() -> None:
    answers = healthy(2)
    answers["ecs:DescribeTasks"] = {
        "tasks": [task(1)],
        "failures": [{"arn": task_arn(2), "reason": "MISSING"}],
    }

    diagnosis = only(diagnose(source_of(answers), parse("shop/web")))

    assert diagnosis.status is not Status.CAUSE_FOUND
