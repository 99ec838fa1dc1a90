# SPDX-License-Identifier: BSD-3-Clause
"""Whether a cell shows what its shape says.  Each function gives a list of faults, or none."""
import re
import signal

from . import labels, shapes

LEFTOVER = re.compile(r"/etc/(.*\.lock|.*\+|.*\.journal|.*\.[0-9]+)$")
ABORTED = 128 + signal.SIGABRT
SAYS = {"gpasswd": "Adding user vmua to group vmga",
        "chsh": "chsh: Warning: /bin/bash does not exist"}  # in a second root
MADE = {"useradd": "vmun", "omnibus": "omnibus"}  # step -> user
USER_FILES = ("passwd", "shadow", "group", "gshadow")


def cell(shape, mode, who, steps, seen):
    faults = list(seen.errors)
    want = (shape.packaged if who == "packaged" else shape.ours)[mode == "P"]
    before = seen.start
    for step in seen.steps:
        faults += (f"{step.name}: {fault}" for fault in
                   judge_step(shape, want, who, seen.start, before, step))
        before = step.state
    if [step.name for step in seen.steps] != list(steps):
        faults.append("not all steps were run")
    return faults


def judge_step(shape, want, who, start, before, step):
    status = wanted_status(want, step.name)
    if who == "packaged" and status:
        status = shape.passwords.get(step.name, status)
    if step.status != status:
        return [f"status {step.status}, not {status}: {' | '.join(step.out) or 'no message'}"]
    if who == "packaged":
        return packaged_failed(shape, step) if status else []
    if status:
        return unchanged(before, step.state) + ([] if step.out else ["no message"])
    faults = EFFECTS[step.name](shape, before, step.state)
    faults += leftovers(step.state) + wrong_labels(shape, start, step.state)
    return faults + [f"says {line}" for line in step.out if line != SAYS.get(step.name)]


def wanted_status(want, name):
    if want == shapes.DB:
        return shapes.DB_STATUS[name]
    return want.get(name, 0) if isinstance(want, dict) else 0


def packaged_failed(shape, step):
    text = " ".join(step.out)
    fits = {12: "directory", ABORTED: "avc_context_to_sid"}.get(
        step.status, "failure while writing changes|previous SELinux process context")
    if not re.search(fits, text):
        return [f"says {text}"]
    if step.name in MADE and step.status == 12:
        has = has_rows if shape.half else has_no_rows
        return has(step.state, USER_FILES, MADE[step.name])
    return []


def unchanged(before, after, backups=True):
    faults = []
    for path in sorted({*before.files, *after.files} - {"/etc/.pwd.lock"}):
        old, new = before.files.get(path), after.files.get(path)
        if old != new and (backups or not path.endswith("-")):
            faults.append(f"{path} is {new}, was {old}")
    return faults


def leftovers(state):
    return [f"{path} is left behind" for path in state.files
            if LEFTOVER.match(path) and path != "/etc/.pwd.lock"]


def wrong_labels(shape, start, state):
    faults = []
    for path, file in state.files.items():
        wanted = wanted_labels(shape, start, path, file)
        if wanted and file.label not in wanted:
            faults.append(f"{path} has label {file.label}, not {' or '.join(wanted)}")
    return faults


def wanted_labels(shape, start, path, file):
    """The labels that file may have; none: any."""
    policy = labels.expected(path, file.is_dir)
    if shape.labels == shapes.ONE:
        return [labels.CONTAINER]
    if shape.labels == shapes.EITHER:
        return [labels.CONTAINER, policy]
    if path == "/etc/.pwd.lock":
        return []
    if shape.labels == shapes.POLICY:
        return [policy]
    old = start.files.get(path.rstrip("-")) if path.startswith("/etc/") else None
    return [old.label] if old else []


# ---- what each step must have done ----

def has_rows(state, files, name):
    return [f"{name} is not in {file}" for file in files if (file, name) not in state.rows]


def has_no_rows(state, files, name):
    return [f"{name} is in {file}" for file in files if (file, name) in state.rows]


def groupadd(shape, before, after):
    return has_rows(after, ("group", "gshadow"), "vmgn")


def useradd(shape, before, after, user="vmun"):
    faults = has_rows(after, (*USER_FILES, "subuid", "subgid"), user)
    uid = after.row("passwd", user)[2:3]
    faults += same_tree(before.below("/home/vmub"), after.below(f"/home/{user}"))
    for path in (f"/home/{user}", f"/var/mail/{user}"):
        file = after.files.get(path)
        if not file or [file.owner.split(":")[0]] != uid:
            faults.append(f"{path} is {file}")
    return faults


def omnibus(shape, before, after):
    return useradd(shape, before, after, "omnibus")


def use(shape, before, after):
    """What the new user made in his home is his."""
    work = after.files.get("/home/omnibus/work")
    if work and work.owner.split(":") == after.row("passwd", "omnibus")[2:4]:
        return []
    return [f"/home/omnibus/work is {work}"]


def usermod(shape, before, after):
    return [] if after.row("passwd", "vmua")[4:5] == ["new"] else ["the comment is not new"]


def move(shape, before, after):
    faults = same_tree(before.below("/home/vmua"), after.below(shape.moved))
    if after.row("passwd", "vmua")[5:6] != [shape.moved]:
        faults.append("passwd has the old home")
    if "/home/vmua" in after.files:
        faults.append("the old home is there")
    return faults


def groupmod(shape, before, after):
    faults = has_rows(after, ("group", "gshadow"), "vmg2")
    return faults + has_no_rows(after, ("group", "gshadow"), "vmga")


def userdel(shape, before, after):
    faults = has_no_rows(after, USER_FILES, "vmub")
    return faults + [f"{path} is there" for path in ("/home/vmub", "/var/mail/vmub")
                     if path in after.files]


def groupdel(shape, before, after):
    return has_no_rows(after, ("group", "gshadow"), "vmgb")


def row_is(state, file, name, column, value):
    seen = state.row(file, name)[column:column + 1]
    return [] if seen == [value] else [f"{name} in {file} has {seen}, not {value}"]


def chpasswd(shape, before, after):
    return row_is(after, "shadow", "vmua", 1, shapes.HASH)


def passwd(shape, before, after):
    return row_is(after, "shadow", "vmua", 4, "80")


def chage(shape, before, after):
    return row_is(after, "shadow", "vmua", 4, "90")


def gpasswd(shape, before, after):
    return row_is(after, "group", "vmga", 3, "vmua") + row_is(after, "gshadow", "vmga", 3, "vmua")


def chsh(shape, before, after):
    return row_is(after, "passwd", "vmua", 6, "/bin/bash")


EFFECTS = {
    "chpasswd": chpasswd, "passwd": passwd, "chage": chage, "gpasswd": gpasswd, "chsh": chsh,
    "omnibus": omnibus, "use": use, "groupadd": groupadd, "useradd": useradd, "usermod": usermod,
    "move": move, "groupmod": groupmod, "userdel": userdel, "groupdel": groupdel}


def same_tree(old, new):
    """Names, kinds, modes and contents."""
    def plain(tree):
        return {path: (file.mode, file.content) for path, file in tree.items()}
    if plain(old) == plain(new) and old:
        return []
    return [f"the tree is {plain(new)}, not {plain(old)}"]
