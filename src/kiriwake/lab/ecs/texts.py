"""Every sentence that ECS says about what happens, with where it was read.

The second part of each entry is the row of the facts catalogue or the page; `unsourced`
marks wording that nobody has read on AWS.
"""
# ruff: noqa: E501 - one sentence, one line: that is how they are compared with AWS's

from __future__ import annotations

from enum import Enum


class Says(Enum):
    """A template and its source."""

    # --- service events ------------------------------------------------------------
    STEADY = "(service {s}) has reached a steady state.", "E01"
    STARTED = "(service {s}) has started {n} tasks: {tasks}.", "E02"
    STARTED_FOR_UNHEALTHY = (
        "(service {s}) has started {n} tasks: {tasks}. Amazon ECS replaced {n} tasks due to an unhealthy status.",
        "ECSDG:service-event-messages-list",
    )
    STOPPED = "(service {s}) has stopped {n} running tasks: {tasks}.", "E03"
    STOPPED_PENDING = "(service {s}) stopped {n} pending tasks.", "E04"
    REGISTERED = "(service {s}) registered {n} targets in (target-group {tg})", "E05"
    DEREGISTERED = "(service {s}) deregistered {n} targets in (target-group {tg})", "E06"
    DRAINING = "(service {s}) has begun draining connections on {n} tasks.", "E07"
    COMPLETED = "(service {s}) (deployment {d}) deployment completed.", "E08"
    FAILED = "(service {s}) (deployment {d}) deployment failed: tasks failed to start.", "E09"
    ROLLING_BACK = "(service {s}) rolling back to deployment {d}.", "E11"
    UNHEALTHY = (
        "(service {s}) (task {t}) (port {port}) is unhealthy in (target-group {tg}) due to (reason {reason})",
        "E12",
    )
    UNHEALTHY_ON_INSTANCE = (
        "(service {s}) (task {t}) (instance {instance}) (port {port}) is unhealthy in (target-group {tg}) due to (reason {reason})",
        "E12",
    )
    INCONSISTENT = "(service {s}) is unable to consistently start tasks successfully.", "E14"
    DEADLOCK = (
        "(service {s}) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
        "E16",
    )
    NO_INSTANCE_FITS = (
        "(service {s}) was unable to place a task because no container instance met all of its requirements. {reason} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
        "E17",
    )
    UNABLE_TO_PLACE = "(service {s}) was unable to place a task. Reason: {reason}", "E18"
    PROTECTED = (
        "(service {s}) was unable to reach steady state because task set ({d}) was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks",
        "E20",
    )
    TARGET_GROUP_GONE = (
        "(service {s}) (task set {d}) (task {t}) is not healthy in target-group ({tg}) due to TARGET GROUP IS NOT FOUND.",
        "E23",
    )
    LAUNCH_REFUSED = "(service {s}) failed to launch a task with (error {reason})", "E24"

    # --- why no instance fits (after E17) --------------------------------------------
    NO_INSTANCES = "Reason: No Container Instances were found in your cluster.", "E17"
    NO_INSTANCES_IN_PROVIDER = (
        "Reason: No Container Instances were found in your capacity provider.",
        "E17",
    )
    SHORT_OF_CPU = (
        "The closest matching (container-instance {i}) has insufficient CPU units available.",
        "E17",
    )
    SHORT_OF_MEMORY = (
        "The closest matching (container-instance {i}) has insufficient memory available.",
        "E17",
    )
    PORT_TAKEN = (
        "The closest matching (container-instance {i}) is already using a port required by your task.",
        "E17",
    )
    ATTRIBUTE_MISSING = (
        "The closest matching (container-instance {i}) is missing an attribute required by your task.",
        "E17",
    )
    AGENT_GONE = 'The closest matching (container-instance {i}) encountered error "AGENT".', "E17"
    SHORT_OF_ENI = (
        'The closest matching (container-instance {i}) encountered error "RESOURCE:ENI".',
        "E27, in the form of E17",
    )
    SHORT_OF_GPU = (
        "The closest matching (container-instance {i}) has insufficient GPU resource available.",
        "unsourced",
    )
    CONSTRAINT = (
        'The closest matching (container-instance {i}) encountered error "MemberOf placement constraint unsatisfied".',
        "1.3, in the form of E17",
    )

    # --- rolloutStateReason ------------------------------------------------------------
    ROLLOUT_IN_PROGRESS = "ECS deployment {d} in progress.", "2.4"
    ROLLOUT_COMPLETED = "ECS deployment {d} completed.", "2.4"
    BREAKER = "ECS deployment circuit breaker: tasks failed to start.", "2.4"
    BREAKER_ROLLBACK = "ECS deployment circuit breaker: rolling back to deploymentId {d}.", "2.4"
    SUPERSEDED = "Replaced by a newer deployment.", "unsourced"
    STOPPED_BY_USER = "Service deployment was stopped by the user.", "unsourced"
    ROLLBACK_BY_USER = "Service deployment rolled back by user request.", "unsourced"
    BREAKER_STATUS_REASON = (
        "Service deployment rolled back because the circuit breaker threshold was exceeded.",
        "unsourced",
    )

    # --- stoppedReason without a prefix ------------------------------------------------
    ESSENTIAL_EXITED = "Essential container in task exited", "1.3"
    FAILED_ELB = "Task failed ELB health checks in (target-group {tg})", "1.3"
    FAILED_CONTAINER_HEALTH = "Task failed container health checks", "1.3"
    SCALING = "Scaling activity initiated by (deployment {d})", "1.3"
    HOST_GONE = "Host EC2 (instance {i}) stopped/terminated", "1.3"
    DEREGISTERED_BY_USER = "Container instance deregistration forced by user", "1.3"
    STOPPED_TASK_BY_USER = "Task stopped by user", "1.3"
    SPOT = "Your Spot Task was interrupted.", "1.3"
    HOST_RETIRED = "ECS is performing maintenance on the underlying infrastructure.", "unsourced"
    DRAINING_INSTANCE = "Container instance is in DRAINING status.", "unsourced"
    NO_CAPACITY = (
        "Capacity is unavailable at this time. Please try again later or in a different availability zone",
        "1.3",
    )
    TRUST = (
        "ECS was unable to assume the role '{role}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
        "1.3",
    )
    FAILED_TO_START = "Task failed to start", "ECSDG:stopped-task-error-codes"

    # --- network interfaces ----------------------------------------------------------------
    ENI_PUBLIC = (
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet '{subnet}': {code}",
        "N1, N2",
    )
    ENI_PRIVATE = (
        "Unexpected EC2 error while attempting to Create Network Interface in subnet '{subnet}': {code}",
        "N2",
    )

    # --- ResourceInitializationError ---------------------------------------------------------
    AUTH_TIMEOUT = (
        'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. RequestError: send request failed caused by: Post "https://api.ecr.{region}.amazonaws.com/": {network}',
        "R1",
    )
    AUTH_DENIED = (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): {denied}",
        "R4",
    )
    SECRET_TIMEOUT = (
        'ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: The task can\'t pull secrets from AWS Secrets Manager. There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration. failed to fetch secret {arn} from secrets manager: RequestCanceled: request context canceled caused by: Post "https://secretsmanager.{region}.amazonaws.com/": {network}',
        "R10",
    )
    SECRET_MISSING = (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {arn} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        "R5",
    )
    SECRET_DENIED = (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {arn} from secrets manager: {denied}",
        "R6",
    )
    SECRET_KEY = (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key {key}",
        "R7",
    )
    SECRET_KMS = (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {arn} from secrets manager: AccessDeniedException: Access to KMS is not allowed",
        "R6, words of Secrets Manager",
    )
    PARAMETER_TIMEOUT = (
        "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager Parameter Store. Check your network connection between the task and AWS Systems Manager. RequestCanceled: request context canceled caused by: context deadline exceeded",
        "R8, R10",
    )
    PARAMETER_MISSING = (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: {arn}",
        "R8, form from public logs",
    )
    PARAMETER_DENIED = (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): {denied}",
        "R9",
    )
    PARAMETER_KMS = (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
        "R9, words of KMS",
    )
    ENV_FILE_TIMEOUT = (
        "ResourceInitializationError: failed to download env files: The task can't download the environment variable files from Amazon S3. There is a connection issue between the task and Amazon S3. Check your task network configuration. RequestCanceled: request context canceled caused by: context deadline exceeded",
        "R12",
    )
    ENV_FILE_DENIED = (
        "ResourceInitializationError: failed to download env files: file download command: non empty error stream: AccessDenied: {denied}",
        "R12, form from public logs",
    )
    ENV_FILE_MISSING = (
        "ResourceInitializationError: failed to download env files: file download command: non empty error stream: NoSuchKey: The specified key does not exist. {arn}",
        "R12, form from public logs",
    )
    LOG_GROUP_MISSING = (
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
        "R20",
    )
    LOGS_TIMEOUT = (
        "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed",
        "R21",
    )
    LOGS_DENIED = (
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log {what}: {denied} : exit status 1",
        "R22",
    )
    LOGS_REGION = (
        "ResourceInitializationError: failed to validate logger args: unable to get awslogs driver arguments: awslogs-region is required",
        "R23",
    )
    LOG_GROUP_MISSING_EC2 = (
        "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
        "R24",
    )
    LOGS_DENIED_EC2 = (
        "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log {what}: {denied}",
        "R24",
    )
    LOGS_TIMEOUT_EC2 = (
        'CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: RequestError: send request failed caused by: Post "https://logs.{region}.amazonaws.com/": {network}',
        "R24",
    )
    EFS_DENIED = (
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32",
        "R30",
    )
    EFS_NAME = (
        'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve "{fs}.efs.{region}.amazonaws.com" - check that your file system ID is correct, and ensure that the VPC has an EFS mount target for this file system ID. : unsuccessful EFS utils command execution; code: 1',
        "R32",
    )
    EFS_TIMEOUT = (
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Mount attempt 1/3 failed due to timeout after 15 sec, wait 0 sec before next attempt. : unsuccessful EFS utils command execution; code: 32",
        "R33",
    )
    SECRET_MISSING_EC2 = (
        "ResourceInitializationError: fetching secret data from AWS Secrets Manager in region {region}: secret {arn}: ResourceNotFoundException: The task can't retrieve the secret with ARN '{arn}' from AWS Secrets Manager. Check whether the secret exists in the specified Region",
        "R13",
    )

    # --- images ---------------------------------------------------------------------------
    PULL_ABSENT = (
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {ref}: {ref}: not found",
        "P7, P8",
    )
    PULL_TIMEOUT = (
        "CannotPullContainerError: The task cannot pull '{image}' from the Amazon ECR repository '{repository}'. There is a connection issue between the task and Amazon ECR. Check your task network configuration. pull image manifest has been retried 5 time(s): failed to resolve ref {ref}: failed to do request: Head \"https://{host}/v2/{name}/manifests/{tag}\": {network}",
        "P3, P6",
    )
    PULL_TIMEOUT_ELSEWHERE = (
        'CannotPullContainerError: The task can\'t pull the image. Check your network configuration. pull image manifest has been retried 5 time(s): failed to resolve ref {ref}: failed to do request: Head "https://{host}/v2/{name}/manifests/{tag}": {network}',
        "P4, P6",
    )
    PULL_DENIED = (
        "CannotPullContainerError: The task can't pull the image. Check that the role has the permissions to pull images from the registry. pull image manifest has been retried 1 time(s): failed to resolve ref {ref}: denied: {denied}",
        "P1, P2",
    )
    LAYERS_TIMEOUT = (
        'CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: failed to do request: Get "https://prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com/{key}": {network}',
        "P10",
    )
    LAYERS_FORBIDDEN = (
        "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status code https://prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com/{key}: 403 Forbidden",
        "P10",
    )
    LAYERS_DENIED = (
        "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status code https://{host}/v2/{name}/blobs/{key}: 403 Forbidden - {denied}",
        "P10",
    )
    NO_PLATFORM = (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/{arch}'",
        "P17",
    )
    PULL_REFUSED = (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {ref}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
        "P9",
    )
    PULL_TIMEOUT_EC2 = (
        'CannotPullContainerError: Error response from daemon: Get "https://{host}/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
        "P5",
    )
    PULL_ABSENT_EC2 = (
        "CannotPullContainerError: Error response from daemon: manifest for {image} not found: manifest unknown: Requested image not found",
        "P8",
    )
    PULL_NO_REPOSITORY_EC2 = (
        "CannotPullContainerError: Error response from daemon: repository {repository} not found: name unknown: The repository with name '{name}' does not exist in the registry with id '{account}'",
        "P8",
    )
    PULL_DENIED_EC2 = (
        "CannotPullContainerError: Error response from daemon: pull access denied for {repository}, repository does not exist or may require 'docker login': denied: {denied}",
        "P2, P9",
    )
    AUTH_DENIED_EC2 = (
        "CannotPullECRContainerError: {denied}",
        "AGENT:agent/dockerclient/dockerapi/errors.go",
    )
    NO_PLATFORM_EC2 = (
        "CannotPullContainerError: Error response from daemon: no matching manifest for linux/{arch} in the manifest list entries: no match for platform in manifest: not found",
        "P17",
    )
    OCI = (
        'CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "{command}": {why}: unknown',
        "1.4.4",
    )
    NO_EXECUTABLE = "executable file not found in $PATH", "1.4.4"
    NOT_PERMITTED = "permission denied", "1.4.4"
    OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage", "1.4.4"
    EXEC_FORMAT = "exec {command}: exec format error", "F1.60"
    DEPENDENCY_FAILED = (
        "TaskDependencyError: failed to resolve container ordering dependency [{on}] for target [{name}] as dependency did not exit successfully.",
        "class AGENT:agent/engine/errors.go, sentence unsourced",
    )
    DEPENDENCY_SLOW = (
        "TaskDependencyError: container ordering dependency [{on}] for target [{name}] has timed out.",
        "class AGENT:agent/engine/errors.go, sentence unsourced",
    )

    # --- words inside others ---------------------------------------------------------------
    IO_TIMEOUT = "dial tcp {ip}:443: i/o timeout", "R1, P6"
    REFUSED = "dial tcp {ip}:443: connect: connection refused", "1.4.3"
    NO_SUCH_HOST = "dial tcp: lookup {host} on 169.254.169.253:53: no such host", "F1.51"
    NOT_AUTHORIZED = (
        "AccessDeniedException: User: {user} is not authorized to perform: {action} on resource: {resource}{because}",
        "R4",
    )
    USER_NOT_AUTHORIZED = (
        "User: {user} is not authorized to perform: {action} on resource: {resource}{because}",
        "P2",
    )
    ENV_MISSING = "Error: required environment variable {name} is not set", "the lab's own"

    def __init__(self, template: str, source: str) -> None:
        self.template = template
        self.source = source

    def __call__(self, **words: object) -> str:
        """The sentence with its words filled in."""
        return self.template.format(**words)
