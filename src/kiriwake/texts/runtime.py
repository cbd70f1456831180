"""Texts of the container runtime, and of containers that ended: exit codes and signals."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(Pattern, family=Family.RUNTIME, weight=Weight.DIRECT, decided=True)
_symptom = partial(Pattern, family=Family.RUNTIME, weight=Weight.SYMPTOM)
_consequence = partial(Pattern, family=Family.RUNTIME, weight=Weight.CONSEQUENCE)

SCHEDULED = frozenset({"healthy/scaling", "healthy/scheduler-stop"})
"""Expected stops, in which 137 and 143 are how a container is told to go."""

_CODE = r"exit(?:ed)?[ _-]?(?:with )?(?:\w+ )?(?:code|status)?\"?'?[ :=(]*(?:code )?"

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="runtime/exec-format",
        causes=("ecr/platform-mismatch",),
        anchors=(
            "exec format error",
            "cannot execute binary file",
            "bad cpu type",
            "qemu-x86_64: could not open",
            "rosetta error",
        ),
        failure=Failure.MISMATCH,
    ),
    _direct(
        id="runtime/out-of-memory",
        causes=("ecs/out-of-memory",),
        anchors=(
            "outofmemoryerror",
            "oomkilled",
            "oom killed",
            "oom-kill",
            "oom_kill",
            "memory cgroup out of memory",
            "killed due to memory",
            "killed process",
            "out of memory: kill",
            "cgroup out of memory",
        ),
        regex=(
            r"outofmemoryerror: container killed|container killed due to memory|oom[ _-]?killed"
            r"|memory cgroup out of memory|killed process \d+ \([^)]*\)|oom[-_]kill"
            r"|killed due to memory usage|out of memory: kill|outofmemoryerror(?!: (?:java|gc"
            r"|metaspace|direct|unable|requested|compressed|insufficient))"
        ),
        unless=(
            "java.lang.outofmemoryerror",
            '"oomkilled": false',
            "oomkilled:false",
            "'oomkilled': false",
        ),
        failure=Failure.KILLED,
    ),
    _direct(
        id="runtime/heap-exhausted",
        decided=False,
        causes=("ecs/out-of-memory", "ecs/app-exits"),
        anchors=(
            "java.lang.outofmemoryerror",
            "javascript heap out of memory",
            "reached heap limit",
            "cannot allocate memory",
            "memoryerror",
            "worker (pid:",
            "signal: killed",
            "was terminated by signal 9",
            "was sent sigkill! perhaps out of memory",
            "std::bad_alloc",
            "fatal error: out of memory",
            "runtime: out of memory",
            "allowed memory size of",
        ),
        regex=(
            r"java\.lang\.outofmemoryerror[^.]{0,60}|javascript heap out of memory|reached "
            r"heap limit"
            r"|cannot allocate memory|\bmemoryerror\b|sent sigkill! perhaps out of memory"
            r"|bad_alloc|(?:fatal error|runtime): out of memory|allowed memory size of \d+"
            r"|terminated by signal 9"
        ),
        failure=Failure.KILLED,
    ),
    _direct(
        id="runtime/command-invalid",
        causes=("ecs/container-command-invalid",),
        anchors=(
            "executable file not found",
            "oci runtime create failed",
            "oci runtime exec failed",
            "unable to start container process",
            "standard_init_linux.go",
            "exec user process caused",
            "exec: ",
            "no such file or directory",
            "permission denied",
            "command not found",
            ": not found",
        ),
        regex=(
            r"exec: \"?(?P<command>[^\"]+?)\"?: (?:executable file not found|stat "
            r"|permission denied"
            r"|no such file|is a directory)|executable file not found"
            r"|exec (?P<command1>/?[\w./\-]+): (?:no such file or directory|permission denied"
            r"|argument list too long)"
            r"|exec user process caused:? ?\"?(?:no such file or directory|permission denied)"
            r"|(?:oci runtime|unable to start container process|container_linux).{0,300}?"
            r"(?:no such file or directory|permission denied|not a directory|is a directory)"
            r"|(?:/bin/(?:ba|a|da)?sh|sh|bash|entrypoint\S*): (?:line )?\d*:? ?"
            r"(?P<command2>[\w./\-]+): (?:command )?not found"
            r"|(?:^|\W)env: .{0,80}?no such file or directory"
        ),
        unless=(
            "mount.nfs4",
            "error mounting",
            "ci runtime exec failed: exec failed: unable to st",
        ),
        failure=Failure.INVALID,
    ),
    _direct(
        id="runtime/command-is-string",
        causes=("ecs/container-command-invalid",),
        anchors=("runcontainererror", "containercannotrun", "contextcannotrun", "starterror"),
        near=(
            "exec",
            "command",
            "executable",
            "no such file",
            "not found",
            "start container process",
        ),
        failure=Failure.INVALID,
    ),
    _symptom(
        id="runtime/mount",
        causes=("ecs/volume-not-mounted", "ecs/container-cannot-start"),
        anchors=("error mounting", "bind source path does not exist", "not a directory: unknown"),
        failure=Failure.INVALID,
    ),
    _symptom(
        id="runtime/device",
        causes=("ecs/container-cannot-start",),
        anchors=(
            "error gathering device information",
            "could not select device driver",
            "nvidia-container-cli",
            "failed to create container runtime task",
            "containerruntimeerror",
            "failed to create shim",
            "createcontainererror",
            "cannot start container",
            'container name "/',
            "mount callback failed",
            "error creating device nodes",
            "container init caused",
            "unable to find user",
            "minimum memory limit allowed",
            "conflict. the container name",
        ),
    ),
    _direct(
        id="runtime/port-allocated",
        causes=("ecs/host-port-taken",),
        anchors=("port is already allocated", "ports are not available", "failed: port is already"),
        regex=(
            r"(?:bind for \S+?:(?P<port>\d+) failed: )?port is already allocated|ports are not "
            r"avail"
        ),
        failure=Failure.FULL,
    ),
    _direct(
        id="runtime/disk-full",
        causes=("ecs/disk-full",),
        anchors=(
            "no space left on device",
            "enospc",
            "thin pool has",
            "free blocks",
            "disk quota exceeded",
            "not enough space on the disk",
            "disk full",
        ),
        near=("no space left", "enospc", "thin pool", "minimum required", "disk"),
        failure=Failure.FULL,
    ),
    _direct(
        id="runtime/timed-out",
        causes=("ecs/container-start-timed-out",),
        anchors=(
            "dockertimeouterror",
            "containerruntimetimeouterror",
            "could not transition to",
        ),
        regex=(
            r"could not transition to (?P<state>\w+); timed out(?: after waiting (?P<waited>\w+))?"
            r"|dockertimeouterror|containerruntimetimeouterror"
        ),
        failure=Failure.UNREACHABLE,
    ),
    _symptom(
        id="runtime/host-unwell",
        causes=("ecs/container-start-timed-out", "ecs/agent-disconnected"),
        anchors=(
            "cannotinspectcontainererror",
            "cannotstopcontainererror",
            "cannotdescribecontainererror",
            "dockerstateerror",
            "failed sending sigterm",
            "cannot connect to the docker daemon",
            "impossiblestatetransitionerror",
            "containervanishederror",
            "cannotgetdockerclienterror",
        ),
    ),
    _symptom(
        id="runtime/cannot-start",
        causes=(
            "ecs/container-command-invalid",
            "ecs/container-cannot-start",
            "logs/log-group-missing",
        ),
        anchors=(
            "cannotstartcontainer",
            "failed to get container status",
            "oci runtime create failed",
        ),
    ),
    _symptom(
        id="exit/not-runnable",
        causes=("ecs/container-command-invalid", "ecs/app-exits"),
        anchors=("exit", "126", "127", "128"),
        regex=rf"{_CODE}(?P<code>12[678])\b|error (?P<code1>12[78])\b",
        near=("exit",),
        failure=Failure.INVALID,
    ),
    _symptom(
        id="exit/killed",
        causes=(
            "ecs/out-of-memory",
            "ecs/stop-timeout-exceeded",
            "ecs/container-health-check-fails",
        ),
        anchors=("137", "sigkill", "signal 9"),
        regex=rf"{_CODE}(?P<code>137)\b|\(137\)|exit status 137|sigkill",
        near=("exit", "sigkill", "terminated", "status"),
        failure=Failure.KILLED,
        excused_by=SCHEDULED,
    ),
    _symptom(
        id="exit/segmentation-fault",
        causes=("ecs/app-exits", "ecr/platform-mismatch"),
        anchors=("139", "segmentation fault", "sigsegv", "134", "sigabrt", "core dumped", "sigill"),
        regex=(
            rf"{_CODE}(?P<code>13[249])\b|segmentation fault|\bsigsegv\b|\bsigabrt\b"
            r"|core dumped|\bsigill\b|illegal instruction"
        ),
        failure=Failure.EXITED,
    ),
    _symptom(
        id="exit/by-itself",
        causes=("ecs/app-exits", "ecr/platform-mismatch", "ecs/app-environment-missing"),
        anchors=("exit", "return code", "returned a non-zero"),
        regex=(
            rf"{_CODE}(?P<code>[1-9]\d?|1[01]\d|12[0-5]|255)\b(?!%|/|\.\d|:\d\d)"
            r"|process exited with code (?P<code1>[1-9]\d?)\b"
        ),
        unless=("steady state", "efs utils", "logger args", "npm warn"),
        failure=Failure.EXITED,
    ),
    _consequence(
        id="exit/essential-container",
        causes=("ecs/app-exits", "ecs/out-of-memory", "ecr/platform-mismatch"),
        anchors=(
            "必須コンテナが終了",
            "重要なコンテナが終了",
            "essential コンテナが終了",
            "essential container in task exited",
            "essentialcontainerexited",
        ),
        failure=Failure.EXITED,
        excused_by=SCHEDULED,
    ),
)
