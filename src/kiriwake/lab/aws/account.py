"""The emulated AWS of one account and region, as the engines see it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kiriwake.lab.aws import health, holders, images, pods, policies, roles
from kiriwake.lab.aws.health import Prober
from kiriwake.lab.aws.network import Network, Place
from kiriwake.lab.aws.reach import Reachability
from kiriwake.lab.aws.store import store
from kiriwake.lab.ground import Allowed, AwsError, Eni, ImageAnswer, Reach, Secret
from kiriwake.lab.world import Principal, World

_PULLS = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


class MotoGround:
    """A `Ground` that stands on moto."""

    def __init__(self, account: str, region: str, world: World, prober: Prober) -> None:
        self.account = account
        self.region = region
        self._world = world
        self._prober = prober

    def now(self) -> datetime:
        """The lab's time."""
        return self._world.clock.now()

    def _store(self, service: str, region: str = "") -> Any:
        return store(service, self.account, region or self.region)

    # --- EC2 -------------------------------------------------------------------------
    def create_interface(
        self,
        subnet_id: str,
        group_ids: Sequence[str],
        description: str,
        *,
        public_ip: bool = False,
        requester: str = "",
        interface_type: str = "interface",
    ) -> Eni:
        """A new interface with one address of the subnet."""
        ec2 = self._store("ec2")
        if Network(ec2).subnet(subnet_id) is None:
            raise AwsError(
                "InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist"
            )
        eni = ec2.create_network_interface(
            subnet_id,
            group_ids=list(group_ids),
            description=description,
            public_ip_auto_assign=public_ip,
        )
        if requester:
            holders.own(eni, requester, interface_type)
        eni.interface_type = interface_type
        eni.status = "in-use"
        return _eni(eni)

    def delete_interface(self, eni_id: str) -> None:
        """Gives the address back."""
        self._store("ec2").enis.pop(eni_id, None)

    def assign_addresses(self, eni_id: str, count: int) -> Sequence[str]:
        """Up to that many secondary addresses for an interface."""
        return pods.assign(self.account, self.region, eni_id, count)

    def attach(self, eni_id: str, instance_id: str, device_index: int) -> None:
        """Attaches an interface to an instance."""
        pods.attach(self.account, self.region, eni_id, instance_id, device_index)

    def instance(self, instance_id: str) -> tuple[Eni, str] | None:
        """An instance's first interface and its profile's role."""
        ec2 = self._store("ec2")
        found = ec2.get_instance_by_id(instance_id)
        if found is None or 0 not in found.nics:
            return None
        held = ec2.iam_instance_profile_associations.get(instance_id)
        roles_held = list(held.iam_instance_profile.roles) if held else []
        return _eni(found.nics[0]), str(roles_held[0].arn) if roles_held else ""

    def subnet(self, subnet_id: str) -> Mapping[str, Any] | None:
        """A subnet in API shape, or None."""
        found = Network(self._store("ec2")).subnet(subnet_id)
        if found is None:
            return None
        return {
            "SubnetId": found.id,
            "VpcId": found.vpc_id,
            "AvailabilityZone": found.availability_zone,
            "AvailabilityZoneId": found.availability_zone_id,
            "CidrBlock": found.cidr_block,
            "AvailableIpAddressCount": found.available_ip_address_count,
            "MapPublicIpOnLaunch": str(found.map_public_ip_on_launch).lower() == "true",
        }

    def security_group(self, group_id: str) -> Mapping[str, Any] | None:
        """A security group in API shape, or None."""
        found = self._store("ec2").get_security_group_from_id(group_id)
        if found is None:
            return None
        return {"GroupId": found.id, "GroupName": found.name, "VpcId": found.vpc_id}

    def reach(self, eni: Eni, dependency: str) -> Reach:
        """Whether packets get from an interface to a dependency."""
        walk = Reachability(self._store("ec2"), self.region, self._world.reach)
        return walk.reach(eni, dependency)

    def admits(self, source: Sequence[str], target: Eni, port: int) -> bool:
        """Whether the target lets TCP in from a load balancer's groups."""
        ec2 = self._store("ec2")
        network = Network(ec2)
        held = ec2.enis.get(target.id)
        place = (
            network.place(held)
            if held is not None
            else Place(target.private_ip, target.group_ids, target.subnet_id)
        )
        nodes = [
            Place(str(eni.private_ip_address), tuple(source), eni.subnet.id)
            for eni in ec2.enis.values()
            if eni.vpc_id == target.vpc_id
            and eni.description.startswith("ELB ")
            and (not source or {group.id for group in eni.group_set} & set(source))
        ]
        return all(not network.connects(node, place, port) for node in nodes)

    # --- IAM -------------------------------------------------------------------------
    def role_exists(self, role_arn: str) -> bool:
        """Whether the role is there."""
        return roles.find_role(role_arn) is not None

    def trusts(self, role_arn: str, service: str) -> bool:
        """Whether the role lets a service assume it."""
        role = roles.find_role(role_arn)
        name = service.partition(".")[0].partition("-")[0]
        source = f"arn:aws:{name}:{self.region}:{self.account}:task/x"
        context = {"aws:SourceAccount": self.account, "aws:SourceArn": source}
        return role is not None and roles.trusts(role, service, context)

    def oidc_audiences(self, issuer: str) -> frozenset[str] | None:
        """The client ids of the OIDC provider of an issuer, None without one."""
        return pods.audiences(self.account, issuer)

    def trust_policy(self, role_arn: str) -> Mapping[str, Any] | None:
        """A role's trust policy, None if there is no such role."""
        return pods.trust_policy(role_arn)

    def may(self, role_arn: str, action: str, resource: str = "*") -> Allowed:
        """Whether a role may do one action, and IAM's words for a no."""
        role = roles.find_role(role_arn)
        no = Allowed(False, f"no identity-based policy allows the {action} action")
        if role is None or self._world.denied(action, Principal("", role_arn, role_arn)):
            return no
        account = role_arn.split(":")[4]
        context = {
            "aws:PrincipalArn": role_arn,
            "aws:PrincipalAccount": account,
            "aws:RequestedRegion": self.region,
            "aws:SecureTransport": "true",
            "aws:CurrentTime": self.now().isoformat(),
        }
        return roles.judge(roles.rights(role, account), action, resource, context)

    # --- images, secrets, logs -----------------------------------------------------------
    def image(self, uri: str) -> ImageAnswer:
        """What the registry of the URI has."""
        return images.look_up(self._world, uri)

    def repository_admits(self, answer: ImageAnswer, role_arn: str) -> bool:
        """Whether a repository's own policy lets this role pull (F5.19)."""
        if answer.registry != "ecr":
            return True
        registry = store("ecr", answer.account, answer.region)
        repository = registry.repositories.get(answer.repository)
        text = repository.policy if repository is not None else None
        decisions = [
            policies.decide(
                [policies.parse(text)],
                action,
                "*",
                {"aws:PrincipalArn": role_arn, "aws:PrincipalAccount": role_arn.split(":")[4]},
                principal=lambda statement: policies.names_principal(statement, role_arn),
            )
            for action in _PULLS
        ]
        if answer.account == role_arn.split(":")[4]:
            return policies.Decision.EXPLICIT_DENY not in decisions
        return all(decision is policies.Decision.ALLOWED for decision in decisions)

    def secret(self, arn: str) -> Secret:
        """A Secrets Manager secret, wherever its ARN says it is."""
        parts = arn.split(":")
        account, region = (parts[4], parts[3]) if arn.startswith("arn:") else ("", "")
        secrets = store("secretsmanager", account or self.account, region or self.region).secrets
        found = secrets.get(arn)
        if found is None or getattr(found, "deleted_date", None):
            return Secret(False)
        value = found.secret_string or ""
        return Secret(True, _json_keys(value), value, found.kms_key_id or "")

    def parameter(self, name_or_arn: str) -> Secret:
        """A Systems Manager parameter by name or ARN."""
        account, region, name = self.account, self.region, name_or_arn
        if name_or_arn.startswith("arn:"):
            parts = name_or_arn.split(":", 5)
            account, region = parts[4], parts[3]
            name = parts[5].removeprefix("parameter")
        parameters = store("ssm", account, region)._parameters
        for candidate in (name, name.removeprefix("/")):
            if parameters.get(candidate):
                found = parameters[candidate][-1]
                value = found.decrypt(found.value) or ""
                return Secret(True, _json_keys(value), value, found.keyid or "")
        return Secret(False)

    def object_exists(self, s3_arn: str) -> bool:
        """Whether an S3 object is there."""
        bucket_name, _, key = s3_arn.partition(":::")[2].partition("/")
        bucket = self._store("s3").buckets.get(bucket_name)
        return bucket is not None and key in bucket.keys

    def log_group_exists(self, name: str, region: str = "") -> bool:
        """Whether a log group is there."""
        return name in self._store("logs", region).groups

    def create_log_group(self, name: str, region: str = "") -> None:
        """Makes a log group, if it is not there."""
        logs = self._store("logs", region)
        if name not in logs.groups:
            logs.create_log_group(name, {})

    def put_logs(self, group: str, stream: str, lines: Sequence[tuple[datetime, str]]) -> None:
        """Writes events; the stream is made if it is not there."""
        found = self._store("logs").groups.get(group)
        if found is None:
            raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
        if stream not in found.streams:
            found.create_log_stream(stream)
        events = [
            {"timestamp": int(moment.timestamp() * 1000), "message": line} for moment, line in lines
        ]
        if events:
            found.streams[stream].put_log_events(events)

    # --- ELBv2 -----------------------------------------------------------------------
    def target_group(self, arn: str) -> Mapping[str, Any] | None:
        """A target group in API shape with its attributes and its load balancer's state."""
        group = health.find_group(arn)
        if group is None:
            return None
        balancers = health.balancers_of(group)
        return {
            "TargetGroupArn": group.arn,
            "TargetGroupName": group.name,
            "Protocol": group.protocol,
            "Port": int(group.port) if group.port else None,
            "VpcId": group.vpc_id,
            "TargetType": group.target_type,
            "HealthCheckPath": group.health_check_path,
            "HealthCheckPort": group.health_check_port,
            "HealthCheckProtocol": group.health_check_protocol,
            "HealthCheckIntervalSeconds": int(group.health_check_interval_seconds),
            "HealthCheckTimeoutSeconds": int(group.health_check_timeout_seconds),
            "HealthyThresholdCount": int(group.healthy_threshold_count),
            "UnhealthyThresholdCount": int(group.unhealthy_threshold_count),
            "LoadBalancerArns": [balancer.arn for balancer in balancers],
            "Attributes": dict(group.attributes),
            "LoadBalancerState": balancers[0].state if balancers else "",
        }

    def register_target(self, arn: str, target: str, port: int, zone: str) -> None:
        """A target joins its group."""
        self._prober.register(arn, target, port, zone)

    def deregister_target(self, arn: str, target: str, port: int) -> None:
        """Starts draining."""
        self._prober.deregister(arn, target, port)

    def target_health(self, arn: str, target: str, port: int) -> tuple[str, str, str]:
        """State, reason and description, as DescribeTargetHealth answers."""
        found = self._prober.health(arn, target, port)
        return found.state, str(found.reason), found.words


def _eni(made: Any) -> Eni:
    return Eni(
        id=made.id,
        subnet_id=made.subnet.id,
        private_ip=str(made.private_ip_address),
        mac=made.mac_address,
        private_dns=getattr(made, "private_dns_name", "") or "",
        group_ids=tuple(group.id for group in made.group_set),
        availability_zone=made.availability_zone,
        vpc_id=made.vpc_id,
        public_ip=made.public_ip,
    )


def _json_keys(value: str) -> frozenset[str]:
    try:
        found = json.loads(value)
    except json.JSONDecodeError:
        return frozenset()
    return frozenset(found) if isinstance(found, dict) else frozenset()
