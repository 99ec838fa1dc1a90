# SPDX-License-Identifier: BSD-3-Clause
"""The figures of tests/bench/run as a table, a plot and a part of the README.

results.tsv has them all: a run of some tools replaces their lines in it and leaves the others.
"""
import os
import re
import subprocess

COLUMNS = ("tool", "accounts", "lines", "ours", "packaged", "floor", "core", "by_packaged",
           "by_floor", "by_core", "mib", "by_files")
NUMBERS = COLUMNS[3:]
# Shorter, as tables of tabs want it; x...: ours by that.
HEADER = "tool users lines ours theirs floor core xtheirs xfloor xcore mib xfiles".split()
MARKS = ("<!-- tests/bench/run writes from here -->\n", "<!-- to here -->\n")


class Figures:
    """A tool at a number of accounts, and of lines that it is given (0: none)."""

    def __init__(self, tool, accounts, lines=0, **numbers):
        self.tool, self.accounts, self.lines = tool, accounts, lines
        for name in NUMBERS:
            setattr(self, name, numbers.get(name))

    def text(self):
        return "\t".join([self.tool, str(self.accounts), str(self.lines)] +
                         [show(getattr(self, name), "{:.4g}") for name in NUMBERS])


def show(value, form="{:.3f}"):
    return "-" if value is None else form.format(value)


def load(path):
    if not os.path.exists(path):
        return []
    figures = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            fields = line.rstrip("\n").split("\t")
            if line[0] == "#" or fields[0] == "tool" or len(fields) != len(COLUMNS):
                continue
            numbers = {name: None if text == "-" else float(text)
                       for name, text in zip(NUMBERS, fields[3:])}
            figures.append(Figures(fields[0], int(fields[1]), int(fields[2]), **numbers))
    return figures


def merge(old, new):
    tools = {f.tool for f in new}
    return [f for f in old if f.tool not in tools] + new


def table(figures):
    lines = ["| tool | accounts | ours, s | packaged, s | floor, s | ours / packaged | ours / floor"
             " | memory, MiB | memory / files |", "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for f in (f for f in figures if not f.lines):
        lines.append("| " + " | ".join([
            f.tool, str(f.accounts), show(f.ours), show(f.packaged), show(f.floor),
            show(f.by_packaged, "{:.2f}"), show(f.by_floor, "{:.2f}"), show(f.mib, "{:.1f}"),
            show(f.by_files, "{:.2f}")]) + " |")
    return "\n".join(lines) + "\n"


def lines_table(figures):
    """Tools that are given lines with passwords: mostly their time is that of the hashes."""
    lines = ["| tool | lines | accounts | ours, s | packaged, s | one core's hashing, s | floor, s"
             " | ours / packaged | ours / one core | memory, MiB |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for f in (f for f in figures if f.lines):
        lines.append("| " + " | ".join([
            f.tool, str(f.lines), str(f.accounts), show(f.ours), show(f.packaged),
            show(f.core), show(f.floor), show(f.by_packaged, "{:.2f}"),
            show(f.by_core, "{:.2f}"), show(f.mib, "{:.1f}")]) + " |")
    return "\n".join(lines) + "\n"


def plot_lines(tsv, figures, floors):
    """gnuplot's lines: accounts against seconds, both logarithmic; 0 accounts stand at 1."""
    tools = []
    for f in figures:
        if not f.lines and f.tool not in tools:
            tools.append(f.tool)
    yield "set terminal svg size 960,1280 font 'sans-serif,12' background '#ffffff'"
    yield f"set output '{os.path.splitext(tsv)[0]}.svg'"
    yield "set datafile separator '\\t'; set datafile missing '-'; set logscale xy"
    yield "set format x '10^{%L}'; set format y '10^{%L}'; set grid; set key top left"
    yield f"set multiplot layout {(len(tools) + 2) // 3},3"
    for tool in tools:
        yield f"set title '{tool}'; set xlabel 'accounts'; set ylabel 'seconds'"
        chosen = f"(stringcolumn(1) eq '{tool}' ? (column(2) > 0 ? column(2) : 1) : 1/0)"
        yield "plot " + ", ".join(
            f"'{tsv}' using {chosen}:{column} with linespoints pointtype {kind} title '{title}'"
            for column, kind, title in (
                (4, 7, "ours"), (5, 5, "packaged"),
                (6, 1, floors.get(tool, "cp + sync"))))
    yield "unset multiplot"


def write(directory, figures, floors, readme=None):
    """results.tsv, results.md and results.svg; the README between its marks.  floors: what they are
    of which tool, if not cp and sync."""
    tsv = os.path.join(directory, "results.tsv")
    with open(tsv, "w", encoding="utf-8") as f:
        f.write("# SPDX-License-Identifier: BSD-3-Clause\n" + "\t".join(HEADER) + "\n")
        f.writelines(figure.text() + "\n" for figure in figures)
    text = table(figures)
    if any(f.lines for f in figures):
        text += "\n" + lines_table(figures)
    with open(os.path.join(directory, "results.md"), "w", encoding="utf-8") as f:
        f.write(text)
    if any(not f.lines for f in figures):
        subprocess.run(["gnuplot"], text=True, check=True,
                       input="\n".join(plot_lines(tsv, figures, floors)) + "\n")
    if readme:
        with open(readme, encoding="utf-8") as f:
            old = f.read()
        between = re.escape(MARKS[0]) + ".*?" + re.escape(MARKS[1])
        with open(readme, "w", encoding="utf-8") as f:
            f.write(re.sub(between, lambda _: f"{MARKS[0]}{text}{MARKS[1]}", old, flags=re.S))
    return text
