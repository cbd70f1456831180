"""Services, Ingresses and their annotations for the AWS Load Balancer Controller."""

from __future__ import annotations

from kiriwake.core.text import Text
from kiriwake.migrate.eks import reasons
from kiriwake.migrate.eks.document import Document
from kiriwake.migrate.kubernetes.network import AGIC, AZURE_BALANCER, NGINX
from kiriwake.migrate.ledger import Fate
from kiriwake.migrate.notice import Notice, Weight

_AZURE = "service.beta.kubernetes.io/azure-"
_AWS = "service.beta.kubernetes.io/aws-load-balancer-"
_ALB = "alb.ingress.kubernetes.io/"
_AZURE_CLASSES = ("azure-application-gateway", "azure/application-gateway",
                  "webapprouting.kubernetes.azure.com", "addon-http-application-routing",
                  "azure-alb-external", "nginx")  # fmt: skip
_CLASS_NOTE = "kubernetes.io/ingress.class"
_PLAIN = {
    f"{AZURE_BALANCER}health-probe-request-path": "healthcheck-path",
    f"{AZURE_BALANCER}health-probe-interval": "healthcheck-interval",
    f"{AZURE_BALANCER}health-probe-num-of-probe": "healthcheck-unhealthy-threshold",
    f"{AZURE_BALANCER}health-probe-protocol": "healthcheck-protocol",
}
_AGIC = {
    "health-probe-path": "healthcheck-path",
    "health-probe-port": "healthcheck-port",
    "health-probe-status-codes": "success-codes",
    "health-probe-interval": "healthcheck-interval-seconds",
    "health-probe-timeout": "healthcheck-timeout-seconds",
    "health-probe-unhealthy-threshold": "unhealthy-threshold-count",
    "waf-policy-for-path": "wafv2-acl-arn",
}


def adapt_service(document: Document) -> None:
    """A Service: a LoadBalancer becomes a network load balancer that reaches the pods directly."""
    notes = dict(document.within("metadata", "annotations"))
    internal = str(notes.get(f"{AZURE_BALANCER}internal", "")).lower() == "true"
    for key, value in notes.items():
        if not key.startswith(_AZURE):
            continue
        spot = ("metadata", "annotations", key)
        if key in _PLAIN:
            document.drop(Fate.ADAPTED, reasons.ANNOTATION, *spot)
            document.within("metadata", "annotations")[_AWS + _PLAIN[key]] = str(value)
        elif key == f"{AZURE_BALANCER}internal":
            document.drop(Fate.ADAPTED, reasons.ANNOTATION, *spot)
        else:
            document.drop(Fate.DROPPED, reasons.ANNOTATION_GONE, *spot)
    if document.within("spec").get("type") == "LoadBalancer":
        meta = document.data["metadata"]
        given = meta.get("annotations")
        annotations = given if isinstance(given, dict) else {}
        annotations |= {
            f"{_AWS}type": "external",
            f"{_AWS}nlb-target-type": "ip",
            f"{_AWS}scheme": "internal" if internal else "internet-facing",
        }
        meta["annotations"] = dict(sorted(annotations.items()))
        document.drop(Fate.DROPPED, reasons.ANNOTATION_GONE, "spec", "loadBalancerIP")
    elif document.within("metadata").get("annotations") == {}:
        document.data["metadata"].pop("annotations")


def takes_alb(document: Document) -> bool:
    """Whether an Ingress was for a controller that does not come along."""
    written = document.within("spec").get("ingressClassName")
    noted = document.within("metadata", "annotations").get(_CLASS_NOTE)
    found = str(written or noted or "")
    return not found or any(found.startswith(name) for name in _AZURE_CLASSES)


