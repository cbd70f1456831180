"""The whole estate as manifests for EKS and the CloudFormation around them."""

from __future__ import annotations

from dataclasses import dataclass

from kiriwake.core.text import Text
from kiriwake.migrate import reasons as general
from kiriwake.migrate.ecs.convert import Converted
from kiriwake.migrate.ecs.leftovers import claim_wrappers
from kiriwake.migrate.ecs.targets import container_port, health_question
from kiriwake.migrate.eks import generate, reasons
from kiriwake.migrate.eks.cluster import add_cluster, associate, pod_role
from kiriwake.migrate.eks.document import Data, Document
from kiriwake.migrate.eks.network import adapt_ingress, adapt_service, takes_alb
from kiriwake.migrate.eks.storage import adapt_claims, adapt_class, adapt_vault, made_class
from kiriwake.migrate.eks.workloads import adapt_pod
from kiriwake.migrate.images import Image, all_moved
from kiriwake.migrate.kubernetes.objects import REMOVED, flatten, is_kubernetes
from kiriwake.migrate.kubernetes.workloads import KINDS
from kiriwake.migrate.ledger import Fate, Ledger, traced
from kiriwake.migrate.model import Endpoint, Estate, Source, Workload
from kiriwake.migrate.names import dashed, pascal
from kiriwake.migrate.notice import Notice, Weight
from kiriwake.migrate.registry import add_repositories
from kiriwake.migrate.stack import Stack, yaml_text
from kiriwake.migrate.tree import Map

_ORDER = ("Namespace", "CustomResourceDefinition", "StorageClass", "IngressClass", "ServiceAccount",
          "ConfigMap", "SecretProviderClass", "PersistentVolume", "PersistentVolumeClaim",
          "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Service")  # fmt: skip
_AZURE_KINDS = {"AzureIdentity", "AzureIdentityBinding", "AzureIngressProhibitedTarget",
                "AzureApplicationGatewayBackendPool", "AzureApplicationGatewayRewrite"}  # fmt: skip
_RESHAPED = {"Ingress", "PodSecurityPolicy", "CustomResourceDefinition"}
_SERVER_WRITES = ("status",)
_META_WRITES = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields",
                "selfLink")  # fmt: skip
_IDENTITY_NOTE = "azure.workload.identity/"


@dataclass(frozen=True, slots=True)
class EksOptions:
    """How an estate becomes an EKS cluster; account and region stand in image references."""

    zones: int = 2
    existing_network: bool = False
    account: str = "ACCOUNT_ID"
    region: str = "AWS_REGION"

    @property
    def registry(self) -> str:
        """The host of the account's ECR."""
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com"


@dataclass(slots=True)
class _Work:
    estate: Estate
    options: EksOptions
    ledger: Ledger
    notices: list[Notice]
    images: dict[Image, None]
    needs: set[str]
    classes: set[str]
    accounts: dict[tuple[str, str], None]
    out: list[Data]


def to_eks(estate: Estate, options: EksOptions) -> Converted:
    """Kubernetes objects adapted one by one; anything else written anew from the model."""
    ledger = Ledger(estate.documents, reasons.NOT_IN_KUBERNETES)
    work = _Work(estate, options, ledger, list(estate.notices), {}, set(), set(), {}, [])
    own_classes = {t.name for t in estate.things if t.kind == "StorageClass"}
    for tree in estate.documents:
        if isinstance(tree, Map) and is_kubernetes(tree):
            for item in flatten(tree):
                _adapt(work, item, own_classes)
            ledger.claim((tree,), Fate.ADAPTED, "manifests/", general.PLUMBING)
    _generate(work)
    _add_classes(work)
    stack = Stack("An EKS cluster, written by kiriwake. README.md says what to do in which order.")
    if any(kind in work.needs for kind in ("ingress", "balancer")):
        work.needs.add("balancer")
    _, needed, prefix = add_cluster(
        stack,
        estate,
        zones=options.zones,
        existing_network=options.existing_network,
        needs=frozenset(work.needs),
    )
    images = tuple(sorted(work.images, key=lambda i: (i.repository, i.tag, i.source)))
    add_repositories(stack, images)
    for space, account in work.accounts:
        name = pascal(space, account)
        pod_role(stack, f"{name}Role", ())
        associate(stack, f"{name}Identity", space, account, f"{name}Role")
    secrets = tuple(
        (f"{secret.namespace}/{dashed(secret.name, 63)}", secret.keys) for secret in estate.secrets
    )
    return Converted(
        stack,
        ledger.entries(),
        tuple(work.notices),
        images,
        secrets,
        (),
        needed,
        prefix,
        tuple(_files(work.out)),
    )


