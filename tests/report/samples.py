"""Reports built by hand, shaped like the field report's scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from kiriwake.causes.cause import Cause, Level
from kiriwake.core.observed import Call, Missing, Why
from kiriwake.core.plan import ApiCall, Expectation, Plan, Risk, Slot
from kiriwake.core.symptom import Symptom, SymptomId
from kiriwake.core.target import parse
from kiriwake.core.text import Text, verbatim
from kiriwake.core.verdict import Fact, Verdict
from kiriwake.diagnose.diagnosis import (
    Depth,
    Diagnosis,
    Excluded,
    Finding,
    NotChecked,
    Open,
    Status,
)
from kiriwake.evidence.snapshot import Snapshot
from kiriwake.report.report import Report
from kiriwake.sources.source import Identity, Request

AT = datetime(2026, 1, 20, 6, 52, 10, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))
PRINCIPAL = "arn:aws:sts::123456789012:assumed-role/oncall/me"
TARGET_GROUP = (
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/my-tg/0123456789abcdef"
)
SERVICE = Call("ecs:DescribeServices", "my-cluster/my-service")
HEALTH = Call("elasticloadbalancing:DescribeTargetHealth", TARGET_GROUP)
GROUP = Call("elasticloadbalancing:DescribeTargetGroups", TARGET_GROUP)
SUBNET = Call("ec2:DescribeSubnets", "subnet-abc123")
STOPPED = Call("ecs:DescribeTasks", "my-cluster/my-service", "STOPPED")
REVISIONS = Call("ecs:ListTaskDefinitions", "my-app")
LOGS = Call("logs:FilterLogEvents", "/ecs/my-app")


def undecided(snapshot: Snapshot) -> Verdict:
    raise AssertionError("a sample is never decided")


def cause(en: str, ja: str, *explains: SymptomId, level: Level = Level.CAUSE) -> Cause:
    return Cause(
        title=Text(en=en, ja=ja),
        meaning=Text(
            en="ECS stops an old task only once a new one is healthy.",
            ja="ECS は新しいタスクが healthy になってから古いタスクを止める。",
        ),
        contrast=Text(
            en=(
                "On AKS the readinessProbe is part of the Deployment and changes with it; here"
                " the path belongs to the target group, and stays behind."
            ),
            ja=(
                "AKS の readinessProbe は Deployment と一緒に更新されるが、ここではパスが"
                "ターゲットグループ側にあり、更新されずに残る。"
            ),
        ),
        level=level,
        explains=frozenset(explains),
        needs=(),
        decide=undecided,
    )


def fact(en: str, ja: str, call: Call, *, direct: bool = False, **quoted: str) -> Fact:
    return Fact(Text(en=en, ja=ja), call, AT, direct, **quoted)


def update(**changes: object) -> ApiCall:
    return ApiCall(
        "ecs:UpdateService", {"cluster": "my-cluster", "service": "my-service", **changes}
    )


def excluded(id_: str, en: str, ja: str, call: Call, *explains: SymptomId) -> Excluded:
    return Excluded(id_, cause(id_, id_, *explains), (fact(en, ja, call),))


PATH = Slot("path", Text(en="a path that the new tasks answer", ja="新タスクが応答するパス"), "/")
HEALTHY = Expectation(
    Text(en="every target is healthy", ja="すべてのターゲットが healthy になる"),
    frozenset({SymptomId.TARGETS_UNHEALTHY}),
)
POINT = Plan(
    id="point-check-at-served-path",
    title=Text(
        en='point the check of my-tg at a served path instead of "/health"',
        ja="my-tg のヘルスチェックを「/health」から応答のあるパスに変える",
    ),
    risk=Risk.ASK,
    apply=(
        ApiCall(
            "elasticloadbalancing:ModifyTargetGroup",
            {"TargetGroupArn": TARGET_GROUP, "HealthCheckPath": PATH},
        ),
    ),
    verify=(HEALTHY,),
    undo=(
        ApiCall(
            "elasticloadbalancing:ModifyTargetGroup",
            {"TargetGroupArn": TARGET_GROUP, "HealthCheckPath": "/health"},
        ),
    ),
    slots=(PATH,),
)
ROLLBACK = Plan(
    id="rollback",
    title=Text(en="go back to my-app:3", ja="my-app:3 に戻す"),
    risk=Risk.ASK,
    apply=(update(taskDefinition="my-app:3"),),
    verify=(HEALTHY,),
    undo=(update(taskDefinition="my-app:4"),),
)
BREAKER = Finding(
    "ecs/circuit-breaker-off",
    cause(
        "nothing ends a failing deployment by itself",
        "失敗したデプロイを自動で止めるものがない",
        level=Level.WARNING,
    ),
    (Fact(verbatim("deploymentCircuitBreaker { enable: false, rollback: false }"), SERVICE, AT),),
    frozenset(),
    root=False,
)
UNHEALTHY = Symptom(
    SymptomId.TARGETS_UNHEALTHY,
    (fact("5 of 10 targets: unhealthy", "10 個中 5 個が unhealthy", HEALTH),),
)
STALLED = Symptom(
    SymptomId.DEPLOYMENT_STALLED,
    (fact("0 of 5 new tasks are healthy", "新タスク 5 個中 healthy は 0", SERVICE),),
)
RULED_OUT = (
    excluded(
        "ecs/image-pull-denied",
        "all 5 new tasks pulled and run",
        "新しい 5 タスクは pull 済みで稼働中",
        SERVICE,
        SymptomId.DEPLOYMENT_STALLED,
    ),
    excluded(
        "ecs/subnet-ip-exhausted",
        "203 of 251 addresses are free",
        "空き IP は 251 個中 203 個",
        SUBNET,
        SymptomId.DEPLOYMENT_STALLED,
    ),
    excluded(
        "net/load-balancer-blocked",
        "a 404 is an answer: it got through",
        "404 が返る = 通信は届いている",
        HEALTH,
        SymptomId.TARGETS_UNHEALTHY,
    ),
    excluded("logs/group-missing", "it is there", "存在する", SERVICE, SymptomId.LOGS_MISSING),
)
DENIED = Open(
    "app/errors-in-log",
    cause("the log tells of errors", "ログにエラーがある", SymptomId.TASKS_CRASH),
    (Missing(LOGS, Why.DENIED, "AccessDeniedException"),),
)


def report(*diagnoses: Diagnosis, requests: Sequence[Call] = (), seconds: float = 2.1) -> Report:
    asked = [Call("sts:GetCallerIdentity", ""), *requests]
    return Report(
        taken_at=AT,
        identity=Identity("123456789012", PRINCIPAL, "us-east-1"),
        seconds=seconds,
        diagnoses=diagnoses,
        requests=tuple(Request(call, 1, 40 + n) for n, call in enumerate(asked)),
    )


def scenario_d() -> Report:
    """New tasks answer the health check with 404, and five old ones stay."""
    root = Finding(
        "ecs/health-check-path-not-served",
        cause(
            "new tasks fail the health check: its path is not served",
            "ヘルスチェックのパスにアプリが応答せず、タスクが healthy にならない",
            SymptomId.TARGETS_UNHEALTHY,
            SymptomId.DEPLOYMENT_STALLED,
        ),
        (
            fact(
                "none has passed",
                "1 つも通っていない",
                SERVICE,
                quote=(
                    "deployment  revision  running  healthy\n"
                    "ACTIVE      my-app:3        5        5\n"
                    "PRIMARY     my-app:4        5        0"
                ),
                mark="0",
            ),
            fact(
                "5 of the 5 tasks on my-app:4 answer 404",
                "my-app:4 の 5 タスク中 5 つが 404 を返す",
                HEALTH,
                direct=True,
                quote='HealthCheckPath "/health", every 30 s, 3 passes, expects 200',
                mark='"/health"',
            ),
        ),
        frozenset({SymptomId.TARGETS_UNHEALTHY, SymptomId.DEPLOYMENT_STALLED}),
        root=True,
        plans=(POINT, ROLLBACK),
    )
    return report(
        Diagnosis(
            target=parse("my-cluster/my-service"),
            taken_at=AT,
            status=Status.CAUSE_FOUND,
            symptoms=(UNHEALTHY, STALLED),
            findings=(root, BREAKER),
            chain=(root.id,),
            ruled_out=RULED_OUT,
            unknown=(DENIED,),
        ),
        requests=(SERVICE, HEALTH, GROUP, SUBNET, LOGS),
    )


def scenario_a() -> Report:
    """A subnet is full; a rollout that cannot progress follows from it."""
    missing = Symptom(
        SymptomId.TASKS_MISSING,
        (fact("46 of 50 desired tasks run", "desired 50 に対して running は 46", SERVICE),),
    )
    root = Finding(
        "ecs/subnet-ip-exhausted",
        cause(
            "a subnet has no free address left for new tasks",
            "新しいタスクに割り当てる IP がサブネットに残っていない",
            SymptomId.TASKS_MISSING,
        ),
        (
            fact(
                "46 of 50 desired tasks are running",
                "desired 50 に対して running は 46",
                SERVICE,
            ),
            fact(
                "4 tasks were stopped with InsufficientFreeAddressesInSubnet",
                "4 個のタスクが InsufficientFreeAddressesInSubnet で停止した",
                STOPPED,
                direct=True,
                mark="InsufficientFreeAddressesInSubnet",
            ),
            fact(
                "subnet-abc123 (10.0.1.0/24) has 0 of 251 free",
                "subnet-abc123 (10.0.1.0/24) の空きは 251 個中 0 個",
                SUBNET,
            ),
        ),
        frozenset({SymptomId.TASKS_MISSING}),
        root=True,
        plans=(
            Plan(
                id="move-to-roomy-subnets",
                title=Text(
                    en="run the service in subnet-new123, subnet-new456",
                    ja="サービスを subnet-new123, subnet-new456 で動かす",
                ),
                risk=Risk.ASK,
                apply=(
                    update(
                        networkConfiguration={
                            "awsvpcConfiguration": {
                                "subnets": ["subnet-new123", "subnet-new456"],
                                "securityGroups": ["sg-abc123"],
                                "assignPublicIp": "ENABLED",
                            }
                        }
                    ),
                ),
                verify=(Expectation(Text(en="every task runs", ja="全タスクが動く")),),
                undo=(update(networkConfiguration={}),),
            ),
        ),
        plans_lack=(Missing(Call("ec2:DescribeSubnets", "vpc-1", "vpc"), Why.DENIED),),
    )
    mechanism = Finding(
        "ecs/rollout-cannot-progress",
        cause(
            "the rollout has no room to start a new task",
            "新しいタスクを起動する余地がなく、ロールアウトが進まない",
            SymptomId.DEPLOYMENT_STALLED,
        ),
        (
            fact(
                "maximumPercent 100 of 50 allows 0 more",
                "maximumPercent 100 のため追加できるタスクは 0",
                SERVICE,
            ),
        ),
        frozenset({SymptomId.DEPLOYMENT_STALLED}),
        root=False,
    )
    return report(
        Diagnosis(
            target=parse("ecs:my-cluster/my-service"),
            taken_at=AT,
            status=Status.CAUSE_FOUND,
            symptoms=(missing, STALLED),
            unexplained=(SymptomId.LOGS_MISSING,),
            findings=(root, mechanism),
            chain=(root.id, mechanism.id),
            ruled_out=RULED_OUT[:1],
            not_checked=(
                NotChecked(
                    Text(en="the deployment itself", ja="デプロイそのもの"),
                    Text(en="its controller is EXTERNAL", ja="コントローラーが EXTERNAL"),
                ),
            ),
        ),
        requests=(SERVICE, STOPPED, SUBNET),
    )


def scenario_b() -> Report:
    """The newest revision was never deployed; the plan is one the user must decide about."""
    root = Finding(
        "ecs/revision-not-deployed",
        cause(
            "the newest revision was registered and never deployed",
            "最新リビジョンが登録されただけでデプロイされていない",
            SymptomId.OLD_REVISION_RUNS,
        ),
        (
            fact(
                "it runs my-app:3; the newest ACTIVE one is my-app:4",
                "稼働中は my-app:3、最新の ACTIVE は my-app:4",
                REVISIONS,
            ),
        ),
        frozenset({SymptomId.OLD_REVISION_RUNS}),
        root=True,
        plans=(
            Plan(
                id="deploy-newest",
                title=Text(en="deploy my-app:4", ja="my-app:4 をデプロイする"),
                risk=Risk.SHOW,
                apply=(update(taskDefinition="my-app:4"),),
                commands=("docker push 123456789012.dkr.ecr.us-east-1.amazonaws.com/my-app:v4",),
            ),
        ),
    )
    behind = Symptom(
        SymptomId.OLD_REVISION_RUNS,
        (fact("my-app:3 runs, my-app:4 is newer", "my-app:3 が稼働中", REVISIONS),),
    )
    return report(
        Diagnosis(
            target=parse("my-cluster/my-service"),
            taken_at=AT,
            status=Status.CAUSE_FOUND,
            symptoms=(behind,),
            findings=(root,),
            chain=(root.id,),
            ruled_out=RULED_OUT,
        ),
        requests=(SERVICE, REVISIONS),
    )


def inconclusive() -> Report:
    """Half of what is needed was denied."""
    tasks = Call("ecs:ListTasks", "my-cluster/my-service", "STOPPED")
    return report(
        Diagnosis(
            target=parse("my-cluster/my-service"),
            taken_at=AT,
            status=Status.INCONCLUSIVE,
            symptoms=(STALLED,),
            blind=((SymptomId.TASKS_CRASH, (Missing(tasks, Why.DENIED),)),),
            unexplained=(SymptomId.DEPLOYMENT_STALLED,),
            unknown=(
                DENIED,
                Open("ecs/app-exits", cause("x", "x"), (), crash="KeyError: 'a'"),
                Open("ecs/out-of-memory", cause("x", "x"), (Missing(tasks, Why.DENIED),)),
            ),
        ),
        requests=(SERVICE, tasks),
    )


def clear() -> Report:
    """Nothing is wrong."""
    return report(
        Diagnosis(
            target=parse("my-cluster/my-service"),
            taken_at=AT,
            status=Status.CLEAR,
            ruled_out=tuple(replace(e, no_symptom=True) for e in RULED_OUT),
        ),
        requests=(SERVICE,),
    )


def region() -> Report:
    """A sweep: one target with a cause, one with a warning, the rest clear."""
    (bad,) = scenario_d().diagnoses
    (good,) = clear().diagnoses
    warned = replace(
        good, target=parse("my-cluster/api"), status=Status.WARNINGS, findings=(BREAKER,)
    )
    return report(
        bad,
        warned,
        *(replace(good, target=parse(f"shop/s{n:03}"), depth=Depth.SWEEP) for n in range(30)),
        requests=(SERVICE, HEALTH, GROUP, SUBNET, LOGS),
    )


def hostile() -> Report:
    """Names and events that would act on a terminal, a page or a CI runner."""
    words = (
        "\x1b[31mred\x1b]0;owned\x07 \u202eevil\u202c\n::error::x ##[add-path]/tmp"
        " <script>alert(1)</script> [x](javascript:alert(1)) @octocat #1 https://evil.example"
        " `code` | cell | =cmd()|' \x9b31m \ud800"
    )
    root = Finding(
        "ecs/app-exits",
        cause("the application exits", "アプリケーションが終了する", SymptomId.TASKS_CRASH),
        (Fact(verbatim(words), SERVICE, AT, direct=True, quote=words, mark="red"),),
        frozenset({SymptomId.TASKS_CRASH}),
        root=True,
    )
    target = replace(parse("my-cluster/my-service"), name="svc\x1b[2J<b>\n::warning::y")
    return report(
        Diagnosis(
            target=target,
            taken_at=AT,
            status=Status.CAUSE_FOUND,
            symptoms=(Symptom(SymptomId.TASKS_CRASH, root.because),),
            findings=(root,),
            chain=(root.id,),
            ruled_out=(excluded("ecr/image-tag-missing", words, words, SERVICE),),
            unknown=(
                Open("ecs/x", cause("x", "x"), (Missing(Call("a:B", words), Why.DENIED, words),)),
            ),
            not_checked=(NotChecked(verbatim(words), verbatim(words)),),
        )
    )


SAMPLES = {
    "scenario-d": scenario_d,
    "scenario-a": scenario_a,
    "scenario-b": scenario_b,
    "inconclusive": inconclusive,
    "clear": clear,
    "region": region,
    "hostile": hostile,
}
