# SPDX-License-Identifier: BSD-3-Clause
"""What the guest's lines say (see guest/vmctl.h), as cells of steps with the state after each."""
from dataclasses import dataclass, field


@dataclass
class State:
    files: dict = field(default_factory=dict)  # path -> File
    rows: dict = field(default_factory=dict)  # (file, name) -> row

    def row(self, file, name):
        return self.rows.get((file, name), "").split(":")

    def below(self, directory):
        """Path relative to directory -> File."""
        prefix = directory + "/"
        return {p[len(prefix):]: f for p, f in self.files.items() if p.startswith(prefix)}


@dataclass(frozen=True)
class File:
    mode: int
    owner: str
    label: str
    content: str

    @property
    def is_dir(self):
        return self.mode & 0o170000 == 0o040000


@dataclass
class Step:
    name: str
    status: int = -1
    out: list = field(default_factory=list)
    state: State = field(default_factory=State)


@dataclass
class Cell:
    name: str
    start: State = field(default_factory=State)
    steps: list = field(default_factory=list)
    errors: list = field(default_factory=list)


class Reader:
    """Takes lines, gives each whole cell to done()."""

    def __init__(self, done):
        self.done = done
        self.cell = self.step = None
        self.other = []  # what belongs to no cell

    def line(self, text):
        word, _, rest = text.partition(" ")
        if word == "@cell":
            self.finish()
            self.cell = Cell(rest)
        elif word == "@halt":
            self.finish()
        elif word == "@begin" and self.cell:
            self.step = Step(rest)
        elif self.step and word.startswith("@") and word != "@error":
            self.step_line(word, rest)
        elif self.cell:
            self.cell.errors.append(text)
        else:
            self.other.append(text)

    def step_line(self, word, rest):
        step = self.step
        if word == "@out":
            step.out.append(rest)
        elif word == "@status":
            step.status = int(rest)
        elif word == "@f":
            mode, owner, label, content, path = rest.split(" ", 4)
            step.state.files[path] = File(int(mode, 8), owner, label, content)
        elif word == "@r":
            file, _, row = rest.partition(" ")
            step.state.rows[file, row.split(":")[0]] = row
        elif word == "@end":
            if step.name == "start":
                self.cell.start = step.state
            else:
                self.cell.steps.append(step)
            self.step = None

    def finish(self):
        if self.cell:
            if self.step:
                self.cell.errors.append(f"{self.step.name} has no end")
            self.done(self.cell)
        self.cell = self.step = None
