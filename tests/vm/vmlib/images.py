# SPDX-License-Identifier: BSD-3-Clause
"""Whole images in the containers of docker, podman and mock: one with the distribution's packages,
one with ours (packages.py).

The rows are as in shapes.py.  What an engine does, for a cell:

    docker  an overlay with context=, /sys without selinuxfs; with --privileged, the host's network
            or a volume the host's /sys, writable, and maybe the domain of the host's root
    podman  the same, and selinuxfs masked
    mock    a directory whose files share one label, the host's domain; the host's /sys where it is
            bound; the host's tools with --root or --prefix
"""
import dataclasses
from dataclasses import dataclass

from . import shapes
from .shapes import DB, GOOD, HOME, OK, Shape

COMMAND = "useradd {at} -m -d /home/omnibus omnibus"
USE = ("/usr/bin/setpriv --reuid=omnibus --regid=omnibus --init-groups --inh-caps=-all /bin/sh -c "
       "'cd /home/omnibus && {work}'")
WORK = {"omnibus-ours": "export HOME=$PWD && git init -q work && cd work && "
        "git -c user.name=o -c user.email=o@o commit -q --allow-empty -m first && "
        "fakeroot chown 0:0 . && bundle init >/dev/null"}
# More of ours on an enforcing kernel.
STEPS = ("groupadd", "move", "groupmod", "userdel")
LIGHT = "debian"  # the pair that every run looks at
# What 4.8.1 ends with when nothing can be committed: it makes the home first.
BEFORE_4_9 = {DB: HOME}

POLICY_MISSING = {"config": "targeted"}
INNER = {"config": "targeted", "contexts": "good", "files": "own", "target": "/mnt/build"}
OVERLAY = {"files": "overlay"}
CONTAINER = {**OVERLAY, "domain": "container_t", "caps": "engine"}

SHAPES = (
    Shape("docker", "selinuxfs not mounted", {**POLICY_MISSING, **CONTAINER, "fs": "none"},
          (OK, OK)),
    Shape("docker-sys", "privileged, the host's /sys; no policy", {**POLICY_MISSING, **OVERLAY},
          (DB, OK), key=True),
    Shape("docker-new", "the host's /sys; the policy's labels of homes are unknown to the host",
          {**POLICY_MISSING, **CONTAINER, "domain": "spc_t", "contexts": "unknownhome"},
          ({**HOME, "move": 12}, OK), key=True),
    Shape("podman", "selinuxfs masked", {**GOOD, **CONTAINER, "fs": "masked"}, (OK, OK)),
    Shape("podman-sys", "the host's /sys, no setfscreate",
          {**GOOD, **CONTAINER, "domain": "nolabel_t"}, (DB, OK), key=True),
    Shape("podman-read", "the host's /sys, enforce unreadable",
          {**POLICY_MISSING, **CONTAINER, "fs": "noenforce"}, (DB, DB), key=True),
    Shape("mock", "selinuxfs not mounted", {**POLICY_MISSING, "fs": "none"}, (OK, OK)),
    Shape("mock-sys", "the host's /sys; no policy", POLICY_MISSING, (DB, OK), key=True),
    Shape("mock-hidden", "the host's /sys, and the kernel does not name selinuxfs",
          {**POLICY_MISSING, "fs": "hidden"}, (DB, OK)),
    Shape("mock-root", "--root from a host with a policy", INNER, (DB, DB), at="--root /mnt/build",
          key=True),
    Shape("mock-prefix", "--prefix from a host with a policy", INNER, (OK, OK),
          at="--prefix /mnt/build"),
)


@dataclass(frozen=True)
class Cell:
    """One shape with one image."""
    shape: Shape
    mode: str
    image: str
    wide: bool = False

    @property
    def who(self):
        return "ours" if self.image.endswith("ours") else "packaged"

    @property
    def name(self):
        return f"image-{self.shape.name}{self.mode}-{self.image}"

    @property
    def fails(self):
        return self.shape.packaged[self.mode == "P"] != OK

    @property
    def judged_by(self):
        """The shape with the statuses of this suite's tools."""
        if not self.image.startswith("bullseye"):
            return self.shape
        return dataclasses.replace(self.shape, half=False, packaged=tuple(
            BEFORE_4_9.get(want, want) if want == DB else want for want in self.shape.packaged))

    def setup(self):
        inner = {"inner": self.image} if self.shape.at else {}
        return {**self.shape.setup, "image": self.image, **inner}

    def steps(self):
        """Name -> command."""
        commands = {"omnibus": "/usr/sbin/" + COMMAND}
        if not self.shape.at and (self.who == "ours" or not self.fails):
            commands["use"] = USE.format(work=WORK.get(self.image, ": >work"))
        if self.mode == "E" and (self.image == "ours" or self.wide and self.image == LIGHT):
            commands.update({name: "/usr/sbin/" + shapes.STEPS[name] for name in STEPS})
        return {name: text.format(at=self.shape.at, moved=self.shape.moved)
                for name, text in commands.items()}


def cells(wide):
    """Ours in every shape and the distribution's in the key ones; all pairs in the wide set."""
    pairs = [(LIGHT, "ours")]
    if wide:
        pairs += [(name, name + "-ours") for name in ("omnibus", "bullseye", "trixie")]
    for packaged, ours in pairs:
        for shape in SHAPES:
            for mode in "EP":
                theirs = Cell(shape, mode, packaged, wide)
                if wide or (shape.key and theirs.fails):
                    yield theirs
                yield Cell(shape, mode, ours, wide)