def _adapt(work: _Work, tree: Map, own_classes: set[str]) -> None:
    document = Document.of(tree, work.ledger)
    kind = document.kind
    document.file = f"manifests/{_stem(document.data)}"
    if kind == "Secret":
        work.ledger.claim((tree,), Fate.REPLACED, "README.md", reasons.SECRET)
        return
    if kind in _AZURE_KINDS:
        work.ledger.claim((tree,), Fate.DROPPED, "", reasons.AZURE_ONLY)
        return
    for key in _SERVER_WRITES:
        document.drop(Fate.DROPPED, reasons.HIDDEN, key)
    for key in _META_WRITES:
        document.drop(Fate.DROPPED, reasons.HIDDEN, "metadata", key)
    if not _serve(work, document):
        work.ledger.claim((tree,), Fate.DROPPED, "", general.NOT_CONVERTED)
        return
    if kind in KINDS:
        for image in adapt_pod(document, work.options.registry, work.notices):
            work.images[image] = None
    if kind in {"PersistentVolumeClaim", "StatefulSet"}:
        used = adapt_claims(document, own_classes)
        work.classes |= used
        work.needs |= {"ebs" if name == "gp3" else "efs" for name in used}
    _adapt_kind(work, document)
    if document.within("metadata").get("annotations") in ({}, None):
        document.data.get("metadata", {}).pop("annotations", None)
    document.rest(Fate.CARRIED, reasons.KEPT)
    work.out.append(document.data)


def _adapt_kind(work: _Work, document: Document) -> None:  # noqa: C901
    match document.kind:
        case "Service":
            adapt_service(document)
            if document.within("spec").get("type") == "LoadBalancer":
                work.needs.add("balancer")
        case "Ingress":
            if adapt_ingress(document, _inherited(work, document), work.notices):
                work.needs.add("ingress")
        case "StorageClass":
            made = adapt_class(document)
            if made:
                work.needs.add("ebs" if made == "gp3" else "efs")
        case "SecretProviderClass":
            if adapt_vault(document):
                work.needs.add("secrets")
                work.notices.append(_vault_notice(document))
        case "ServiceAccount":
            _adapt_account(work, document)
        case "HorizontalPodAutoscaler":
            work.needs.add("metrics")
        case "Gateway" | "GatewayClass":
            work.notices.append(_gateway_notice(document))
        case _:
            pass


def _serve(work: _Work, document: Document) -> bool:
    """Moves an object to a version that is served; an old shape is refused."""
    api = str(document.data.get("apiVersion", ""))
    today = REMOVED.get((api, document.kind))
    if today is None:
        return True
    selector_missing = document.kind in {"Deployment", "DaemonSet", "ReplicaSet"} and (
        not document.within("spec", "selector")
    )
    if not today or document.kind in _RESHAPED or selector_missing:
        work.notices.append(
            Notice(
                "old-shape",
                Weight.REFUSED,
                Text(
                    en=f"{document.kind} {document.name}: {api} has another shape than"
                    f" {today or 'anything served today'}; rewrite it with kubectl convert",
                    ja=f"{document.kind} {document.name}: {api} は {today or '現行のどの版'} とも"
                    "書式が違う。kubectl convert で書き直すこと",
                ),
                document.tree.place,
            )
        )
        return False
    document.set(today, Fate.ADAPTED, reasons.API_VERSION, "apiVersion")
    return True


def _adapt_account(work: _Work, document: Document) -> None:
    notes = dict(document.within("metadata", "annotations"))
    for key in notes:
        if key.startswith(_IDENTITY_NOTE):
            document.drop(Fate.REPLACED, reasons.IDENTITY, "metadata", "annotations", key)
            work.accounts[document.namespace, document.name] = None
    labels = dict(document.within("metadata", "labels"))
    for key in labels:
        if key.startswith(_IDENTITY_NOTE):
            document.drop(Fate.REPLACED, reasons.IDENTITY, "metadata", "labels", key)


