"""The execution role was made anew, tidily, from a short list."""

from __future__ import annotations

import json

from kiriwake.lab.stories.stage import Stage


def happen(stage: Stage) -> None:
    """A first service is created with a role that may write logs."""
    network = stage.network("10.0.0.0/20", "10.0.16.0/20")
    role = stage.role("my-execution-role")
    stage.aws("iam").put_role_policy(
        RoleName="my-execution-role",
        PolicyName="logs",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": "*",
                    }
                ],
            }
        ),
    )
    stage.log_group("my-app")
    image = stage.image("my-app", "v1", listens=[8080])
    revision = stage.task_definition("my-app", image, role)
    stage.aws("ecs").create_cluster(clusterName="my-cluster")
    stage.service("my-service", revision, 2, network)
    stage.advance(900)
