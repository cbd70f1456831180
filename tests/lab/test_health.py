"""Target health follows the target group's rules in the lab's time."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any

import pytest
from tests.lab.conftest import Bench
from tests.lab.shapes import faults
from tests.lab.town import Town, town

_INITIAL = ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
_TIMED_OUT = ("unhealthy", "Target.Timeout", "Request timed out")
_FAILED = ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")


@pytest.fixture
def place(bench: Bench) -> Iterator[Town]:
    with town(bench) as made:
        yield made


def test_a_new_target_is_healthy_after_one_passed_check(place: Town) -> None:
    group = place.front(HealthyThresholdCount=5)
    place.register(group, place.app())
    assert place.health(group)[0][:2] == ("initial", "Elb.RegistrationInProgress")
    place.bench.lab.advance(5)
    assert place.health(group) == [("healthy", "", "")]


def test_a_wrong_status_is_told_with_its_code_after_the_unhealthy_threshold(place: Town) -> None:
    group = place.front(HealthCheckPath="/health", UnhealthyThresholdCount=3)
    place.register(group, place.app(paths={"/": 200}))
    place.bench.lab.advance(40)
    assert place.health(group) == [_INITIAL]
    place.bench.lab.advance(30)
    words = "Health checks failed with these codes: [404]"
    assert place.health(group) == [("unhealthy", "Target.ResponseCodeMismatch", words)]


def test_changing_the_path_heals_after_the_healthy_threshold(place: Town) -> None:
    group = place.front(HealthCheckPath="/health", HealthyThresholdCount=3)
    place.register(group, place.app(paths={"/": 200}))
    place.bench.lab.advance(120)
    place.bench.aws("elbv2").modify_target_group(TargetGroupArn=group, HealthCheckPath="/")
    place.bench.lab.advance(60)
    assert place.health(group)[0][0] == "unhealthy"
    place.bench.lab.advance(60)
    assert place.health(group) == [("healthy", "", "")]


def test_a_matcher_of_a_range_takes_redirects(place: Town) -> None:
    group = place.front(Matcher={"HttpCode": "200-399"})
    place.register(group, place.app(paths={"/": 302}))
    place.bench.lab.advance(10)
    assert place.health(group) == [("healthy", "", "")]


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ({"latency_ms": 6000}, _TIMED_OUT),
        ({"latency_ms": 4000}, ("healthy", "", "")),
        ({"tls": True}, _FAILED),
        ({"bind": "127.0.0.1"}, _FAILED),
    ],
)
def test_what_an_application_does_decides(
    place: Town, behaviour: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    group = place.front()
    place.register(group, place.app(**behaviour))
    place.bench.lab.advance(120)
    assert place.health(group) == [expected]


def test_a_closed_port_is_refused_and_a_closed_group_times_out(place: Town) -> None:
    group = place.front()
    eni = place.app()
    place.register(group, eni)
    app = place.apps.pop((eni.private_ip, 8080))
    place.bench.lab.advance(120)
    assert place.health(group) == [_FAILED]
    place.apps[eni.private_ip, 8080] = app
    place.bench.aws("ec2").revoke_security_group_ingress(
        GroupId=place.task_group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 8080,
                "ToPort": 8080,
                "UserIdGroupPairs": [{"GroupId": place.lb_group}],
            }
        ],
    )
    place.bench.lab.advance(120)
    assert place.health(group) == [_TIMED_OUT]


def test_a_network_acl_stops_the_answer_on_its_way_back(place: Town) -> None:
    ec2 = place.bench.aws("ec2")
    group = place.front()
    place.register(group, place.app())
    acl = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [place.vpc]}])
    ec2.create_network_acl_entry(
        NetworkAclId=acl["NetworkAcls"][0]["NetworkAclId"],
        RuleNumber=50,
        Protocol="6",
        RuleAction="deny",
        Egress=True,
        CidrBlock="10.0.0.0/16",
        PortRange={"From": 1024, "To": 65535},
    )
    place.bench.lab.advance(120)
    assert place.health(group) == [_TIMED_OUT]


def test_a_network_load_balancer_does_not_tell_why(place: Town) -> None:
    group = place.front("network", HealthCheckProtocol="HTTP", HealthCheckPath="/health")
    place.register(group, place.app(paths={"/": 200}))
    place.bench.lab.advance(120)
    assert place.health(group) == [_FAILED]


def test_a_tcp_check_asks_only_for_a_connection(place: Town) -> None:
    group = place.front("network")
    place.register(group, place.app(paths={}, default_status=500))
    place.bench.lab.advance(10)
    assert place.health(group) == [("healthy", "", "")]


def test_a_group_without_a_listener_is_not_in_use(place: Town) -> None:
    group = place.target_group()
    place.register(group, place.app())
    place.bench.lab.advance(120)
    state, reason, _ = place.health(group)[0]
    assert (state, reason) == ("unused", "Target.NotInUse")


def test_a_zone_that_is_not_enabled_is_not_used(place: Town) -> None:
    group = place.front()
    made = place.bench.aws("ec2").create_subnet(
        VpcId=place.vpc, CidrBlock="10.0.9.0/24", AvailabilityZone="us-east-1c"
    )
    place.subnets.append(made["Subnet"]["SubnetId"])
    place.register(group, place.app(subnet=2))
    place.bench.lab.advance(60)
    words = "Target is in an Availability Zone that is not enabled for the load balancer"
    assert place.health(group) == [("unused", "Target.NotInUse", words)]


def test_a_target_drains_for_the_deregistration_delay_and_is_gone(place: Town) -> None:
    elb = place.bench.aws("elbv2")
    group = place.front()
    eni = place.app()
    place.register(group, eni)
    elb.modify_target_group_attributes(
        TargetGroupArn=group,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "60"}],
    )
    place.bench.lab.advance(10)
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": eni.private_ip, "Port": 8080}])
    place.bench.lab.advance(59)
    assert place.health(group)[0][:2] == ("draining", "Target.DeregistrationInProgress")
    place.bench.lab.advance(2)
    assert place.health(group) == []
    asked = elb.describe_target_health(
        TargetGroupArn=group, Targets=[{"Id": eni.private_ip, "Port": 8080}]
    )
    told = asked["TargetHealthDescriptions"][0]["TargetHealth"]
    assert (told["State"], told["Reason"]) == ("unused", "Target.NotRegistered")
    assert faults("elbv2", "DescribeTargetHealth", asked) == []


def test_the_same_address_on_two_ports_is_two_targets(place: Town) -> None:
    group = place.front()
    eni = place.app()
    place.bench.aws("elbv2").register_targets(
        TargetGroupArn=group,
        Targets=[{"Id": eni.private_ip, "Port": 8080}, {"Id": eni.private_ip, "Port": 9090}],
    )
    place.bench.lab.advance(120)
    assert [state for state, *_ in place.health(group)] == ["healthy", "unhealthy"]


def test_a_target_group_names_the_load_balancers_of_its_listeners(place: Town) -> None:
    elb = place.bench.aws("elbv2")
    group = place.front()
    found = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
    assert len(found["LoadBalancerArns"]) == 1
    listener = elb.describe_listeners(LoadBalancerArn=found["LoadBalancerArns"][0])["Listeners"][0]
    elb.delete_listener(ListenerArn=listener["ListenerArn"])
    found = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
    assert found["LoadBalancerArns"] == []


def _curl(place: Town, url: str) -> int:
    host, port = place.bench.lab.endpoint.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port))
    connection.request("GET", url)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_curl_through_the_proxy_gets_what_the_application_answers(place: Town) -> None:
    eni = place.app(paths={"/": 200})
    assert _curl(place, f"http://{eni.private_ip}:8080/") == 200
    assert _curl(place, f"http://{eni.private_ip}:8080/health") == 404
    assert _curl(place, f"http://{eni.private_ip}:9999/") == 502


def test_a_load_balancers_name_answers_from_its_targets(place: Town) -> None:
    group = place.front(HealthCheckPath="/health")
    balancer = place.bench.aws("elbv2").describe_load_balancers()["LoadBalancers"][0]
    url = f"http://{balancer['DNSName']}/"
    assert _curl(place, url) == 503
    eni = place.app(paths={"/": 200})
    place.register(group, eni)
    place.bench.lab.advance(120)
    assert place.health(group)[0][0] == "unhealthy"
    assert _curl(place, url) == 200  # it fails open
    place.apps.clear()
    assert _curl(place, url) == 502
