# SPDX-License-Identifier: BSD-3-Clause
"""Cells into job lists, job lists into machines that run side by side, cells to a judge."""
import os
import shlex
import shutil
import subprocess
import threading

from . import image, labels, machine, report, shapes

TOOLS = ("useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod", "shadow-selinux")
LIMIT = 900  # seconds for one machine, far above what it needs


class Machines:
    """What all machines of a run share: kernel, image, guest program, our tools."""

    def __init__(self, cache, scratch, ours):
        self.scratch = scratch
        self.kernel = machine.kernel(cache)
        self.image = image.kept_image(cache)
        self.parts = scratch + "/parts"
        machine.build_parts(self.parts)
        self.ours = ours

    def run(self, jobs, done):
        """Boots a machine for each text in jobs; done(cell) is called for each whole cell."""
        threads, errors, lock = [], [], threading.Lock()

        def one(number, text):
            try:
                self.run_one(f"{self.scratch}/vm{number}", text, locked(done, lock))
            except Exception as error:  # told by the caller
                errors.append(error)

        for number, text in enumerate(jobs):
            threads.append(threading.Thread(target=one, args=(number, text)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]

    def run_one(self, where, text, done):
        files = {"jobs": text}
        for kind, table in (("configs", labels.CONFIGS), ("contexts", labels.CONTEXTS),
                            ("labels", labels.tables())):
            files.update({f"{kind}/{name}": content for name, content in table.items()})
        os.makedirs(where)
        machine.initramfs(where, self.kernel, self.parts, files, self.ours)
        reader = report.Reader(done)
        with console(os.path.basename(where)) as log:
            def saw(line):
                print(line, file=log, flush=True)
                reader.line(line)
            machine.boot(machine.command(where, self.kernel, self.image), LIMIT, saw)
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
    return where


def shape_job(name, shape, mode, who):
    """The guest's script for one cell: all steps of a shape."""
    directory = "/ours" if who == "ours" else "/usr/sbin"
    steps = {key: f"{directory}/{text.format(at=shape.at, moved=shape.moved)}"
             for key, text in shapes.STEPS.items()}
    return job(name, shape.setup, mode, steps.items())


def job(name, setup, mode, steps):
    pairs = {**setup, "enforce": "0" if mode == "P" else "1"}
    lines = [shlex.join(["cell", name, *(f"{key}={value}" for key, value in pairs.items())])]
    lines += [f"step {key} {text}" for key, text in steps]
    return "\n".join([*lines, "leave", ""])


def split(texts, count):
    """The texts as count lists of about the same length."""
    lists = [""] * min(count, len(texts))
    for text in texts:
        shortest = min(range(len(lists)), key=lambda i: lists[i].count("\nstep"))
        lists[shortest] += text
    return lists
