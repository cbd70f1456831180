"""Logs of applications in the common runtimes: why a process ended or cannot work."""

from __future__ import annotations

from functools import partial

from kiriwake.texts.meaning import Dependency, Failure, Family, Weight
from kiriwake.texts.pattern import Pattern

_direct = partial(Pattern, family=Family.APPLICATION, weight=Weight.DIRECT)
_symptom = partial(Pattern, family=Family.APPLICATION, weight=Weight.SYMPTOM)

_EXITS = ("ecs/app-exits", "ecs/app-environment-missing", "ecs/app-dependency-unreachable")
_NAME = r"[A-Z][A-Z0-9_]{2,}"

PATTERNS: tuple[Pattern, ...] = (
    _direct(
        id="app/environment-missing",
        causes=("ecs/app-environment-missing", "ecs/app-exits"),
        anchors=(
            "environment variable",
            "env var",
            "keyerror:",
            "is not defined",
            "is not set",
            "is required",
            "is undefined",
            "could not resolve placeholder",
            "missing required",
            "must be set",
            "not configured",
            "field required",
            "improperlyconfigured",
            "key not found:",
        ),
        regex=(
            rf"environ(?:ment)?(?: variables?|\W{{1,3}})?:? ?'?\"?(?P<name>{_NAME})?'?\"? "
            r"?(?:is |are )?"
            r"(?:not (?:set|defined|found|provided)|missing|required|undefined|empty|must be set)"
            r"|(?:missing|required|undefined|unset)(?: required)? (?:environment variables?"
            r"|env vars?)"
            rf"(?::? ?'?\"?(?P<name1>{_NAME}))?"
            rf"|keyerror: ['\"](?P<name2>{_NAME})['\"]"
            rf"|key not found: \"(?P<name3>{_NAME})\""
            rf"|(?P<name4>(?-i:{_NAME})) (?:environment variable )?(?:is not (?:set|defined)"
            r"|is required"
            r"|is undefined|must be (?:set|provided|defined))"
            r"|could not resolve placeholder '(?P<name5>[^']+)'"
            r"|improperlyconfigured|(?:env(?:ironment)? var\w*).{0,40}?(?:not set|missing|required)"
        ),
        unless=("npm warn",),
        failure=Failure.ABSENT,
    ),
    _direct(
        id="app/database-refused",
        causes=("ecs/app-dependency-unreachable", "ecs/app-exits"),
        anchors=(
            "communications link failure",
            "password authentication failed",
            "access denied for user",
            "unknown database",
            "no pg_hba.conf entry",
            "operationalerror",
            "sequelizeconnection",
            "mongoserverselectionerror",
            "mongonetworkerror",
            "can't reach database server",
            "could not connect to server",
            "connection to server at",
            "is the server running on",
            "noauth authentication required",
            "could not connect to redis",
            "error 111 connecting",
            "redis::cannotconnecterror",
            "pg::connectionbad",
            "hikaripool",
            "no brokers available",
            "lost connection to mysql",
            "can't connect to mysql",
            "too many connections",
            "database does not exist",
        ),
        unless=("health: healthy",),
        dependency=Dependency.DATABASE,
        failure=Failure.UNREACHABLE,
    ),
    _symptom(
        id="app/connection-refused",
        causes=("ecs/app-dependency-unreachable", "ecs/app-exits"),
        anchors=("econnrefused", "connection refused", "connectionrefusederror", "etimedout"),
        unless=("probe failed", "webhook", "health check", "target", "kubelet", "the server"),
        failure=Failure.UNREACHABLE,
    ),
    _direct(
        id="app/address-in-use",
        causes=("ecs/app-exits",),
        anchors=("address already in use", "eaddrinuse", "address in use"),
        failure=Failure.EXITED,
    ),
    _direct(
        id="app/module-missing",
        causes=("ecs/app-exits", "ecs/container-command-invalid"),
        anchors=(
            "modulenotfounderror",
            "cannot find module",
            "no module named",
            "importerror",
            "could not find or load main class",
            "classnotfoundexception",
            "noclassdeffounderror",
            "unable to access jarfile",
            "cannot load such file",
            "err_module_not_found",
            "error while loading shared libraries",
            "could not load file or assembly",
            "the application to execute does not exist",
            "you must install or update .net",
            "glibc_",
            "bundler::gemnotfound",
            "class not found",
            "unsupportedclassversionerror",
            "missing script",
        ),
        failure=Failure.EXITED,
    ),
    _symptom(
        id="app/crash",
        causes=_EXITS,
        anchors=(
            "traceback (most recent call last)",
            "unhandled exception",
            "uncaught exception",
            "unhandledpromiserejection",
            "uncaughtexception",
            "unhandled rejection",
            'exception in thread "main"',
            "application run failed",
            "panic: ",
            "goroutine 1 [",
            "fatal error:",
            "thread 'main' panicked",
            "npm err!",
            "npm error",
            "errno: -13",
            "process terminated",
            "worker failed to boot",
            "app crashed",
            "error: eacces",
            "nginx: [emerg]",
            "ah00526",
            "syntaxerror",
            "panicked at",
            "error: listen eacces",
            "unhandled 'error' event",
            "php fatal error",
            "certificate has expired",
            "certificate verify failed",
            "x509: certificate",
            "migration failed",
            "application failed to start",
            "application startup failed",
            "failed to start application",
            "failed to start server",
            "shutting down due to",
            "exiting due to",
            "fatal: ",
            "[fatal]",
            "fatal exception",
        ),
        unless=("webhook", "calling webhook", "error response from daemon", "pull"),
        failure=Failure.EXITED,
    ),
    _symptom(
        id="app/permission",
        causes=("ecs/app-exits", "ecs/container-command-invalid"),
        anchors=(
            "permissionerror:",
            "errno 13",
            "eacces: permission denied",
            "read-only file system",
            "operation not permitted",
            "erofs",
        ),
        failure=Failure.EXITED,
    ),
    _direct(
        id="app/bound-to-loopback",
        causes=("ecs/health-check-cannot-connect",),
        anchors=(
            "listening on 127.0.0.1",
            "listening on localhost",
            "running on http://127.0.0.1",
            "running on http://localhost",
            "listening on http://127.0.0.1",
            "listening on http://localhost",
            "starting development server at http://127.0.0.1",
            "listening at: http://127.0.0.1",
            "now listening on: http://localhost",
        ),
        near=("unhealthy", "timed out", "health check", "sigterm", "target"),
        failure=Failure.UNREACHABLE,
    ),
    _direct(
        id="app/tls-on-plain-port",
        causes=("ecs/health-check-cannot-connect", "ecs/health-check-code-rejected"),
        anchors=(
            "plain http request was sent to https port",
            "http request to an https server",
            "client sent an http request to an https server",
            "tls: first record does not look like a tls handshake",
            "speaking plain http to an ssl-enabled server port",
            "wrong version number",
        ),
        failure=Failure.MISMATCH,
    ),
)
