# SPDX-License-Identifier: BSD-3-Clause
"""A disk of the virtual machine: a Debian root and the accounts that tests change.

    /c          the container's tree; its accounts and homes are put in place for each cell
    /c/mnt/new  a small second root for --root and --prefix
    /seed       the account files, homes and mail that a cell begins with

The image that every run has is kept in the cache.  No image is written: a machine runs on
snapshots.
"""
import glob
import hashlib
import os
import shutil
import subprocess
import tempfile

SUITE = "bookworm"
MORE = ("rpm",)  # for scriptlets
HERE = os.path.dirname(os.path.abspath(__file__))
BASE_ROOT = os.path.join(HERE, "../../lib/base-root")
ACCOUNT_FILES = ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")
BULKY = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/zoneinfo",
         "var/cache/apt", "var/lib/apt", "usr/share/i18n", "usr/share/perl",
         "usr/lib/x86_64-linux-gnu/perl")

# Below 1000: the first account that is made is 1000, as on a new system.
USERS = {"vmua": 501, "vmub": 502}
GROUPS = {"vmga": 601, "vmgb": 602}


def kept_image(cache):
    """The image's path; made first when it is not in the cache."""
    with open(__file__, "rb") as source:
        key = hashlib.sha256(source.read()).hexdigest()[:10]
    path = os.path.join(cache, f"vm-{SUITE}-{key}.ext4")
    if not os.path.exists(path):
        os.makedirs(cache, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as scratch:
            make_root(scratch + "/disk", SUITE, MORE)
            make_disk(scratch + "/disk")
            make_image(scratch + "/disk", f"{path}.{os.getpid()}")
        for old in glob.glob(os.path.join(cache, f"vm-{SUITE}-*.ext4")):
            os.unlink(old)  # of another version of this file
        os.rename(f"{path}.{os.getpid()}", path)
    return path


def make_image(tree, path):
    used = int(subprocess.check_output(["du", "-sm", tree]).split()[0])
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", tree, path,
                    f"{used + used // 5 + 64}M"], check=True, stdout=subprocess.DEVNULL)


def make_root(disk, suite, more):
    """A root of the suite, with these packages more."""
    os.makedirs(disk + "/c")
    subprocess.run(["sh", BASE_ROOT, suite, disk + "/c", *more], check=True)


def make_disk(disk):
    """What a disk has beside its root."""
    root = disk + "/c"
    for name in BULKY:
        shutil.rmtree(os.path.join(root, name), ignore_errors=True)
    fill_skel(root + "/etc/skel")
    with open(root + "/etc/default/useradd", "a") as f:
        f.write("CREATE_MAIL_SPOOL=yes\n")
    make_seed(disk + "/seed", root)
    make_second_root(root + "/mnt/new", root)


def fill_skel(skel):
    os.makedirs(skel + "/.config")
    with open(skel + "/.config/note", "w") as f:
        f.write("a file in a directory of skel\n")
    os.symlink(".config/note", skel + "/note")


def make_seed(seed, root):
    """The account files of the root, with two users and two groups more."""
    os.makedirs(seed + "/etc")
    for name in sorted(os.listdir(root + "/etc")):
        if name.rstrip("-") in ACCOUNT_FILES:
            copy_file(f"{root}/etc/{name}", f"{seed}/etc/{name}")
    for user, uid in USERS.items():
        append(seed, "passwd", f"{user}:x:{uid}:{uid}:old:/home/{user}:/bin/sh")
        append(seed, "shadow", f"{user}:!:20000:0:99999:7:::")
    for group, gid in {**USERS, **GROUPS}.items():
        append(seed, "group", f"{group}:x:{gid}:")
        append(seed, "gshadow", f"{group}:!::")
    for directory in ("home", "var/mail", "srv"):
        os.makedirs(f"{seed}/{directory}")
    for user, uid in USERS.items():
        home = f"{seed}/home/{user}"
        shutil.copytree(root + "/etc/skel", home, symlinks=True)
        os.chmod(home, 0o700)
        with open(f"{seed}/var/mail/{user}", "w") as f:
            f.write("mail\n")
        own_tree(home, uid)
        os.chown(f"{seed}/var/mail/{user}", uid, 8)


def make_second_root(new, root):
    for directory in ("etc/default", "home", "var/mail", "srv", "tmp", "root"):
        os.makedirs(f"{new}/{directory}")
    for name in ("etc/login.defs", "etc/default/useradd", "etc/nsswitch.conf"):
        copy_file(f"{root}/{name}", f"{new}/{name}")
    shutil.copytree(root + "/etc/skel", new + "/etc/skel", symlinks=True)


def append(seed, name, row):
    with open(f"{seed}/etc/{name}", "a") as f:
        f.write(row + "\n")


def copy_file(old, new):
    shutil.copy2(old, new)
    st = os.stat(old)
    os.chown(new, st.st_uid, st.st_gid)


def own_tree(top, uid):
    os.lchown(top, uid, uid)
    for where, dirs, files in os.walk(top):
        for name in dirs + files:
            os.lchown(os.path.join(where, name), uid, uid)
