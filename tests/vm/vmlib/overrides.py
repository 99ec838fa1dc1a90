# SPDX-License-Identifier: BSD-3-Clause
"""The override in every way it can be given, and what shadow-selinux says: cells for ours alone."""
import json
import re
from dataclasses import dataclass, field

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
    json: dict = field(default_factory=dict)  # members of what it writes
    row: tuple = ()  # file, name, column and what is there afterwards
    packaged: bool = False  # a failure of the distribution's may leave a new backup


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
        useradd("vmo1", "strict", status=1, says="SELinux label", label="shadow_t"),
        useradd("vmo2", "auto", status=1, says="SELinux label", label="shadow_t"),
        useradd("vmo3", "off", label="etc_t"),
    )),
)

# The distribution's useradd adds the account, then ends with a segmentation fault.
SCRIPTS += (
    Script("seuser", "-Z without a store of the policy", {**GOOD, "files": "own"}, (
        useradd("vmo1", "", "-Z staff_u", says="login mapping is not changed", label="shadow_t"),
        useradd("vmo2", "strict", "-Z staff_u", status=14, says="cannot change the SELinux login"),
        Line("usermod", "/ours/usermod -Z staff_u vmua", says="login mapping is not changed"),
    )),
)

WHY = "/ours/shadow-selinux"
SHADOW = {"path": "/etc/shadow", "label": labels.label("shadow_t"), "from": "policy"}

SCRIPTS += (
    Script("why-3", "no policy, enforcing", NO_POLICY, (
        Line("text", WHY, says=r"kernel +SELinux: yes.*enforcing +yes.*missing.*verdict +no label"),
        Line("json", WHY + " --json", says="{", json={
            "kernel": "yes", "enforcing": "yes", "policy": "missing", "verdict": "no label",
            "mode": "auto", "live": True, "environment_ignored": False}),
        Line("strict", f"SHADOW_SELINUX=strict {WHY} --json", says="{", json={
            "mode": "strict", "verdict": "refuse"}),
        Line("off", WHY + " --selinux=off --json", says="{", json={
            "mode": "off", "verdict": "no label"}),
    )),
    Script("why-5", "enforce unreadable", {**NO_POLICY, "fs": "noenforce"}, (
        Line("json", WHY + " --json", says="{", json={"kernel": "yes", "enforcing": "unknown"}),
    ), mode="P"),
    Script("why-2m", "selinuxfs masked", {**GOOD, "fs": "masked"}, (
        Line("json", WHY + " --json", says="{", json={
            "kernel": "yes", "selinuxfs": None, "enforcing": "unknown"}),
    )),
    Script("why-full", "a full system", {**GOOD, "files": "own"}, (
        Line("text", WHY, says=r"verdict +label: .*/etc/shadow +system_u:object_r:shadow_t:s0"
             r" from the policy.*/home/NEW/? +system_u:object_r:user_home_dir_t:s0"),
        Line("json", WHY + " --json /etc/shadow", says="{", json={
            "verdict": "label", "policy": "loads", "paths": [SHADOW]}),
    )),
    Script("why-10", "no setfscreate", {**GOOD, "domain": "nolabel_t"}, (
        Line("text", WHY + " /etc/shadow", says=r"/etc/shadow +system_u:object_r:container_file_t"
             r".*not system_u:object_r:shadow_t.*Permission denied"),
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
    faults += wrong_members(line.json, text)
    if line.status:
        faults += judge.unchanged(before, step.state, backups=not line.packaged)
    elif "useradd -m" in line.command:
        faults += judge.has_rows(step.state, judge.USER_FILES, line.name)
        if f"/home/{line.name}/.profile" not in step.state.files:
            faults.append("the home is not there")
    if line.row:
        faults += judge.row_is(step.state, *line.row)
    shadow = step.state.files.get("/etc/shadow")
    if line.label and shadow.label != labels.label(line.label):
        faults.append(f"/etc/shadow has label {shadow.label}")
    return faults


def wrong_members(wanted, text):
    if not wanted:
        return []
    try:
        members = json.loads(text)
    except ValueError:
        return [f"is no JSON: {text!r}"]
    return [f"{name} is {members.get(name)!r}" for name, value in wanted.items()
            if not same(members.get(name), value)]


def same(seen, wanted):
    """Equal; of objects in a list, only the members that are wanted."""
    if isinstance(wanted, list) and isinstance(seen, list):
        return len(seen) == len(wanted) and all(
            want.items() <= have.items() for have, want in zip(seen, wanted))
    return seen == wanted
