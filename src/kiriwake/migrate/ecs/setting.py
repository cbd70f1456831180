"""What the parts of one ECS conversion share: options, names, the ledger and the stack."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kiriwake.core.text import Text
from kiriwake.migrate.fargate import SizeBy
from kiriwake.migrate.images import holes, moved
from kiriwake.migrate.ledger import Ledger
from kiriwake.migrate.model import Container, Estate, Port, SecretKey, Variable, Workload
from kiriwake.migrate.names import pascal, unique_names
from kiriwake.migrate.notice import Notice, Weight
from kiriwake.migrate.stack import Json, Stack, ref, sub
from kiriwake.migrate.tree import Place, Tree

_SECRET_NAME = re.compile(
    r"PASS(WORD|WD|PHRASE)?\b|_PASS|SECRET|TOKEN|API_?KEY|CONNECTION_?STR", re.IGNORECASE
)
_SECRET_VALUE = re.compile(r"AccountKey=|SharedAccessKey=|://[^/\s:@]+:[^/\s@]+@|-----BEGIN ")
_AZURE_HOST = re.compile(
    r"[\w.-]+\.(?:servicebus|blob\.core|queue\.core|file\.core|table\.core|database|documents|vault"
    r"|redis\.cache|openai|cognitiveservices|mysql\.database|postgres\.database)\.(?:windows\.net"
    r"|azure\.com|azure\.net)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Setting:
    """One conversion under way."""

    estate: Estate
    ledger: Ledger
    stack: Stack
    size_by: SizeBy = SizeBy.LIMITS
    image_has: str = ""
    zones: int = 2
    existing_network: bool = False
    notices: list[Notice] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    secret_ids: dict[str, str] = field(default_factory=dict)
    answers: set[tuple[str, str, int]] = field(default_factory=set)
    """Workload, namespace and port pairs proven to speak HTTP by a probe or a route."""

    def __post_init__(self) -> None:
        self.names = unique_names(self.estate.workloads)

    def name(self, workload: Workload) -> str:
        """The workload's name in AWS."""
        return self.names[workload.namespace, workload.name]

    def id_of(self, workload: Workload) -> str:
        """The prefix of the workload's logical ids."""
        return pascal(self.name(workload))

    def note(self, reference: str, weight: Weight, says: Text, place: Place | None = None) -> None:
        """Adds a notice."""
        self.notices.append(Notice(reference, weight, says, place))

    def volumes_of(self, workload: Workload) -> set[str]:
        """The volumes that exist on ECS."""
        gone = {"host", "block", "downward", "other", "git"}
        return {volume.name for volume in workload.volumes if volume.how not in gone}

    def image(self, container: Container, workload: Workload) -> Json:
        """The image as the task definition names it."""
        image = moved(container, workload)
        if image is not None:
            base = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
            for name in holes(image.tag):
                self.parameter(name, "")
            return sub(f"{base}/{image.repository}:{image.tag}")
        return self.filled(container.image)

    def filled(self, text: str) -> Json:
        """The text, or a `Fn::Sub` where values were left open by the input."""
        open_names = [name for name in holes(text) if name in self.estate.parameters]
        if not open_names:
            return text
        for name in open_names:
            self.parameter(name, self.estate.parameters[name])
        escaped = text.replace("${", "${!")
        for name in open_names:
            escaped = escaped.replace(f"${{!{name}}}", f"${{{pascal(name)}}}")
        return sub(escaped)

    def parameter(self, name: str, known: str) -> str:
        """A parameter of the stack for a value the files leave open."""
        logical_id = pascal(name)
        described = f"Not in the input files: {known or name}"[:3900]
        self.stack.parameters.setdefault(logical_id, {"Type": "String", "Description": described})
        return logical_id

    def open_value(self, name: str, known: str) -> Json:
        """A parameter reference for an environment variable without a value."""
        return ref(self.parameter(f"Env{pascal(name)}", known))

    def secret(self, key: SecretKey) -> Json:
        """The `ValueFrom` of a key of a secret."""
        logical_id = self.secret_ids.setdefault(key.secret, f"{pascal(key.secret)}Secret")
        return sub(f"${{{logical_id}}}:{key.key}::")

    def app_protocol(self, container: Container, port: Port) -> str:
        """The port's protocol above TCP where the input proves it."""
        if port.app:
            return port.app
        for probe in (container.readiness, container.liveness, container.startup):
            if probe is not None and probe.port == port.number:
                if probe.how == "grpc":
                    return "grpc"
                if probe.how == "http" and probe.scheme == "HTTP":
                    return "http"
        return ""

    def kubelet_value(self, variable: Variable, where: tuple[Tree, ...]) -> None:
        """Tells of a variable that nothing fills in on ECS."""
        self.note(
            "kubelet-variable",
            Weight.WARNING,
            Text(
                en=f"{variable.name} comes from the kubelet ({variable.filled}); ECS does"
                " not set it",
                ja=f"{variable.name} は kubelet が設定する値 ({variable.filled})。ECS"
                " では設定されない",
            ),
            where[0].place if where else None,
        )

    def open_variable(self, variable: Variable, where: tuple[Tree, ...]) -> None:
        """Tells of a variable whose value has to be found."""
        self.note(
            "value-not-in-the-files",
            Weight.DECIDE,
            Text(
                en=f"{variable.name.lstrip('*')}: {variable.unknown} is not among the files",
                ja=f"{variable.name.lstrip('*')}: {variable.unknown} が入力ファイルにない",
            ),
            where[0].place if where else None,
        )

    def looks_secret(self, variable: Variable, where: tuple[Tree, ...]) -> None:
        """Tells of a value in plain sight, and of a service that stays in Azure."""
        value = variable.value or ""
        place = where[0].place if where else None
        if value and (_SECRET_NAME.search(variable.name) or _SECRET_VALUE.search(value)):
            self.note(
                "secret-in-plain-sight",
                Weight.WARNING,
                Text(
                    en=f"{variable.name} looks like a secret and stands in the file; it belongs in"
                    " Secrets Manager",
                    ja=f"{variable.name} は機密情報に見えるが平文で書かれている。Secrets"
                    " Manager に置くべき",
                ),
                place,
            )
        host = _AZURE_HOST.search(value)
        if host is not None:
            self.note(
                "stays-in-azure",
                Weight.DECIDE,
                Text(
                    en=f"{variable.name} calls {host.group()}, which stays in Azure",
                    ja=f"{variable.name} は Azure に残る {host.group()} を呼び出す",
                ),
                place,
            )
