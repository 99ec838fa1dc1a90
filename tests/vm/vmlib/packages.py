# SPDX-License-Identifier: BSD-3-Clause
"""Images with our packages: a Debian root in which dpkg has installed what debian/build made.

Each has a twin with the distribution's tools, made of the same packages.
"""
import glob
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from . import image

TOP = os.path.abspath(os.path.join(image.HERE, "../../.."))
WANTED = ("passwd", "uidmap", "libsubid5")
RECIPE = TOP + "/contrib/images/Containerfile"
INSTALL = """mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive /bin/sh -ec 'dpkg -i /packages/*.deb; dpkg --audit'
"""


@dataclass(frozen=True)
class Image:
    """A disk: the suite, what is in it more than a minimal system, whose tools."""
    suite: str
    more: tuple = ()
    ours: bool = False
    recipe: bool = False  # and what our recipe puts into one for omnibus builds


# Two by two.  The distribution's of the first pair is the one that is always there.
IMAGES = {
    "ours": Image(image.SUITE, image.MORE, True),
    "omnibus": Image(image.SUITE, recipe=True),
    "omnibus-ours": Image(image.SUITE, ours=True, recipe=True),
    "bullseye": Image("bullseye"),
    "bullseye-ours": Image("bullseye", ours=True),
    "trixie": Image("trixie"),
    "trixie-ours": Image("trixie", ours=True),
}


class Store:
    """Makes images in a scratch directory; packages come from $PACKAGES, else are built."""

    def __init__(self, scratch):
        self.scratch = scratch

    def disks(self, names):
        """Name -> path of these images."""
        return {name: self.disk(name, IMAGES[name]) for name in names}

    def disk(self, name, one):
        path, tree = f"{self.scratch}/{name}.ext4", f"{self.scratch}/{name}.d"
        image.make_root(tree, one.suite, recipe_packages() if one.recipe else one.more)
        if one.ours:
            install(tree + "/c", self.packages(one.suite))
        image.make_disk(tree)
        image.make_image(tree, path)
        shutil.rmtree(tree)
        return path

    def packages(self, suite):
        """The files of the packages that take the place of the distribution's."""
        given = os.environ.get("PACKAGES")
        where = f"{given or self.scratch + '/packages'}/{suite}"
        if not given and not os.path.isdir(where):
            subprocess.run([f"{TOP}/debian/build", suite, where], check=True, env={
                **os.environ, "DEB_BUILD_OPTIONS": "nocheck noautodbgsym parallel=2"})
        found = [glob.glob(f"{where}/{name}_*.deb") for name in WANTED]
        return [path for paths in found for path in paths]


def recipe_packages():
    """Of the last image of the recipe, what apt installs."""
    with open(RECIPE, encoding="utf-8") as recipe:
        last = recipe.read().split("\nFROM ")[-1]
    words = re.search(r"apt-get install(.*?)&&", last, re.S)[1].replace("\\\n", " ").split()
    return tuple(word for word in words if not word.startswith("-"))


def install(root, files):
    """By dpkg, in the root, which must be one of ours to write in."""
    os.mkdir(root + "/packages")
    for path in files:
        shutil.copy(path, root + "/packages")
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "/bin/sh", "-ec", INSTALL,
                           "sh", root], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, text=True)
    if done.returncode or not files:
        raise OSError(f"dpkg in {root}: status {done.returncode}: {done.stdout[-800:]}")
    shutil.rmtree(root + "/packages")