def adapt_ingress(document: Document, probe: dict[str, str], notices: list[Notice]) -> bool:  # noqa: C901, PLR0912
    """An Ingress for the class `alb`; gives back whether it was changed.

    `probe` is the health check that AGIC would have inherited from the pod.
    """
    if not takes_alb(document):
        name = document.within("spec").get("ingressClassName") or document.within(
            "metadata", "annotations"
        ).get(_CLASS_NOTE)
        notices.append(
            Notice(
                "own-ingress-controller",
                Weight.DECIDE,
                Text(
                    en=f'the Ingress "{document.name}" is for {name}: install that controller on'
                    " EKS, or change the class to alb",
                    ja=f"Ingress「{document.name}」は {name} 用。EKS"
                    " にそのコントローラーを入れるか、"
                    "クラスを alb に変えること",
                ),
                document.tree.place,
            )
        )
        return False
    document.set("alb", Fate.ADAPTED, reasons.INGRESS_CLASS, "spec", "ingressClassName")
    notes = dict(document.within("metadata", "annotations"))
    made: dict[str, str] = {f"{_ALB}target-type": "ip", f"{_ALB}scheme": "internet-facing"}
    made |= {f"{_ALB}{key}": value for key, value in probe.items()}
    attributes = ["deregistration_delay.timeout_seconds=30"]
    tls = bool(document.within("spec").get("tls"))
    redirect = tls
    for key, value in notes.items():
        spot = ("metadata", "annotations", key)
        word = key.removeprefix(AGIC)
        if key == _CLASS_NOTE:
            document.drop(Fate.ADAPTED, reasons.INGRESS_CLASS, *spot)
        elif key.startswith(AGIC) and word in _AGIC:
            made[_ALB + _AGIC[word]] = str(value)
            document.drop(Fate.ADAPTED, reasons.ANNOTATION, *spot)
        elif word in {"use-private-ip", "ssl-redirect", "cookie-based-affinity",
                      "connection-draining", "connection-draining-timeout", "request-timeout",
                      "backend-protocol", "appgw-ssl-certificate"}:  # fmt: skip
            document.drop(Fate.ADAPTED, reasons.ANNOTATION, *spot)
            on = str(value).lower() == "true"
            if word == "use-private-ip" and on:
                made[f"{_ALB}scheme"] = "internal"
            elif word == "ssl-redirect":
                redirect = on
            elif word == "cookie-based-affinity" and on:
                attributes += ["stickiness.enabled=true", "stickiness.type=lb_cookie"]
            elif word == "connection-draining-timeout":
                attributes[0] = f"deregistration_delay.timeout_seconds={value}"
            elif word == "request-timeout":
                made[f"{_ALB}load-balancer-attributes"] = f"idle_timeout.timeout_seconds={value}"
            elif word == "backend-protocol":
                made[f"{_ALB}backend-protocol"] = str(value).upper()
            elif word == "appgw-ssl-certificate":
                tls = True
        elif key.startswith((AGIC, NGINX)):
            document.drop(Fate.DROPPED, reasons.ANNOTATION_GONE, *spot)
            notices.append(_gone(document, key))
    if tls:
        made[f"{_ALB}listen-ports"] = '[{"HTTP": 80}, {"HTTPS": 443}]'
        if redirect:
            made[f"{_ALB}ssl-redirect"] = "443"
        for number, item in enumerate(document.within("spec").get("tls") or []):
            if isinstance(item, dict) and "secretName" in item:
                document.drop(Fate.REPLACED, reasons.CERTIFICATE, "spec", "tls", number,
                              "secretName")  # fmt: skip
    made[f"{_ALB}target-group-attributes"] = ",".join(attributes)
    left = document.within("metadata", "annotations")
    document.data["metadata"]["annotations"] = dict(sorted({**left, **made}.items()))
    _path_types(document)
    return True


def _path_types(document: Document) -> None:
    for r, rule in enumerate(document.within("spec").get("rules") or []):
        paths = (rule.get("http") or {}).get("paths") or []
        for p, path in enumerate(paths):
            if path.get("pathType") in {None, "ImplementationSpecific"}:
                document.set("Prefix", Fate.ADAPTED, reasons.INGRESS_CLASS, "spec", "rules", r,
                             "http", "paths", p, "pathType")  # fmt: skip


def _gone(document: Document, key: str) -> Notice:
    spot = document.source("metadata", "annotations", key)
    return Notice(
        "annotation-dropped",
        Weight.WARNING,
        Text(
            en=f"{key} has no equivalent on the ALB; check what the Ingress needs it for",
            ja=f"{key} に当たるものが ALB にない。この設定が必要か確認すること",
        ),
        spot.place if spot else None,
    )
