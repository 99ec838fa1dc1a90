# SPDX-License-Identifier: BSD-3-Clause
"""A virtual machine with a real SELinux kernel: parts, start, and what it says on its console.

The kernel is Debian's cloud kernel, downloaded and unpacked, never installed.  The processor is
emulated, so nothing of the host is needed but qemu.  A machine lives for one list of jobs.
"""
import collections
import glob
import lzma
import os
import select
import shutil
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
VM_DIR = os.path.dirname(HERE)
# In this order: each needs those before it.
MODULES = ("virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev",
           "virtio_pci", "virtio_blk", "overlay")
KERNEL_PACKAGE = "linux-image-cloud-amd64"
CMDLINE = ("console=ttyS0 quiet loglevel=1 panic=-1 security=selinux selinux=1 enforcing=0 "
           "audit=1 mitigations=off")
SILENT_SECONDS = 60  # nothing shown for so long after the start: start again
QUIET_SECONDS = 180  # a machine that shows nothing for so long later on has hung
STARTS = 3


class MachineError(Exception):
    """The machine could not be made or did not get to the end of its jobs."""


def kernel(cache):
    """The directory with vmlinuz and modules/, from the cache or from the package."""
    kept = os.path.join(cache, "vm-kernel")
    if not os.path.exists(kept + "/vmlinuz"):
        new = f"{kept}.{os.getpid()}"
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(new + "/modules")
        unpack_kernel(new)
        try:
            os.rename(new, kept)
        except OSError:  # another run was first
            shutil.rmtree(new)
    return kept


def unpack_kernel(new):
    depends = subprocess.check_output(["apt-cache", "depends", KERNEL_PACKAGE], text=True)
    names = [line.split()[-1] for line in depends.splitlines() if "Depends: linux-image" in line]
    if not names:
        raise MachineError(f"apt knows no {KERNEL_PACKAGE}: run apt-get update")
    subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", names[0]],
                   cwd=new, check=True)
    package, = glob.glob(new + "/*.deb")
    subprocess.run(["dpkg-deb", "-x", package, new + "/tree"], check=True)
    for module in MODULES:
        found = glob.glob(f"{new}/tree/**/kernel/**/{module}.ko*", recursive=True)
        if found:  # else it is built in
            put_module(found[0], f"{new}/modules/{module}.ko")
    shutil.move(glob.glob(new + "/tree/boot/vmlinuz-*")[0], new + "/vmlinuz")
    shutil.rmtree(new + "/tree")
    os.unlink(package)


def put_module(found, path):
    with open(found, "rb") as source, open(path, "wb") as out:
        data = source.read()
        out.write(lzma.decompress(data) if found.endswith(".xz") else data)


def build_parts(parts):
    """The guest's own program and its policy, compiled into the directory parts."""
    os.makedirs(parts, exist_ok=True)
    guest = os.path.join(VM_DIR, "guest")
    subprocess.run([os.environ.get("CC", "gcc"), "-std=c17", "-Wall", "-Wextra", "-Os", "-static",
                    "-s", "-o", parts + "/vmctl", guest + "/vmctl.c", guest + "/vmtree.c"],
                   check=True)
    subprocess.run(["secilc", "-M", "true", "-c", "33", "-o", parts + "/policy",
                    "-f", "/dev/null", os.path.join(VM_DIR, "policy.cil")], check=True)


def initramfs(where, kernel_dir, parts, files, trees):
    """Writes where/initramfs.  files: path inside -> text; trees: name inside -> directory or
    None."""
    tree = where + "/initramfs.d"
    os.makedirs(tree + "/bin")
    shutil.copy("/bin/busybox", tree + "/bin/busybox")
    os.symlink("busybox", tree + "/bin/sh")
    shutil.copytree(kernel_dir + "/modules", tree + "/modules")
    order = [f"{m}.ko\n" for m in MODULES if os.path.exists(f"{tree}/modules/{m}.ko")]
    for name in ("init", "cell.sh"):
        shutil.copy(os.path.join(VM_DIR, "guest", name), f"{tree}/{name}")
    os.chmod(tree + "/init", 0o755)
    for name in ("vmctl", "policy"):
        shutil.copy(f"{parts}/{name}", f"{tree}/{name}")
    for name, source in trees.items():
        if source:
            shutil.copytree(source, f"{tree}/{name}", symlinks=True)
    for path, text in {**files, "modules/order": "".join(order)}.items():
        os.makedirs(os.path.dirname(f"{tree}/{path}"), exist_ok=True)
        with open(f"{tree}/{path}", "w") as f:
            f.write(text)
    names = subprocess.run(["find", ".", "-print0"], cwd=tree, check=True,
                           stdout=subprocess.PIPE).stdout
    with open(where + "/initramfs", "wb") as f:
        subprocess.run(["cpio", "--quiet", "-0", "-o", "-H", "newc", "-R", "0:0"], cwd=tree,
                       input=names, stdout=f, check=True)


def command(where, kernel_dir, images):
    drives = [word for image in images for word in (
        "-drive", f"file={image},format=raw,if=virtio,snapshot=on,cache=unsafe")]
    return ["qemu-system-x86_64", "-machine", "pc", "-accel", "tcg", "-cpu", "max", "-m", "512",
            "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-serial", "stdio", "-kernel", kernel_dir + "/vmlinuz",
            "-initrd", where + "/initramfs", "-append", CMDLINE, *drives]


def boot(argv, limit, saw):
    """Runs the machine to its end and gives each line it shows to saw().  A boot that shows
    nothing is stopped and started again."""
    for _ in range(STARTS):
        if run_once(argv, limit, saw):
            return
    raise MachineError(f"nothing shown in {STARTS} starts of {SILENT_SECONDS} seconds")


def run_once(argv, limit, saw):
    """True when it came to its end, False when it never showed a line."""
    halted = shown = False
    last = collections.deque(maxlen=8)
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as qemu:
        try:
            for line in lines(qemu.stdout.fileno(), limit):
                if line is None:
                    if not shown:
                        return False
                    raise MachineError("the machine hung")
                shown = shown or line.startswith("@boot")
                halted = halted or line == "@halt"
                last.append(line)
                saw(line)
        finally:
            if qemu.poll() is None:
                qemu.kill()
    if not halted:
        raise MachineError("the machine stopped before the end: " + " | ".join(last))
    return True


def lines(fd, limit):
    """The lines that come from fd until its end; None once nothing came for too long."""
    end = time.monotonic() + limit
    patience, rest = SILENT_SECONDS, b""
    while select.select([fd], [], [], patience)[0]:
        data = os.read(fd, 65536)
        if not data:
            return
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            patience = QUIET_SECONDS
            yield line.decode("utf-8", "replace").rstrip("\r")
        if time.monotonic() > end:
            raise MachineError(f"not at its end after {limit} seconds")
    yield None