def _inherited(work: _Work, document: Document) -> dict[str, str]:
    """The probe of the first backend, which AGIC uses when the Ingress names no health path."""
    for route in work.estate.routes:
        if (route.name, route.namespace) != (document.name, document.namespace):
            continue
        for path in route.paths:
            for endpoint in work.estate.endpoints:
                if (endpoint.name, endpoint.namespace) != (path.service, route.namespace):
                    continue
                found = _probe_notes(work.estate, endpoint)
                if found and takes_alb(document):
                    return found
    return {}


def _probe_notes(estate: Estate, endpoint: Endpoint) -> dict[str, str]:
    for workload in estate.targets(endpoint):
        for port in endpoint.ports:
            spot = container_port(workload, port.target, port.port)
            probe = health_question(*spot) if spot else None
            if probe is not None and probe.how == "http":
                return {"healthcheck-path": probe.path, "success-codes": "200-399"}
    return {}


def _generate(work: _Work) -> None:
    anew = [w for w in work.estate.workloads if w.source is not Source.KUBERNETES]
    for image in all_moved(anew):
        work.images[image] = None
    names = {(w.namespace, w.name) for w in anew}
    for workload in anew:
        work.out += generate.manifests(workload, work.options.registry)
        if workload.service_account:
            account = dashed(workload.service_account, 63)
            work.accounts[workload.namespace, account] = None
        hows = {volume.how for volume in workload.volumes}
        work.classes |= ({"efs"} if "share" in hows else set()) | (
            {"gp3"} if "disk" in hows else set()
        )
        work.needs |= ({"efs"} if "share" in hows else set()) | (
            {"ebs"} if "disk" in hows else set()
        )
        work.needs |= {"metrics"} if workload.scaling else set()
        _claim_generated(work, workload)
        if any(v.how in {"host", "git"} for v in workload.volumes):
            work.notices.append(_mount_notice(workload))
    for endpoint in work.estate.endpoints:
        if (endpoint.namespace, endpoint.name) in names:
            work.out.append(generate.service(endpoint))
            work.needs |= {"balancer"} if endpoint.public else set()
            claimed = traced(endpoint.trace, "ports", "type", "ranges", "expose")
            work.ledger.claim(claimed, Fate.ADAPTED, "manifests/", reasons.GENERATED)
    routes = [r for r in work.estate.routes if (r.namespace, r.name) in names]
    for name in dict.fromkeys(route.name for route in routes):
        own = [route for route in routes if route.name == name]
        work.out.append(generate.ingress(own))
        work.needs.add("ingress")
        for route in own:
            work.ledger.claim(
                traced(route.trace, "whole"), Fate.ADAPTED, "manifests/", reasons.GENERATED
            )
    others = tuple(
        d for d in work.estate.documents if not (isinstance(d, Map) and is_kubernetes(d))
    )
    claim_wrappers(work.ledger, others, "manifests/")


def _claim_generated(work: _Work, workload: Workload) -> None:
    def claim(trees: tuple[object, ...], fate: Fate, why: Text) -> None:
        work.ledger.claim(trees, fate, f"manifests/{workload.name}", why)  # type: ignore[arg-type]

    where = workload.trace
    claim(traced(where, "api", "kind"), Fate.REPLACED, general.PLUMBING)
    claim(traced(where, "location"), Fate.REPLACED, general.REGION)
    claim(traced(where, "registry"), Fate.REPLACED, general.PULL_SECRET)
    claim(traced(where, "diagnostics"), Fate.REPLACED, general.LOGS)
    claim(traced(where, "subnets", "networks"), Fate.REPLACED, general.SUBNETS)
    claim(traced(where, "service_account"), Fate.REPLACED, reasons.IDENTITY)
    claim(traced(where, "after"), Fate.DROPPED, reasons.NOT_IN_KUBERNETES)
    for secret in work.estate.secrets:
        claim(traced(secret.trace, "whole"), Fate.REPLACED, reasons.SECRET)
    for container in workload.every_container:
        if moved_image := traced(container.trace, "image", "build"):
            claim(moved_image, Fate.ADAPTED, reasons.GENERATED)
        facts = ("name", "entry", "command", "directory", "ports", "expose", "liveness",
                 "readiness", "startup", "user", "read_only_root", "add", "drop", "privileged",
                 "interactive", "terminal", "cpu_request", "cpu_limit", "memory_request",
                 "memory_limit", "resources")  # fmt: skip
        claim(traced(container.trace, *facts), Fate.ADAPTED, reasons.GENERATED)
        for probe in (container.liveness, container.readiness, container.startup):
            if probe is not None:
                claim(traced(probe.trace, "whole"), Fate.ADAPTED, reasons.GENERATED)
        for variable in container.variables:
            claim(traced(variable.trace, "whole"), Fate.CARRIED, reasons.GENERATED)
        for mount in container.mounts:
            claim(traced(mount.trace, "whole"), Fate.ADAPTED, reasons.GENERATED)
    for volume in workload.volumes:
        gone = volume.how in {"host", "git", "other"}
        claim(
            traced(volume.trace, "whole"),
            Fate.DROPPED if gone else Fate.REPLACED,
            reasons.NOT_IN_KUBERNETES if gone else reasons.GENERATED,
        )
    claim(
        traced(where, "name", "restart", "platform", "stop", "schedule", "replicas", "rollout",
               "scale", "tags"),
        Fate.ADAPTED,
        reasons.GENERATED,
    )  # fmt: skip


