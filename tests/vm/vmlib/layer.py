# SPDX-License-Identifier: BSD-3-Clause
"""Cells into job lists, job lists into machines that run side by side, cells to a judge."""
import os
import shlex
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass

from . import image, labels, machine, report, shapes

TOOLS = ("useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod", "shadow-selinux",
         "passwd", "chpasswd", "chage", "gpasswd", "chsh", "chfn")
SETUID = ("passwd", "gpasswd", "chsh", "chfn")
LIMIT = 900  # seconds for one machine, far above what it needs
STARTS = 3


class Machines:
    """What all machines of a run share: kernel, images, guest program, our tools."""

    def __init__(self, cache, scratch, ours, images=None, share=None):
        """images: name -> disk, more than the distribution's; share: a directory of files."""
        self.scratch = scratch
        self.kernel = machine.kernel(cache)
        self.images = {"debian": image.kept_image(cache), **(images or {})}
        self.parts = scratch + "/parts"
        machine.build_parts(self.parts)
        self.trees = {"ours": ours, "share": share}

    def run(self, jobs, count, done):
        """Runs the jobs in count machines; done(cell) is called for each whole cell."""
        threads, errors, lock = [], [], threading.Lock()

        def one(number, part):
            try:
                self.run_part(f"vm{number}", part, locked(done, lock))
            except Exception as error:  # told by the caller
                errors.append(error)

        for number, part in enumerate(split(jobs, count)):
            threads.append(threading.Thread(target=one, args=(number, part)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]

    def run_part(self, name, jobs, done):
        """A machine that dies on the way is started again with the jobs that are left."""
        left = {job.name: job for job in jobs}

        def seen(cell):
            del left[cell.name]
            done(cell)

        for start in range(STARTS):
            try:
                self.run_one(f"{name}-{start}", left.values(), seen)
                return
            except machine.MachineError as error:
                last = error
                print(f"{name}: {error}", file=sys.stderr)
        raise last

    def run_one(self, name, jobs, done):
        where = os.path.join(self.scratch, name)
        files = {"jobs": "".join(job.text for job in jobs),
                 "disks": "".join(f"{name}\n" for name in self.images)}
        for kind, table in (("configs", labels.CONFIGS), ("contexts", labels.CONTEXTS),
                            ("labels", labels.tables())):
            files.update({f"{kind}/{name}": content for name, content in table.items()})
        os.makedirs(where)
        machine.initramfs(where, self.kernel, self.parts, files, self.trees)
        reader = report.Reader(done)
        with console(name) as log:
            def saw(line):
                print(line, file=log, flush=True)
                reader.line(line)
            machine.boot(machine.command(where, self.kernel, self.images.values()), LIMIT, saw)
        faults = [line for line in reader.other if line.startswith("@error")]
        if faults:
            raise machine.MachineError("; ".join(faults))


def console(name):
    """Where what a machine shows is kept: VM_DEBUG names a directory."""
    kept = os.environ.get("VM_DEBUG")
    return open(f"{kept}/{name}.log" if kept else os.devnull, "w", encoding="utf-8")


def locked(call, lock):
    def inner(cell):
        with lock:
            call(cell)
    return inner


def put_ours(build, where):
    """Our tools, stripped, from a build directory."""
    os.makedirs(where)
    for tool in TOOLS:
        source = f"{build}/src/{tool}"
        if os.path.exists(source):
            shutil.copy(source, f"{where}/{tool}")
            subprocess.run(["strip", f"{where}/{tool}"], check=True)
            os.chmod(f"{where}/{tool}", 0o4755 if tool in SETUID else 0o755)
    return where


@dataclass(frozen=True)
class Job:
    """A cell and the guest's script for it."""
    name: str
    text: str


def shape_job(name, shape, mode, steps):
    """steps: names and commands."""
    return job(name, shape.setup, mode, steps.items())


def job(name, setup, mode, steps):
    pairs = {**setup, "enforce": "0" if mode == "P" else "1"}
    lines = [shlex.join(["cell", name, *(f"{key}={value}" for key, value in pairs.items())])]
    lines += [f"step {key} {text}" for key, text in steps]
    return Job(name, "\n".join([*lines, "leave", ""]))


def split(jobs, count):
    """The jobs as count lists with about as many steps each."""
    parts = [[] for _ in range(min(count, len(jobs)))]
    for each in jobs:
        min(parts, key=lambda part: sum(job.text.count("\nstep") for job in part)).append(each)
    return parts
