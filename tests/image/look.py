#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""look ROOT: what is compared of a system, as JSON: {name: text}.

Every account file as it is, but for the day in shadow; of every other path its type, owner, mode
and link target, and in homes of people its content.  What belongs to the packages of account tools
is left out, and so is what apt and dpkg keep for themselves.
"""
import glob
import hashlib
import json
import os
import re
import stat
import sys

TABLES = ('passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid')
# The account tools, and what only the distribution's pull in.
TOOLS = ('passwd', 'uidmap', 'libsubid4', 'libsubid5', 'libsubid-dev', 'libsemanage-common',
         'libsemanage2', 'libsepol2', 'libbsd0')
SKIPPED = re.compile(r'/(proc|sys|dev|srv/ours|var/lib/(apt|dpkg)|var/cache/(apt|debconf|man)|'
                     r'var/log/(apt|dpkg\.log)|'
                     r'etc/apt|usr/share/locale|usr/share/man|tmp)(/|$)')
READ = re.compile(r'/(home|root|srv|var/mail|var/spool/mail)/|/etc/(default/useradd|adduser\.conf'
                  r'|shells|login\.defs|ftpusers|aliases)$')
KINDS = {stat.S_IFREG: 'file', stat.S_IFDIR: 'dir', stat.S_IFLNK: 'link', stat.S_IFIFO: 'fifo',
         stat.S_IFSOCK: 'socket', stat.S_IFCHR: 'char', stat.S_IFBLK: 'block'}


def table(path, name):
    with open(path, encoding='utf-8', errors='surrogateescape') as file:
        text = file.read()
    if name.startswith('shadow'):
        text = re.sub(r'^([^:\n]*:[^:\n]*:)\d+:', r'\1DAY:', text, flags=re.M)
    return text


def owned(root):
    """Paths that only packages have which are not the same in both."""
    theirs, found = set(), set()
    for path in glob.glob(f'{root}/var/lib/dpkg/info/*.list'):
        with open(path, encoding='utf-8') as file:
            paths = set(file.read().splitlines())
        name = os.path.basename(path).removesuffix('.list').split(':')[0]
        if name in TOOLS:
            found |= paths
        else:
            theirs |= paths
    found -= theirs
    # A path that is in / for dpkg is in /usr in the image.
    return found | {f'/usr{path}' for path in found}


def describe(path, short, info):
    said = f'{KINDS[stat.S_IFMT(info.st_mode)]} {info.st_uid}:{info.st_gid}'
    if stat.S_ISLNK(info.st_mode):
        return f'{said} -> {os.readlink(path)}'
    said += f' {stat.S_IMODE(info.st_mode):04o}'
    if stat.S_ISREG(info.st_mode) and READ.search(short):
        with open(path, 'rb') as file:
            said += f' {hashlib.file_digest(file, "sha256").hexdigest()[:16]}'
    return said


def packages(root):
    """Name, version and state of each, as a table."""
    rows = []
    with open(f'{root}/var/lib/dpkg/status', encoding='utf-8') as file:
        for block in file.read().split('\n\n'):
            field = dict(re.findall(r'^(Package|Version|Status): (.*)$', block, re.M))
            if field and field['Package'] not in TOOLS:
                rows.append(f'{field["Package"]} {field.get("Version")} '
                            f'{field["Status"].split()[2]}\n')
    return ''.join(sorted(rows))


def look(root):
    seen, leave = {'packages': packages(root)}, owned(root)
    for where, dirs, files in os.walk(root):
        short = where[len(root):]
        dirs[:] = [name for name in dirs if not SKIPPED.match(f'{short}/{name}')]
        for name in dirs + files:
            path = f'{short}/{name}'
            info = os.lstat(root + path)
            if path not in leave and not SKIPPED.match(path):
                seen[path] = describe(root + path, path, info)
    for name in TABLES:
        for path in glob.glob(f'{root}/etc/{name}') + glob.glob(f'{root}/etc/{name}-'):
            short = path[len(root):]
            seen[f'{short} rows'] = table(path, os.path.basename(path))
    return seen


if __name__ == '__main__':
    json.dump(look(sys.argv[1]), sys.stdout)
