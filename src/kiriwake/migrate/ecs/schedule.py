"""Schedules that run a task, and cron lines as EventBridge Scheduler writes them."""

from __future__ import annotations

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import Workload
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.stack import Json, get, ref

_DAYS = {"sun": 1, "mon": 2, "tue": 3, "wed": 4, "thu": 5, "fri": 6, "sat": 7}
_FIELDS = 5


def add_schedule(setting: Setting, workload: Workload, subnets: Json) -> None:
    """A schedule that runs the task."""
    prefix = setting.id_of(workload)
    definition = f"{prefix}TaskDefinition"
    expression = schedule_expression(workload.schedule)
    where = traced(workload.trace, "schedule", "timezone", "suspended")
    setting.ledger.claim(where, Fate.ADAPTED, f"{prefix}Schedule", reasons.SCHEDULE)
    if expression is None:
        setting.note(
            "cron-not-understood",
            Weight.DECIDE,
            Text(
                en=f'the schedule "{workload.schedule}" of {workload.name} has no AWS form',
                ja=f"{workload.name} のスケジュール「{workload.schedule}」は手作業で書く必要がある",
            ),
            workload.place,
        )
        return
    role = f"{prefix}ScheduleRole"
    passed: list[Json] = [
        get(name, "Arn")
        for name in (f"{prefix}ExecutionRole", "ExecutionRole", f"{prefix}TaskRole")
        if name in setting.stack.resources
    ]
    setting.stack.add(
        role,
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "scheduler.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "Policies": [
                {
                    "PolicyName": "run-the-task",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": "ecs:RunTask",
                                "Resource": ref(definition),
                            },
                            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": passed},
                        ],
                    },
                }
            ],
        },
    )
    setting.stack.add(
        f"{prefix}Schedule",
        "AWS::Scheduler::Schedule",
        {
            "ScheduleExpression": expression,
            "ScheduleExpressionTimezone": workload.timezone or "UTC",
            "State": "DISABLED" if workload.suspended else "ENABLED",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": get("Cluster", "Arn"),
                "RoleArn": get(role, "Arn"),
                "EcsParameters": {
                    "TaskDefinitionArn": ref(definition),
                    "TaskCount": max(1, workload.replicas),
                    "LaunchType": "FARGATE",
                    "NetworkConfiguration": {
                        "AwsvpcConfiguration": {
                            "AssignPublicIp": "DISABLED",
                            "SecurityGroups": [get("TasksSecurityGroup", "GroupId")],
                            "Subnets": subnets,
                        }
                    },
                },
            },
        },
    )


def schedule_expression(cron: str) -> str | None:
    """A five-field cron line as EventBridge Scheduler writes it, or None if it cannot say it."""
    shortcuts = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
                 "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
                 "@annually": "0 0 1 1 *"}  # fmt: skip
    fields = shortcuts.get(cron.strip(), cron).split()
    if len(fields) != _FIELDS:
        return None
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        return None  # Kubernetes runs on either, AWS takes only one of the two
    if weekday == "*":
        return f"cron({minute} {hour} {day} {month} ? *)"
    shifted = _weekdays(weekday)
    return None if shifted is None else f"cron({minute} {hour} ? {month} {shifted} *)"


def _weekdays(field: str) -> str | None:
    parts = []
    for part in field.split(","):
        span, slash, every = part.partition("/")
        if slash and span == "*":
            return None
        days = [_weekday(end) for end in span.split("-")]
        if any(day is None for day in days):
            return None
        parts.append("-".join(str(day) for day in days) + (f"/{every}" if slash else ""))
    return ",".join(parts)


def _weekday(written: str) -> int | None:
    if written.isdigit():
        return int(written) % 7 + 1
    return _DAYS.get(written.lower())
