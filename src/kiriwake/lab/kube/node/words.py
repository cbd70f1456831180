"""Every text that a kubelet, containerd or the VPC CNI writes, with where it comes from.

Where no source is named the text was read in the component's source code or in output of a
live cluster; `unsourced` marks what was worded after the same pattern.
"""

from __future__ import annotations

NO_ADDRESS = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for"
    ' sandbox "{sandbox}": plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to'
    " assign an IP address to container"
)
"""amazon-vpc-cni-k8s cmd/routed-eni-cni-plugin/cni.go, wrapped by containerd."""

CNI_NOT_READY = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
    " message:Network plugin returns error: cni plugin not initialized"
)

PULL = 'Failed to pull image "{image}": {why}'
UNPACK = 'failed to pull and unpack image "{ref}": '
RESOLVE = 'failed to resolve reference "{ref}": '
NOT_FOUND = "rpc error: code = NotFound desc = "
UNKNOWN = "rpc error: code = Unknown desc = "
NO_TAG = "{ref}: not found"
DENIED_ECR = (
    "unexpected status from HEAD request to https://{host}/v2/{path}/manifests/{tag}: 403 Forbidden"
)
NO_CREDENTIALS = (
    "pull access denied, repository does not exist or may require authorization: authorization"
    " failed: no basic auth credentials"
)
NO_SCOPE = (
    "pull access denied, repository does not exist or may require authorization: server message:"
    " insufficient_scope: authorization failed"
)
TIMED_OUT = (
    'failed to do request: Head "https://{host}/v2/{path}/manifests/{tag}": '
    "dial tcp {address}:443: i/o timeout"
)
REFUSED = (
    'failed to do request: Head "https://{host}/v2/{path}/manifests/{tag}": '
    "dial tcp {address}:443: connect: connection refused"
)
NO_HOST = (
    'failed to do request: Head "https://{host}/v2/{path}/manifests/{tag}": '
    "dial tcp: lookup {host}: no such host"
)
NO_PLATFORM = "no match for platform in manifest: not found"
NO_LAYERS = (
    "failed to copy: httpReadSeeker: failed open: failed to do request: Get"
    ' "https://prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com/": dial tcp'
    " {address}:443: i/o timeout"
)
NEVER_PULLED = 'Container image "{image}" is not present with pull policy of Never'
BAD_NAME = (
    'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": invalid'
    " reference format"
)
WRONG_MACHINE = "exec {path}: exec format error"
"""What the kernel's ENOEXEC becomes; the container's only line."""

PROBE_FAILED = "{kind} probe failed: {why}"
PROBE_REFUSED = 'Get "{url}": dial tcp {address}:{port}: connect: connection refused'
PROBE_SLOW = (
    'Get "{url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
)
PROBE_STATUS = "HTTP probe failed with statuscode: {status}"
PROBE_PLAIN = 'Get "{url}": http: server gave HTTP response to HTTPS client'
TCP_REFUSED = "dial tcp {address}:{port}: connect: connection refused"
GRPC_REFUSED = (
    'timeout: failed to connect service "{address}:{port}" within {timeout}s: context deadline'
    " exceeded"
)
KILLED_BY_PROBE = "Container {container} failed {kind} probe, will be restarted"
BACK_OFF = "Back-off restarting failed container {container} in pod {pod}_{namespace}({uid})"
CRASH_LOOP = "back-off {wait} restarting failed container={container} pod={pod}_{namespace}({uid})"
PULL_BACK_OFF = 'Back-off pulling image "{image}"'

NO_MOUNT = 'MountVolume.SetUp failed for volume "{volume}" : {why}'
ATTACHED = 'AttachVolume.Attach succeeded for volume "{volume}" '
FARGATE_ON = "Successfully enabled logging for pod"
FARGATE_OFF = (
    'Disabled logging because aws-logging configmap was not found. configmap "aws-logging" not'
    " found"
)
"""The Fargate scheduler's event LoggingDisabled."""
