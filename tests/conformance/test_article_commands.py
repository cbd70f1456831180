"""The unmodified aws CLI runs the field report's commands against the lab."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.conformance import article
from tests.conformance.article import Command

from kiriwake.lab.server import Lab
from kiriwake.lab.stories.book import story
from kiriwake.lab.stories.stage import Stage

ROOT = Path(__file__).parents[2]
AWS = ROOT / ".venv-clients" / "bin" / "aws"
TABLE = ROOT / "docs" / "article-commands.md"

pytestmark = pytest.mark.conformance


class Shell:
    """Runs commands as `kiriwake lab shell` would have them run."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.stage = Stage(lab)
        self.env = {**os.environ, **lab.environment()}
        # Version 1 of the CLI has `logs tail` as a plugin, which its configuration names.
        with Path(self.env["AWS_CONFIG_FILE"]).open("a", encoding="utf-8") as config:
            config.write("\n[plugins]\nlogs_tail = awscli_plugin_logs_tail\n")

    def run(self, line: str, names: Mapping[str, str]) -> tuple[int, str, str]:
        words = [word.format(**names) for word in line.split(" ") if word]
        done = subprocess.run(  # noqa: S603 - the commands of the report
            [str(AWS), *words[1:]], env=self.env, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    def _newest_first(self, arns: Sequence[str]) -> list[str]:
        if not arns:
            return []
        told = self.stage.aws("ecs").describe_tasks(cluster="my-cluster", tasks=list(arns))
        tasks = sorted(told["tasks"], key=lambda t: t["createdAt"], reverse=True)
        return [task["taskArn"] for task in tasks]

    def names(self) -> dict[str, str]:
        ecs, ec2, elb = self.stage.aws("ecs"), self.stage.aws("ec2"), self.stage.aws("elbv2")
        where = {"cluster": "my-cluster", "serviceName": "my-service"}
        running = ecs.list_tasks(**where)["taskArns"]
        stopped = self._newest_first(ecs.list_tasks(**where, desiredStatus="STOPPED")["taskArns"])
        service = ecs.describe_services(cluster="my-cluster", services=["my-service"])
        awsvpc = service["services"][0]["networkConfiguration"]["awsvpcConfiguration"]
        subnets = {s["SubnetId"]: s for s in ec2.describe_subnets()["Subnets"]}
        vpc = subnets[awsvpc["subnets"][0]]["VpcId"]
        roomy = [
            id_
            for id_, s in subnets.items()
            if s["VpcId"] == vpc and s["CidrBlock"] == "10.0.16.0/20"
        ]
        groups = elb.describe_target_groups()["TargetGroups"]
        return {
            "running": running[0] if running else "",
            "stopped": stopped[0] if stopped else "",
            "subnet": awsvpc["subnets"][0],
            "group": awsvpc["securityGroups"][0],
            "vpc": vpc,
            "roomy": roomy[0],
            "target_group": groups[0]["TargetGroupArn"] if groups else "",
        }


def judged(shell: Shell, command: Command) -> str:
    """What is wrong with a command's answer, or nothing."""
    code, out, err = shell.run(command.line, shell.names())
    if command.fails:
        return "" if code != 0 and command.fails in err else f"{code} {out} {err}"
    if code != 0:
        return err
    try:
        seen: Any = json.loads(out)
    except json.JSONDecodeError:
        seen = out
    return command.judge(seen)


@pytest.fixture
def shell(request: pytest.FixtureRequest) -> Iterator[Shell]:
    with Lab() as lab:
        story(request.param)(Stage(lab))
        yield Shell(lab)


ACTS: tuple[tuple[str, Sequence[Command], Sequence[Command]], ...] = (
    ("fifty-tasks", article.FIFTY_TASKS, article.FIFTY_TASKS_AFTER),
    ("new-database", article.NEW_DATABASE, article.NEW_DATABASE_AFTER),
    ("second-release", article.SECOND_RELEASE, article.SECOND_RELEASE_AFTER),
    ("new-role", article.NEW_ROLE, ()),
)


@pytest.mark.parametrize(
    ("shell", "commands", "after"), ACTS, ids=[name for name, *_ in ACTS], indirect=["shell"]
)
def test_every_command_answers_in_the_reports_shape(
    shell: Shell, commands: Sequence[Command], after: Sequence[Command]
) -> None:
    wrong = {c.line: verdict for c in commands if (verdict := judged(shell, c))}
    shell.lab.advance(1200)
    wrong |= {c.line: verdict for c in after if (verdict := judged(shell, c))}

    assert not wrong


def test_the_table_in_the_docs_lists_every_command_with_its_verdict() -> None:
    assert table() == TABLE.read_text(encoding="utf-8")


def table() -> str:
    """The page; `python -m tests.conformance.test_article_commands` writes it."""
    rows = [
        f"| `{command.line.replace('|', chr(92) + '|')}` | {_verdict(command)} |"
        for _, commands, after in ACTS
        for command in (*commands, *after)
    ]
    return "\n".join(
        [
            "# The field report's commands against the lab",
            "",
            "Each was run with the unmodified `aws` against `kiriwake lab start`; the test that",
            "made this page fails when an answer differs. Names in braces are the lab's ids.",
            "",
            "| command | verdict |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def _verdict(command: Command) -> str:
    if command.fails:
        return f"refused with `{command.fails}`, as on AWS: {command.correction}"
    return f"answers; corrected: {command.correction}" if command.correction else "as reported"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
