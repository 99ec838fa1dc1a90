# SPDX-License-Identifier: BSD-3-Clause
"""The shapes: containers and systems in which account tools have failed, and some that are good.

A row is a cell of the guest (see guest/cell.sh for the keys of setup) and what is to be seen in it
with the distribution's tools and with ours, on an enforcing (E) and on a permissive (P) kernel:

    OK         every step does its work
    DB         nothing can be committed: the statuses of DB_STATUS and, of the distribution,
               "failure while writing changes"; of ours, nothing is changed
    {step: N}  that step ends with N, the others do their work: HOME where only homes cannot be
               made (useradd's account stays), SECRET where only shadow files cannot

labels says what files must carry after our steps:

    ONE        the container's label, all of them
    POLICY     what policy names, all of them
    EITHER     one of these two
    KEPT       a replaced account file and its backup what the file had; others anything
"""
from dataclasses import dataclass, field

OK, DB = "OK", "DB"
HOME = {"useradd": 12, "omnibus": 12}
SECRET = {"groupadd": 10, "useradd": 1, "groupmod": 10, "userdel": 1, "groupdel": 10,
          "chpasswd": 1, "passwd": 3, "chage": 1, "gpasswd": 1}
ONE, POLICY, EITHER, KEPT = "ONE", "POLICY", "EITHER", "KEPT"

STEPS = {
    "groupadd": "groupadd {at} vmgn",
    "useradd": "useradd {at} -m vmun",
    "usermod": "usermod {at} -c new vmua",
    "move": "usermod {at} -m -d {moved} vmua",
    "groupmod": "groupmod {at} -n vmg2 vmga",
    "userdel": "userdel {at} -r vmub",
    "groupdel": "groupdel {at} vmgb",
}
# What is run on a permissive kernel unless all is asked for.
SHORT = ("groupadd", "useradd", "userdel")
# Run before these where the distribution's tools fail in a shape.  The hash is no password's.
HASH = "abJnggxhB/yWI"
PASSWORD_STEPS = {
    "chpasswd": f"/bin/sh -c 'echo vmua:{HASH} | {{sbin}}/chpasswd {{at}} -e'",
    "passwd": "{bin}/passwd {at} -q -x 80 vmua",
    "chage": "{bin}/chage {at} -M 90 vmua",
    "gpasswd": "{bin}/gpasswd {at} -a vmua vmga",
    "chsh": "{bin}/chsh {at} -s /bin/bash vmua",
}
# In the user's access check of libselinux: it ends the process, or knows no caller.
ABORTS = {"passwd": 134, "chage": 134, "chsh": 134}
NO_CALLER = {"passwd": 1}
DB_STATUS = {"groupadd": 10, "useradd": 1, "omnibus": 1, "usermod": 1, "move": 1, "groupmod": 10,
             "userdel": 1, "groupdel": 10, "chpasswd": 1, "passwd": 3, "chage": 1, "gpasswd": 1,
             "chsh": 1}
HOST = {"config": "targeted", "contexts": "good", "files": "own", "target": "/mnt/new"}
GOOD = {"config": "targeted", "contexts": "good"}


@dataclass(frozen=True)
class Shape:
    name: str
    title: str
    setup: dict
    packaged: tuple  # enforcing, permissive; None: not looked at
    ours: tuple = (OK, OK)
    labels: str = ONE
    at: str = ""  # --root DIR or --prefix DIR
    moved: str = "/home/moved"
    key: bool = False  # the distribution's failure is looked at in every run
    passwords: dict = field(default_factory=dict)  # the distribution's other statuses of these
    half: bool = True  # with status 12 the distribution's useradd leaves the account there

    def has_passwords(self, number):
        """Whether the password tools are run here: the distribution's cannot write shadow, or
        the labels of a full system can be seen."""
        full = self.labels == POLICY and number == 0
        return full or self.packaged[number] in (DB, SECRET)

    def steps(self, mode, who, wide):
        """Name -> command, with {at} and the like."""
        directories = {"bin": "/ours", "sbin": "/ours"} if who == "ours" else {
            "bin": "/usr/bin", "sbin": "/usr/sbin"}
        commands = {}
        if self.has_passwords(mode == "P") and (who == "ours" or "--prefix" not in self.at):
            commands.update(PASSWORD_STEPS)
        short = mode == "P" and not wide
        commands.update({name: "{sbin}/" + text for name, text in STEPS.items()
                         if not short or name in SHORT})
        return {name: text.format(at=self.at, moved=self.moved, **directories)
                for name, text in commands.items()}


