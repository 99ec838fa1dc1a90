# SPDX-License-Identifier: BSD-3-Clause
"""Confined domains on a full system: the policy's class passwd decides about accounts.

clerk_t may do nothing of that class, manager_t passwd and chsh; spc_t, all others' domain, may do
all.  Root asks the policy; who changes his own is asked for his password instead.
"""
from .overrides import Line, Script
from .shapes import GOOD, HASH

FULL = {**GOOD, "files": "own"}
DENIED = r"SELinux denies system_u:system_r:{domain}:s0 the permission {permission} of class passwd"
OWN, NEXT = "Marble-raft-19", "Copper-kite-23"
OWN_HASH = "vm.3Gd1O4hzkk"  # by DES: a $ would have to pass three shells
AS_USER = "/usr/bin/setpriv --reuid=501 --regid=501 --clear-groups"

# The shell is who calls: the context before the last execve counts.
COMMANDS = {
    "chpasswd": f"/bin/sh -c 'echo vmua:{HASH} | /ours/chpasswd -e'",
    "passwd": "/bin/sh -c '/ours/passwd -q -l vmua'",
    "chsh": "/bin/sh -c '/ours/chsh -s /bin/bash vmua'",
    "chage": "/bin/sh -c '/ours/chage -M 90 vmua'",
    "chfn": "/bin/sh -c '/ours/chfn -r 12 vmua'",
}
PERMISSION = {"passwd": "passwd", "chsh": "chsh", "chage": "rootok", "chfn": "chfn",
              "chpasswd": "passwd"}

CHANGED = {
    "passwd": ("shadow", "vmua", 1, "!" + HASH),
    "chsh": ("passwd", "vmua", 6, "/bin/bash"),
    "chage": ("shadow", "vmua", 4, "90"),
    "chfn": ("passwd", "vmua", 4, "old,12,,"),
    "chpasswd": ("shadow", "vmua", 1, HASH),
}


def answered(command, *words):
    """The command with these lines on its standard input, and nothing of what it says."""
    lines = " ".join(words)
    return f"/bin/sh -c 'printf \"%s\\n\" {lines} | {command} >/dev/null 2>&1'"


def tried(domain, allowed):
    """Each tool, by root."""
    return tuple(
        Line(name, command, row=CHANGED[name]) if name in allowed else
        Line(name, command, 1, DENIED.format(domain=domain, permission=PERMISSION[name]))
        for name, command in COMMANDS.items())


# Asked before PAM is, which would ask for a password first.
DIALOGUE = Line("dialogue", answered("/ours/passwd vmua", NEXT, NEXT), 1)
GIVE = f"sed s,^vmua:!:,vmua:{OWN_HASH}:, /etc/shadow >/tmp/s; cat /tmp/s >/etc/shadow; rm /tmp/s"

SCRIPTS = (
    Script("passwd-denied", "root in a domain that may do nothing to accounts",
           {**FULL, "domain": "clerk_t"},
           (*tried("clerk_t", ()), DIALOGUE,
            Line("show", "/ours/passwd -S vmua", says="^vmua L"))),
    Script("passwd-some", "root in a domain that may change passwords and shells",
           {**FULL, "domain": "manager_t"}, tried("manager_t", ("passwd", "chsh", "chpasswd"))),
    Script("passwd-permissive", "as denied, on a permissive kernel",
           {**FULL, "domain": "clerk_t"}, tried("clerk_t", COMMANDS), mode="P"),
    Script("passwd-own", "a user in a domain that may do nothing to accounts",
           {**FULL, "domain": "clerk_t"}, (
               Line("give", f"/bin/sh -c '{GIVE}'", row=("shadow", "vmua", 1, OWN_HASH)),
               Line("wrong", answered(f"{AS_USER} /ours/chsh -s /bin/bash", NEXT), 1),
               Line("chsh", answered(f"{AS_USER} /ours/chsh -s /bin/bash", OWN),
                    row=("passwd", "vmua", 6, "/bin/bash")),
               Line("passwd", answered(f"{AS_USER} /ours/passwd", OWN, NEXT, NEXT)),
               # Not that of the day 20000 any more.
               Line("show", "/ours/passwd -S vmua", says="^vmua P (?!10/04/2024|2024-10-04)",
                    label="shadow_t"),
           )),
    # The distribution's passwd ends with SIGABRT there.
    Script("passwd-5", "by PAM, enforce unreadable", {"config": "targeted", "fs": "noenforce"}, (
        Line("passwd", answered("/ours/passwd vmua", NEXT, NEXT)),
        Line("show", "/ours/passwd -S vmua", says="^vmua P "),
        Line("chpasswd", f"/bin/sh -c 'echo vmub:{NEXT} | /ours/chpasswd'"),
        Line("show", "/ours/passwd -S vmub", says="^vmub P "),
    )),
)
