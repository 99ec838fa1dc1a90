# SPDX-License-Identifier: BSD-3-Clause
"""The override in every way it can be given, and what shadow-selinux says: cells for ours alone."""
import re
from dataclasses import dataclass

from . import judge, labels
from .shapes import GOOD


@dataclass(frozen=True)
class Line:
    """One step.  Status 0 of a useradd means that the account of that name is there, another
    status that nothing is changed.  says: a pattern of what it writes; "" is nothing at all."""
    name: str
    command: str
    status: int = 0
    says: str = ""
    label: str = ""  # the type that /etc/shadow has afterwards


@dataclass(frozen=True)
class Script:
    name: str
    title: str
    setup: dict
    lines: tuple
    mode: str = "E"


def useradd(name, mode, option="", **more):
    environment = f"SHADOW_SELINUX={mode} " if mode else ""
    return Line(name, f"{environment}/ours/useradd -m {option} {name}", **more)


def in_defs(name, mode, **more):
    """With SELINUX_LABELS in login.defs.d."""
    file = "/etc/login.defs.d/labels.defs"
    return Line(name, "/bin/sh -c 'mkdir -p /etc/login.defs.d; "
                f"echo SELINUX_LABELS {mode} >{file}; /ours/useradd -m {name}; s=$?; "
                f"rm {file}; exit $s'", **more)


NO_POLICY = {"config": "targeted"}
STRICT = r"SELinux"

SCRIPTS = (
    Script("override", "each way to give the mode, no policy", NO_POLICY, (
        useradd("vmo1", "auto"),
        useradd("vmo2", "off"),
        useradd("vmo3", "strict", status=1, says=STRICT),
        useradd("vmo4", "strict", "--selinux=off"),
        useradd("vmo5", "off", "--selinux=strict", status=1, says=STRICT),
        useradd("vmo6", "maybe", says="unknown SELinux mode 'maybe'"),
        useradd("vmo7", "", "--selinux=maybe", status=2, says="maybe"),
        in_defs("vmo8", "strict", status=1, says=STRICT),
        in_defs("vmo9", "off"),
        Line("groupadd", "SHADOW_SELINUX=strict /ours/groupadd vmgn", 10, STRICT),
        Line("groupmod", "SHADOW_SELINUX=strict /ours/groupmod -n vmg2 vmga", 10, STRICT),
        Line("groupdel", "SHADOW_SELINUX=strict /ours/groupdel vmgb", 10, STRICT),
        Line("usermod", "SHADOW_SELINUX=strict /ours/usermod -c new vmua", 1, STRICT),
        Line("userdel", "SHADOW_SELINUX=strict /ours/userdel -r vmub", 1, STRICT),
    )),
    Script("override-secure", "a domain transition: the environment is not heard", {
        **NO_POLICY, "domain": "secure_t"}, (
        useradd("vmo1", "strict"),
        useradd("vmo2", "strict", "--selinux=strict", status=1, says=STRICT),
        Line("why", "SHADOW_SELINUX=strict /ours/shadow-selinux", says="ignored"),
    )),
    Script("override-full", "a full system", {**GOOD, "files": "own"}, (
        useradd("vmo1", "strict", label="shadow_t"),
        useradd("vmo2", "auto", label="shadow_t"),
        useradd("vmo3", "off", label="etc_t"),
    )),
    Script("override-refused", "a label that is refused", {
        **GOOD, "files": "own", "domain": "noshadow_t"}, (
        useradd("vmo1", "strict", status=1, says=".", label="shadow_t"),
        useradd("vmo2", "auto", status=1, says=".", label="shadow_t"),
        useradd("vmo3", "off", label="etc_t"),
    )),
)


def judge_script(script, seen):
    faults = list(seen.errors)
    before = seen.start
    for line, step in zip(script.lines, seen.steps):
        faults += (f"{line.name}: {fault}" for fault in judge_line(line, before, step))
        before = step.state
    if len(seen.steps) != len(script.lines):
        faults.append("not all steps were run")
    return faults


def judge_line(line, before, step):
    text = "\n".join(step.out)
    if step.status != line.status:
        return [f"status {step.status}, not {line.status}: {text or 'no message'}"]
    faults = []
    if not (re.search(line.says, text, re.S) if line.says else not text):
        faults.append(f"says {text!r}")
    if line.status:
        faults += judge.unchanged(before, step.state)
    elif "useradd" in line.command:
        faults += judge.has_rows(step.state, judge.USER_FILES, line.name)
        if f"/home/{line.name}/.profile" not in step.state.files:
            faults.append("the home is not there")
    shadow = step.state.files.get("/etc/shadow")
    if line.label and shadow.label != labels.label(line.label):
        faults.append(f"/etc/shadow has label {shadow.label}")
    return faults