SHAPES = (
    Shape("1", "no config", {}, (OK, OK)),
    Shape("1a", "no config, selinuxfs ro, no setfscreate", {"fs": "ro", "domain": "nolabel_t"},
          (OK, OK)),
    Shape("2", "config, selinuxfs not mounted", {**GOOD, "fs": "none"}, (OK, OK), labels=EITHER),
    Shape("2r", "config, selinuxfs ro", {**GOOD, "fs": "ro"}, (OK, OK), labels=EITHER),
    Shape("2m", "config, selinuxfs masked", {**GOOD, "fs": "masked"}, (OK, OK), labels=EITHER),
    Shape("3", "config, no contexts file", {"config": "targeted"}, (DB, OK), key=True),
    Shape("3e", "an empty config", {"config": "empty"}, (DB, OK)),
    Shape("3d", "config says disabled", {"config": "disabled"}, (DB, OK)),
    Shape("3f", "empty files directory", {"config": "targeted", "contexts": "dir"}, (DB, OK)),
    Shape("3o", "as 3, files with labels of their own", {"config": "targeted", "files": "own"},
          (DB, OK), labels=KEPT),
    Shape("3v", "as 3 on an overlay with context=", {"config": "targeted", "files": "overlay"},
          (DB, OK)),
    Shape("4", "as 3, selinuxfs at /selinux", {"config": "targeted", "fs": "/selinux"}, (DB, OK)),
    Shape("4o", "as 3, selinuxfs at an odd place", {"config": "targeted", "fs": "/odd/place"},
          (DB, OK)),
    Shape("5", "as 3, enforce unreadable", {"config": "targeted", "fs": "noenforce"}, (DB, DB),
          key=True, passwords=ABORTS),
    Shape("5d", "as 3, policy denies reading selinuxfs",
          {"config": "targeted", "domain": "noselinuxfs_t"}, (DB, OK), passwords=ABORTS),
    Shape("5o", "policy, reading selinuxfs denied, files with labels of their own",
          {**GOOD, "domain": "noselinuxfs_t", "files": "own"}, (OK, OK), labels=KEPT),
    Shape("6", "--root of a tree without policy", HOST, (DB, DB), at="--root /mnt/new", key=True,
          passwords=NO_CALLER),
    Shape("7", "--prefix of a tree without policy", HOST, (OK, OK), at="--prefix /mnt/new"),
    Shape("8", "contexts file empty", {"config": "targeted", "contexts": "empty"}, (OK, OK)),
    Shape("8n", "contexts match nothing", {"config": "targeted", "contexts": "nomatch"}, (OK, OK)),
    Shape("8x", "contexts say <<none>>", {"config": "targeted", "contexts": "nolabel"}, (OK, OK)),
    Shape("8o", "as 8n, files with labels of their own",
          {"config": "targeted", "contexts": "nomatch", "files": "own"}, (OK, OK), labels=KEPT),
    Shape("9", "types unknown to the kernel",
          {"config": "targeted", "contexts": "unknown", "caps": "engine"}, (DB, OK)),
    Shape("9a", "home types unknown to the kernel",
          {"config": "targeted", "contexts": "unknownhome", "caps": "engine"},
          (HOME, OK), labels=EITHER, key=True),
    Shape("9av", "as 9a on an overlay with context=: the home is copied, not renamed",
          {"config": "targeted", "contexts": "unknownhome", "caps": "engine", "files": "overlay"},
          ({**HOME, "move": 12}, OK)),
    Shape("9b", "types unknown, CAP_MAC_ADMIN",
          {"config": "targeted", "contexts": "unknown", "files": "overlay"}, (OK, OK)),
    Shape("9o", "as 9, files with labels of their own",
          {"config": "targeted", "contexts": "unknown", "caps": "engine", "files": "own"},
          (DB, OK), labels=KEPT),
    Shape("10", "no setfscreate, files share one label", {**GOOD, "domain": "nolabel_t"}, (DB, OK),
          labels=EITHER, key=True),
    Shape("10e", "no setfscreate, contexts empty",
          {"config": "targeted", "contexts": "empty", "domain": "nolabel_t"}, (DB, OK)),
    Shape("10o", "no setfscreate, no relabel, files with labels of their own",
          {**GOOD, "domain": "nolabel_t", "files": "own"}, (DB, OK), ours=(DB, OK),
          labels=POLICY),
    Shape("10r", "no setfscreate, relabel allowed, files with labels of their own",
          {**GOOD, "domain": "nofscreate_t", "files": "own"}, (DB, OK), labels=KEPT),
    Shape("11", "creating the types denied, files share one label",
          {**GOOD, "domain": "container_t"}, (DB, OK), labels=EITHER, key=True),
    Shape("11o", "shadow_t denied, files with labels of their own",
          {**GOOD, "domain": "noshadow_t", "files": "own"}, (SECRET, OK), ours=(SECRET, OK),
          labels=POLICY),
    Shape("11a", "home types denied", {**GOOD, "domain": "nohome_t", "files": "own"}, (HOME, OK),
          labels=KEPT),
    Shape("11b", "as 11 on an overlay with context=",
          {**GOOD, "domain": "container_t", "files": "overlay"}, (OK, OK)),
    Shape("12", "as 10 on an overlay with context=",
          {**GOOD, "domain": "nolabel_t", "files": "overlay"}, (DB, OK)),
    Shape("13", "permissive domain, config without contexts",
          {"config": "targeted", "domain": "soft_t"}, (DB, None), ours=(OK, None)),
    Shape("13u", "permissive domain, types unknown",
          {"config": "targeted", "contexts": "unknown", "domain": "soft_t", "caps": "engine"},
          (DB, None), ours=(OK, None)),
    Shape("14", "contexts file broken", {"config": "targeted", "contexts": "broken"},
          ({"groupadd": 10, "groupmod": 10, "groupdel": 10}, OK), labels=EITHER),
    Shape("15", "config, no /proc", {"config": "targeted", "proc": "no"}, (DB, OK),
          passwords=NO_CALLER),
    Shape("15o", "policy, no /proc, files with labels of their own",
          {**GOOD, "files": "own", "proc": "no"}, (DB, OK), labels=KEPT, passwords=NO_CALLER),
    Shape("15a", "no config, no /proc, home moved to another file system",
          {"proc": "no", "srv": "tmpfs"}, ({"move": 12}, {"move": 12}), moved="/srv/moved"),
    Shape("full", "a full system", {**GOOD, "files": "own"}, (OK, OK), labels=POLICY, key=True),
    Shape("root", "--root of a tree with its own policy", {**HOST, "newpolicy": "good"},
          (None, None), at="--root /mnt/new", labels=POLICY),
)
