"""Texts of healthy or expected behaviour, so that nobody is alarmed by them."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Family, Weight
from kiriwake.texts.pattern import Pattern

_ecs = partial(Pattern, family=Family.SERVICE_EVENT, weight=Weight.NORMAL, causes=())
_kubernetes = partial(Pattern, family=Family.KUBERNETES, weight=Weight.NORMAL, causes=())

PATTERNS: tuple[Pattern, ...] = (
    _ecs(
        id="healthy/steady",
        anchors=(
            "reached a steady state",
            "steady state",
            "定常状態に達し",
            "安定状態に達し",
            "steady_state",
            "service_health_ok",
        ),
        unless=("unable to reach steady", "did not reach", "not reach a steady", "never reach"),
    ),
    _ecs(
        id="healthy/scaling",
        anchors=(
            "scaling activity initiated by",
            "successfully set desired count",
            "change successfully fulfilled",
            "successfully set min capacity",
            "scaling-policy",
            "service_desired_count_updated",
        ),
        unless=("failed to set", "insufficient"),
    ),
    _ecs(id="healthy/scheduler-stop", anchors=("serviceschedulerinitiated",)),
    _ecs(
        id="healthy/draining-instance",
        anchors=("is in draining status", "replaced by a newer deployment"),
    ),
    _ecs(
        id="healthy/rolling",
        anchors=(
            "has started",
            "has stopped",
            "registered",
            "has begun draining",
            "deployment completed",
            "stopped",
            "completed",
            "in progress",
            "開始しました",
            "停止しました",
            "登録しました",
            "ドレイン",
            "デプロイが完了",
            "デプロイメントが完了",
            "登録解除",
        ),
        regex=(
            r"has started \d+ tasks?|has stopped \d+ running tasks?|(?:de)?registered \d+ targets?"
            r"|begun draining connections|deployment (?:\S+ )?completed|stopped \d+ pending tasks?"
            r"|ecs deployment \S+ (?:in progress|completed)|rolloutstate\W{1,6}(?:completed"
            r"|in_progress)"
            r"|deployment completed|タスクを? ?(?:開始|停止)しました|ターゲットを? ?(?:登録|"
            r"登録解除)"
            r"|のドレイン|デプロイ(?:メント)?が完了|service_deployment_(?:completed|in_progress)"
            r"|\b(?:PRIMARY|ACTIVE) .{0,80}?\bcompleted\b"
        ),
    ),
    _ecs(
        id="healthy/rebalancing",
        anchors=(
            "az バランス",
            "az のバランス",
            "az rebalancing",
            "az balanced",
            "アベイラビリティーゾーンの再調整",
            "az リバランス",
        ),
        unless=("rebalancing failed", "unable to rebalance", "rebalancing stopped"),
    ),
    _ecs(
        id="healthy/succeeded",
        anchors=(
            "update service",
            "service is stable",
            "services-stable",
            "service stable",
            "successfully deployed",
            "deployment successful",
            "login succeeded",
            "push complete",
            "image is up to date",
            "downloaded newer image",
            "image scan complete",
            "exit code: 0",
            '"exitcode": 0',
            "exited with code 0",
            "apply complete!",
            "create_complete",
            "update_complete",
        ),
        regex=(
            r"update service .{0,120}\[ok\]|service(?:s)?(?: is|-)? "
            r"?stable(?!.{0,40}(?:failed|error))"
            r"|successfully deployed|deployment successful|login succeeded|image is up to date"
            r"|downloaded newer image|exit(?:ed with)? ?code\"?:? 0\b|apply complete!"
            r"|(?:create|update)_complete\b"
        ),
    ),
    _ecs(
        id="healthy/target",
        family=Family.TARGET_HEALTH,
        anchors=(
            '"state": "healthy"',
            '"state":"healthy"',
            "state: healthy",
            "'state': 'healthy'",
            "target registration is in progress",
            "initial health checks in progress",
            "elb.registrationinprogress",
            "elb.initialhealthchecking",
            "target deregistration is in progress",
            "deregistrationinprogress",
            '"state": "draining"',
            '"healthstatus": "healthy"',
            "became healthy in",
            "is now healthy",
        ),
    ),
    _ecs(
        id="healthy/check-answered",
        family=Family.TARGET_HEALTH,
        anchors=("elb-healthchecker", "kube-probe", "/health", "/ping", "/ready", "/live"),
        regex=r"\"(?:GET|HEAD) /[^ \"]* HTTP/[\d.]+\"? (?:200|204)\b",
    ),
    _ecs(
        id="healthy/stopped-in-time",
        family=Family.STOP,
        anchors=("143", "sigterm"),
        regex=(
            r"exit(?:ed)?[ _-]?(?:with )?(?:code|status)?\"?'?[ :=(]*(?:code )?143\b|\(143\)"
            r"|received (?:signal )?sigterm|sigterm received|graceful(?:ly)? shut"
        ),
        near=("exit", "graceful", "received", "(143)", "shut"),
    ),
    _ecs(
        id="healthy/counts",
        anchors=("runningcount", "running:"),
        regex=(
            r"desiredcount\W{1,4}(\d+)\W.{0,40}?runningcount\W{1,4}\1\b"
            r"|runningcount\W{1,4}(\d+)\W.{0,40}?desiredcount\W{1,4}\2\b"
            r"|desired: ?(\d+) .{0,30}?running: ?\3\b"
        ),
    ),
    _ecs(
        id="healthy/under-way",
        anchors=(
            "create_in_progress",
            "update_in_progress",
            "rollout to finish",
            "delete_in_progress",
            "delete_complete",
            "still creating...",
            "still modifying...",
        ),
    ),
    _ecs(
        id="healthy/routine",
        anchors=(
            "computeddesiredcount",
            "deployment in progress",
            "desired capacity",
            "ec2 instance",
            "created log stream",
            "registered container instance",
            "deprovisioning",
            "deactivating",
            "rolling update complete",
            "successfully registered",
            "successfully deregistered",
            "200 ok",
            "status: healthy",
            "connection draining",
            "task is stopping",
        ),
        regex=(
            r"updated computeddesiredcount|deployment in progress|changing the desired capacity"
            r"|(?:changed|increas|decreas|reduc)\w* the desired capacity"
            r"|(?:launch|terminat)(?:ed|ing) (?:a new )?ec2 instance(?!.{0,200}(?:fail|could not))"
            r"|created log stream|registered container instance|\bde(?:provisioning|activating)\b"
            r"|rolling update complete|successfully (?:de)?registered|http/[\d.]+\"? 200\b"
            r"|status: healthy|connection draining|task is stopping"
        ),
    ),
    _ecs(
        id="healthy/scanned",
        anchors=("imagescanstatus", "scan status"),
        regex=r"imagescanstatus\W{1,6}(?:status\W{1,5})?complete",
    ),
    _kubernetes(
        id="healthy/node",
        anchors=(" ready ",),
        regex=r"\b[\w.-]+(?:\.internal)? +ready +(?:<none>|[\w,-]+) +\d+[dhms]\S* +v\d",
    ),
    _kubernetes(
        id="healthy/applied",
        anchors=(
            "configured",
            "unchanged",
            " created",
            "events:",
            "restarted",
            "stopping container",
            "replica set",
            "succeeded",
        ),
        regex=(
            r"\b(?:deployment|service|configmap|ingress|pod|secret|statefulset|daemonset|job)"
            r"(?:\.[\w.]+)?/[\w.-]+ (?:configured|unchanged|created|restarted)\b|events: *<none>"
            r"|stopping container \w|scaled (?:up|down) replica ?set|successfully scaled to"
            r"|\bsucceeded completed\b|phase: *succeeded"
        ),
    ),
    _kubernetes(
        id="healthy/event",
        anchors=(
            "normal",
            "successfully",
            "already present on machine",
            "first consumer",
            "attach succ",
        ),
        regex=(
            r"\bnormal +(?:scheduled|pulled|pulling|created|started|successfulcreate"
            r"|successfulmountvolume|successfulattachvolume|scalingreplicaset|killing"
            r"|waitforfirstconsumer|successfuldelete|leaderelection|nodeready|starting"
            r"|nodehas\w+|registerednode|sandboxchanged|provisioningsucceeded|provisioning"
            r"|successfullyreconciled|ensuredloadbalancer|ensuringloadbalancer|completed"
            r"|successfulrescale|synced|nodeallocatableenforced|externalprovisioning"
            r"|triggeredscaleup|scheduledbyeks|loggingenabled|successful\w+)\b"
            r"|successfully (?:assigned|pulled image|reconciled|mounted|attached)"
            r"|successfully enabled logging|attachvolume\.attach succeeded"
            r"|mountvolume\.setup succeeded|already present on machine"
            r"|waiting for first consumer to be created before binding"
        ),
    ),
    _kubernetes(
        id="healthy/pod",
        anchors=("running", "completed", "ready", "rolled out", "condition met"),
        regex=(
            r"\b(\d+)/\1 +running +\d+\b|reason: *completed|\b0/1 +completed +0\b"
            r"|state: *running.{0,120}?ready: *true|successfully rolled out"
            r"|condition met"
        ),
    ),
)
