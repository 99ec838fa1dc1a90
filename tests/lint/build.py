# SPDX-License-Identifier: BSD-3-Clause
"""Checks that look at what was built, or need other programs."""
import glob
import os
import re
import shutil
import subprocess
import tempfile

import files


def output(*command):
    if not shutil.which(command[0]):
        raise LookupError(command[0])
    done = subprocess.run(command, cwd=files.TOP, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode('utf-8', 'replace')


# The interface of libsubid has no handle that could hold it.
MAY_HAVE = ('libsubid/libpic_a-state.o', 'libsubid/libsubid.o')


def writable_globals():
    """No variable outlives a function.  Constant tables with pointers are .data.rel.ro."""
    for layer in files.CODE:
        objects = sorted(glob.glob(f'{files.BUILD}/{layer}/*.o'))
        for line in output('objdump', '-t', *objects).splitlines() if objects else ():
            name = re.match(r'(\S+\.o):', line)
            if name:
                path = os.path.relpath(name[1], files.BUILD)
            match = re.search(r'\sO\s+(\.(?:data|bss|tdata|tbss)\S*|\*COM\*)\s+\S+\s+(\S+)$', line)
            if match and not match[1].startswith('.data.rel.ro') and path not in MAY_HAVE:
                yield f'{path}: {match[2]} in {match[1]}'


def help_options(tool):
    """-x and --name of each row of --help."""
    text = output(f'{files.BUILD}/src/{tool}', '--help')
    return set(re.findall(r'(?<![\w-])(-\w|--[a-z][a-z0-9-]*)', '\n'.join(
        re.split(r'\s{2,}', line.strip())[0] for line in text.splitlines()
        if line.strip().startswith('-'))))


def page(tool):
    """The path of its manual page, or None."""
    found = (f'man/{tool}.{section}' for section in (1, 8))
    return next((p for p in found if os.path.exists(f'{files.TOP}/{p}')), None)


def page_options(tool):
    """The same of the .It lines of the manual page."""
    found = set()
    for line in files.read(page(tool)).splitlines():
        if line.startswith('.It '):
            found.update(re.findall(r'\bFl (\S+)', line))
    return {f'-{name}' for name in found}


def manual_options():
    """Each option is in the manual page, and the manual page has no other."""
    for tool in files.tools():
        if not page(tool):
            yield f'{tool}: no manual page'
            continue
        told, written = help_options(tool), page_options(tool)
        for option in sorted(told - written):
            yield f'{tool}: {option} is not in the manual page'
        for option in sorted(written - told):
            yield f'{tool}: {option} is in the manual page alone'


def manual_pages():
    """mandoc has nothing to say."""
    pages = [path for path in files.every() if re.match(r'man/.*\.\d$', path)]
    # One by one: what it prints of many goes two ways, and the lines get into each other.
    for one in pages:
        for line in output('mandoc', '-T', 'lint', one).splitlines():
            # Which pages are installed here is no fault of ours.
            if 'referenced manual not found' not in line and 'mandoc.db' not in line:
                yield line


def shell_scripts():
    """shellcheck has nothing to say."""
    scripts = list(files.scripts('sh', 'bash'))
    yield from output('shellcheck', '-S', 'warning', '-f', 'gcc', *scripts).splitlines()


def completed(shell, *words):
    """What bash completes the last word of a command line to."""
    script = f"source {files.BUILD}/completions/bash/{words[0]} && shift && " \
             'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) && ' \
             f'_shadow_portable_{words[0]} && ' + r'printf "%s\n" "${COMPREPLY[@]}"'
    return output(shell, '-c', script, 'sh', 'sh', *words).split()


def completions():
    """Each shell can read its files, and bash completes options, their values and operands."""
    if not os.path.exists(f'{files.BUILD}/completions/done'):
        raise LookupError('completions/done')
    for shell, check in (('bash', '-n'), ('zsh', '-n'), ('fish', '--no-execute')):
        for path in sorted(glob.glob(f'{files.BUILD}/completions/{shell}/*')):
            if output(shell, check, path):
                yield path
    for words, wanted in ((('shadowconfig', 'o'), ['on', 'off']),
                          (('expiry', '--ch'), ['--check']),
                          (('pwconv', '--selinux', 's'), ['strict']),
                          (('chgpasswd', '--root', '/et'), ['/etc'])):
        if completed('bash', *words) != wanted:
            yield f'{" ".join(words)}: {completed("bash", *words)}'


def catalogues():
    """Every message of the source has its translations, and no other is kept."""
    with tempfile.TemporaryDirectory() as scratch:
        output(f'{files.TOP}/po/extract', '--pot', f'{scratch}/pot')
        for path in sorted(glob.glob(f'{files.TOP}/po/*.po')):
            said = output('msgcmp', path, f'{scratch}/pot').replace(scratch, '')
            yield from (line for line in said.splitlines() if 'msgcmp: found' not in line)


CHECKS = [writable_globals, manual_options, manual_pages, shell_scripts, completions, catalogues]