def _add_classes(work: _Work) -> None:
    work.out += [made_class(name) for name in sorted(work.classes)]
    if "ingress" in work.needs and not any(
        d.get("kind") == "IngressClass" and d.get("metadata", {}).get("name") == "alb"
        for d in work.out
    ):
        work.out.append(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "IngressClass",
                "metadata": {"name": "alb"},
                "spec": {"controller": "ingress.k8s.aws/alb"},
            }
        )
    known = {d["metadata"]["name"] for d in work.out if d.get("kind") == "Namespace"}
    spaces = {str((d.get("metadata") or {}).get("namespace", "")) for d in work.out}
    builtin = {"", "default", "kube-system", "kube-public", "kube-node-lease"}
    work.out += [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}
        for space in sorted(spaces - known - builtin)
    ]


def _stem(data: Data) -> str:
    meta = data.get("metadata") or {}
    kind, name = str(data.get("kind", "")), str(meta.get("name", ""))
    rank = _ORDER.index(kind) if kind in _ORDER else len(_ORDER)
    space = str(meta.get("namespace", ""))
    middle = f"{space}-" if space else ""
    return f"{rank:02d}-{dashed(kind, 40)}-{dashed(middle + name, 120)}.yaml"


def _files(out: list[Data]) -> list[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for data in out:
        found.setdefault(_stem(data), []).append(yaml_text(data))
    return [(f"manifests/{name}", "---\n".join(found[name])) for name in sorted(found)]


def _vault_notice(document: Document) -> Notice:
    return Notice(
        "key-vault",
        Weight.DECIDE,
        Text(
            en=f'"{document.name}" reads Secrets Manager now: the AWS provider of the Secrets Store'
            " CSI driver has to be installed, and keys and certificates moved to KMS and ACM",
            ja=f"「{document.name}」は Secrets Manager を読むようにした。Secrets Store CSI"
            " ドライバーの"
            " AWS プロバイダーが必要。キーと証明書は KMS と ACM に移すこと",
        ),
        document.tree.place,
    )


def _gateway_notice(document: Document) -> Notice:
    return Notice(
        "gateway-class",
        Weight.DECIDE,
        Text(
            en=f'{document.kind} "{document.name}" names an Azure or Istio class; choose the one of'
            " the AWS Load Balancer Controller or install the controller it names",
            ja=f"{document.kind}「{document.name}」は Azure か Istio のクラスを指している。"
            "AWS Load Balancer"
            " Controller のクラスに変えるか、指定のコントローラーを導入すること",
        ),
        document.tree.place,
    )


def _mount_notice(workload: Workload) -> Notice:
    return Notice(
        "mount-not-carried",
        Weight.WARNING,
        Text(
            en=f"{workload.name} mounts a folder of the machine or a git repository, which has no"
            " form here: bake the files into the image or make a ConfigMap",
            ja=f"{workload.name} がマウントするマシンのフォルダーや git リポジトリは移せない。"
            "イメージに含めるか ConfigMap にすること",
        ),
        workload.place,
    )
