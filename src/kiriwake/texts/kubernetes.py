"""Events and states of Kubernetes: scheduling, starting, probing, mounting."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(Pattern, family=Family.KUBERNETES, weight=Weight.DIRECT, decided=True)
_symptom = partial(Pattern, family=Family.KUBERNETES, weight=Weight.SYMPTOM)
_consequence = partial(Pattern, family=Family.KUBERNETES, weight=Weight.CONSEQUENCE)

_KUBE_ECR = r"\.dkr\.ecr[\w.\-]*\.amazonaws"

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="schedule/density",
        causes=("eks/pod-density-reached", "k8s/taint-not-tolerated", "k8s/pod-does-not-fit"),
        anchors=("too many pods", "outofpods", "insufficient pods"),
        failure=Failure.FULL,
    ),
    _direct(
        id="schedule/no-room",
        causes=("k8s/pod-does-not-fit", "k8s/taint-not-tolerated"),
        anchors=(
            "insufficient cpu",
            "insufficient memory",
            "insufficient nvidia",
            "insufficient ephemeral-storage",
            "insufficient vpc.amazonaws.com",
            "insufficient ",
            "outofcpu",
            "outofmemory:",
            "no nodes available to schedule",
            "free ports for the requested pod ports",
            "max node group size reached",
            "nottriggerscaleup",
            "didn't trigger scale-up",
            "no instance type satisfied resources",
            "all available instance types exceed limits",
        ),
        regex=(
            r"nodes? (?:are|is) available.{0,200}?insufficient (?!pods\b)(?P<resource>[\w./\-]+)"
            r"|insufficient (?P<resource1>cpu|memory|nvidia[\w./]*|ephemeral-storage|amd\.com/gpu)"
            r"(?! units| available)"
            r"|no nodes available to schedule|free ports for the requested|outofcpu"
            r"|outofmemory: node|max node group size reached|nottriggerscaleup"
            r"|didn't trigger scale-up|no instance type satisfied|instance types exceed limits"
        ),
        unless=("container instance", "container-instance", "コンテナインスタンス"),
        failure=Failure.FULL,
    ),
    _direct(
        id="schedule/security-group-slots",
        causes=("eks/pod-density-reached",),
        anchors=("insufficient vpc.amazonaws.com/pod-eni", "insufficient vpc.amazonaws.com"),
        failure=Failure.FULL,
    ),
    _direct(
        id="schedule/excluded",
        causes=("k8s/taint-not-tolerated", "k8s/pod-does-not-fit"),
        anchors=(
            "untolerated taint",
            "had taint",
            "had taints that the pod didn't tolerate",
            "node affinity/selector",
            "didn't match node selector",
            "match node selector",
            "didn't match pod affinity",
            "pod affinity rules",
            "anti-affinity rules",
            "topology spread constraints",
            "node(s) were unschedulable",
            "misconfigured or missing fargate profile",
            "fargate profile",
            "incompatible with provisioner",
            "incompatible with nodepool",
            "did not tolerate",
            "matchnodeselector",
        ),
        near=("node", "fargate", "scheduling", "provisioner", "nodepool"),
        regex=(
            r"untolerated taint(?:\(s\))? ?(?P<taint>\{[^}]*\})?|had taints? (?P<taint1>\{[^}]*\})?"
            r"|node affinity/selector|match node selector|matchnodeselector|pod affinity"
            r"|anti-affinity rules|topology spread|node\(s\) were unschedulable|did not tolerate"
            r"|incompatible with (?:provisioner|nodepool)"
            r"|(?:missing|misconfigured|no|not match\w*|select\w*).{0,60}?fargate profile"
            r"|fargate profile.{0,80}?(?:not|missing|selector)"
        ),
        failure=Failure.MISMATCH,
    ),
    _direct(
        id="schedule/volume",
        causes=("k8s/volume-not-bound",),
        anchors=(
            "unbound immediate persistentvolumeclaims",
            "unbound persistentvolumeclaim",
            "persistentvolumeclaim is not bound",
            "persistentvolumeclaim",
            "storageclass",
            "provisioningfailed",
            "failed to provision volume",
            "no persistent volumes available",
            "volume node affinity conflict",
            "didn't find available persistent volumes",
            "waiting for a volume to be created",
        ),
        regex=(
            r"unbound (?:immediate )?persistentvolumeclaims?|persistentvolumeclaim is not bound"
            r"|persistentvolumeclaim \"?(?P<claim>[\w.\-]+)\"? (?:not found|is not bound"
            r"|bound to non)"
            r"|storageclass(?:\.storage\.k8s\.io)? \"?(?P<class>[\w.\-]+)\"? not found"
            r"|no persistent volumes available"
            r"|volume node affinity conflict|didn't find available persistent volumes"
            r"|waiting for a volume to be created(?=.{0,400}\bpending\b)"
        ),
        failure=Failure.ABSENT,
    ),
    _symptom(
        id="volume/provisioning",
        causes=("k8s/volume-not-bound", "eks/volume-driver-denied"),
        anchors=("provisioningfailed", "failed to provision volume"),
    ),
    _symptom(
        id="volume/waiting",
        causes=("k8s/volume-not-bound", "eks/volume-driver-denied"),
        anchors=("waiting for a volume to be created", "externalprovisioning"),
    ),
    _direct(
        id="volume/attach",
        causes=("k8s/volume-not-attached",),
        anchors=(
            "failedattachvolume",
            "failedmount",
            "multi-attach error",
            "attachvolume.attach failed",
            "mountvolume.setup failed",
            "mountvolume.mountdevice failed",
            "unable to attach or mount volumes",
            "failedmapvolume",
            "csinode",
            "volume is already exclusively attached",
        ),
        regex=(
            r"failedattachvolume|multi-attach error|attachvolume\.attach failed|failedmount"
            r"|mountvolume\.(?:setup|mountdevice) failed|unable to attach or mount volumes"
            r"|csinode \S+ does not contain driver|exclusively attached"
        ),
        unless=("configmap", 'secret "', "secret not registered", "object "),
    ),
    _direct(
        id="config/missing",
        causes=("k8s/config-missing",),
        anchors=("configmap", "secret", "createcontainerconfigerror", "couldn't find key"),
        regex=(
            r"(?:configmaps?|secrets?) \"?'?(?P<name>[\w.\-]+)\"?'? not found"
            r"|references non-existent (?:config|secret) key:? ?(?P<key>[\w.\-]+)?"
            r"|couldn't find key (?P<key1>[\w.\-]+) in (?:configmap|secret) (?P<name1>[\w.\-/]+)"
            r"|createcontainerconfigerror"
        ),
        failure=Failure.ABSENT,
    ),
    _direct(
        id="probe/failed",
        causes=("k8s/probe-fails", "k8s/startup-too-slow", "k8s/app-exits"),
        anchors=(
            "probe failed",
            "probe errored",
            "failed liveness probe",
            "failed startup probe",
            "failed readiness probe",
            "failed post-start",
            "failedpoststarthook",
            "health check failed, will be restarted",
        ),
        regex=(
            r"(?P<probe>liveness|readiness|startup) probe (?:failed|errored)"
            r"|failed (?P<probe1>liveness|readiness|startup) probe|failedpoststarthook"
        ),
        failure=Failure.UNHEALTHY,
        unless=(":50051", "aws-node", "grpc-health-probe"),
    ),
    _symptom(
        id="pod/not-ready",
        causes=("k8s/probe-fails", "k8s/app-exits", "k8s/startup-too-slow"),
        anchors=("containersnotready", "containers with unready status", "readinessgates"),
        failure=Failure.UNHEALTHY,
    ),
    _consequence(
        id="pod/crash-loop",
        causes=("k8s/app-exits", "k8s/out-of-memory", "k8s/probe-fails"),
        anchors=("crashloopbackoff", "back-off restarting failed container", "restarting failed"),
        failure=Failure.EXITED,
    ),
    _direct(
        id="pod/ecr-unauthenticated",
        causes=("eks/node-cannot-pull", "ecr/cross-account-policy-missing"),
        anchors=(
            "no basic auth credentials",
            "authentication required",
            "401 unauthorized",
            "403 forbidden",
            "not authorized",
            "failed to authorize",
        ),
        near=(
            "kubelet",
            "failed to pull image",
            "pulling image",
            "kuberuntime",
            "rpc error",
            "imagepull",
        ),
        unless=("cannotpull", "task can't pull", "task cannot pull"),
        regex=rf"{_KUBE_ECR}.{{0,300}}?(?:no basic auth|authentication required|401|403|authoriz)",
        failure=Failure.UNAUTHENTICATED,
        family=Family.PULL,
    ),
    _direct(
        id="pod/evicted",
        causes=("k8s/pod-evicted", "k8s/disk-full", "k8s/out-of-memory"),
        anchors=(
            "evicted",
            "the node was low on resource",
            "diskpressure",
            "memorypressure",
            "preempted by",
            "preempting",
        ),
        regex=(
            r"reason:? *\"?evicted|status: *failed reason: *evicted|\bevicted\b.{0,200}?node"
            r"|the node was low on resource:? ?\[?(?P<resource>[\w\-]+)?"
            r"|(?:disk|memory|pid)pressure +true|preempted by|\d+/\d+ +evicted"
        ),
    ),
    _direct(
        id="pod/quota",
        causes=("k8s/quota-exceeded",),
        anchors=(
            "exceeded quota",
            "forbidden: maximum",
            "must specify limits",
            "forbidden: failed quota",
            "limitrange",
            "must be less than or equal to memory limit",
        ),
        near=("pods", "forbidden", "limit", "quota"),
        failure=Failure.FULL,
    ),
    _direct(
        id="deployment/progress-deadline",
        causes=("k8s/rollout-cannot-progress", "k8s/app-exits", "k8s/probe-fails"),
        anchors=("progressdeadlineexceeded", "exceeded its progress deadline"),
        decided=False,
    ),
    _symptom(
        id="job/failed",
        causes=("k8s/app-exits",),
        anchors=("backofflimitexceeded", "job has reached the specified backoff limit"),
        failure=Failure.EXITED,
    ),
    _direct(
        id="manifest/rejected",
        causes=("k8s/manifest-invalid",),
        anchors=(
            "error validating data",
            "unknown field",
            "no matches for kind",
            "is invalid: spec",
            "field is immutable",
            "error parsing",
            "admission webhook",
            "denied the request",
            "violates podsecurity",
            "strict decoding error",
            "ensure crds are installed first",
        ),
        near=("error", "invalid", "denied", "no matches", "violates", "unknown field"),
        unless=("failed calling webhook", "context deadline", "no endpoints"),
        failure=Failure.INVALID,
    ),
    _direct(
        id="sandbox/no-address",
        causes=("eks/cni-ip-exhausted", "eks/pod-density-reached", "eks/cni-not-ready"),
        anchors=(
            "failed to assign an ip address to container",
            "failed to assign an ip address",
            "no available ip addresses",
            "insufficientcidrblocks",
            "sufficient free ipv4 addresses or prefixes",
            "ip addresses or prefixes",
            "no ip addresses available in range set",
            "privateipaddresslimitexceeded",
            "datastore has no available",
        ),
        decided=False,
        failure=Failure.FULL,
    ),
    _symptom(
        id="sandbox/failed",
        causes=("eks/cni-not-ready", "eks/cni-ip-exhausted", "eks/pod-density-reached"),
        anchors=(
            "failedcreatepodsandbox",
            "failed create pod sandbox",
            "failed to create pod sandbox",
        ),
        failure=Failure.FULL,
    ),
)
