# SPDX-License-Identifier: BSD-3-Clause
"""rpm on a SELinux kernel: the scriptlets of packages in a second root, and what rpm calls there.

The host has a policy, the second root at /mnt/build the config alone.  Debian's rpm has no plug-in
for SELinux.  What is installed: a made-up package whose files belong to an account that it makes,
and, in the wide set, our own packages for Fedora.
"""
import glob
import os
import shutil
import subprocess

from .overrides import Line, Script
from .packages import TOP
from .shapes import GOOD

RPM = "/usr/bin/rpm --force-debian --root /mnt/build --dbpath /var/lib/rpm --nodeps"
INNER = {**GOOD, "files": "own", "target": "/mnt/build", "innerconfig": "targeted"}
SPEC = """Name: vmweb
Version: 1
Release: 1
Summary: A package that makes an account
License: BSD-3-Clause
BuildArch: noarch
%description
For a test.
%install
mkdir -p %{buildroot}/srv/vmweb
%pre
getent group vmweb >/dev/null || groupadd -r vmweb || exit 1
getent passwd vmweb >/dev/null ||
    useradd -r -g vmweb -d /srv/vmweb -s /sbin/nologin -c Web vmweb || exit 1
%postun
userdel vmweb
%files
%attr(0750,vmweb,vmweb) %dir /srv/vmweb
"""
HOME = ("passwd", "vmweb", 5, "/srv/vmweb")
OWNED = Line("owned", "/usr/sbin/chroot /mnt/build /usr/bin/stat -c %U:%G:%a /srv/vmweb",
             says="^vmweb:vmweb:750$")
WEB = Line("vmweb", f"{RPM} --install /share/vmweb.rpm", row=HOME)
FAILED = r"vmweb-1-1\.noarch.*scriptlet failed, exit status 1"

# What rpm's handling of sysusers.d calls: status with the distribution's tools, line.
SYSUSERS = (
    (10, "groupadd --root /mnt/build -r -g 991 vmweb"),
    (1, "useradd --root /mnt/build -r -u 991 -g mail -d /srv/vmweb -s /sbin/nologin -c Web vmweb"),
    (10, "groupadd --root /mnt/build -r vmcache"),
    (1, "useradd --root /mnt/build -r -g mail -d / -s /sbin/nologin -c Cache vmcache"),
    (10, "usermod --root /mnt/build -a -G vmga vmua"),
)
CANNOT = "failure while writing changes to /etc/"


def scriptlets(image, mode, sys, fails=False):
    name = f"rpm-scriptlets{'-sys' if sys else ''}{mode}-{image}"
    lines = (WEB, OWNED, Line("erase", f"{RPM} --erase vmweb"))
    if fails:
        lines = (Line("vmweb", WEB.command, 1, FAILED, packaged=True),)
    return Script(name, "the account of a package", {
        **INNER, "inner": image, "innersys": "yes" if sys else "no"}, lines, mode)


def sysusers(image, mode):
    ours = image == "ours"
    return Script(f"rpm-sysusers{mode}-{image}", "--root, from the host",
                  {**INNER, "image": image, "inner": image},
                  tuple(Line(f"{number}", "/usr/sbin/" + text, 0 if ours else status,
                             "" if ours else CANNOT, packaged=not ours)
                        for number, (status, text) in enumerate(SYSUSERS)), mode)


def packages(mode):
    """Ours take the place of a distribution's tools, then serve another package's scriptlets."""
    rid = "cd /mnt/build/etc && rm login.defs default/useradd pam.d/*passwd pam.d/newusers"
    return Script(f"rpm-packages{mode}-ours", "our packages for Fedora", {
        **INNER, "inner": "debian", "innersys": "yes"}, (
            Line("settings", f"/bin/sh -c '{rid}'"),
            Line("install", f"/bin/sh -c '{RPM} --install /share/ours/*.rpm'"),
            WEB, OWNED,
            Line("useradd", "/usr/sbin/chroot /mnt/build /usr/sbin/useradd omnibus",
                 row=("passwd", "omnibus", 6, "/bin/bash")),
        ), mode)


def scripts(wide, have_ours):
    yield scriptlets("debian", "E", False)
    yield scriptlets("debian", "E", True, True)
    yield from (sysusers("debian", mode) for mode in "EP")
    if have_ours:
        yield from (scriptlets("ours", "E", sys) for sys in (False, True))
        yield from (sysusers("ours", mode) for mode in "EP")
    if wide:
        yield scriptlets("debian", "P", True)
    if wide and have_ours:
        yield scriptlets("ours", "P", True)
        yield from (packages(mode) for mode in "EP")


# ---- what is put in /share ----

def build(spec, top, *options):
    """The files that rpmbuild makes of a spec."""
    done = subprocess.run(["rpmbuild", "-bb", "--nodeps", "-D", f"_topdir {top}", "-D",
                           f"_dbpath {top}/db", *options, spec], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
    if done.returncode:
        raise OSError(f"rpmbuild: status {done.returncode}: {done.stdout[-2000:]}")
    return glob.glob(f"{top}/RPMS/*/*.rpm")


def fill(share, scratch, build_dir):
    """The made-up package; ours too, when a build directory is given."""
    os.makedirs(share + "/ours")
    with open(scratch + "/vmweb.spec", "w", encoding="utf-8") as spec:
        spec.write(SPEC)
    made, = build(scratch + "/vmweb.spec", scratch + "/vmweb")
    shutil.copy(made, share + "/vmweb.rpm")
    for path in fedora(scratch + "/fedora", build_dir) if build_dir else ():
        shutil.copy(path, share + "/ours")


def fedora(top, build_dir):
    """$RPMS, or as tests/rpm builds them."""
    given = os.environ.get("RPMS")
    if given:
        return glob.glob(f"{given}/*.rpm")
    os.makedirs(top + "/SOURCES")
    subprocess.run(["make", "-s", "dist"], cwd=build_dir, check=True)
    for path in glob.glob(f"{build_dir}/shadow-portable-*.tar.xz") + glob.glob(f"{TOP}/rpm/*"):
        shutil.copy(path, top + "/SOURCES")
    return build(f"{TOP}/rpm/shadow-utils.spec", top, "--without", "check", "-D",
                 "debug_package %{nil}", "-D", "fedora 42", "-D", "dist .fc42")
