# SPDX-License-Identifier: BSD-3-Clause
"""What a person reads is in the catalogues, also where it is put together from parts."""
import glob
import os
import re
import tempfile

import build
import files

LITERAL = r'"((?:[^"\\\n]|\\.)*)"'
# Literals side by side, with what <inttypes.h> or a macro adds between them.
TEXT = re.compile(rf'{LITERAL}(?:\s*[A-Za-z0-9_]*\s*{LITERAL})*')
# Logs and audit records; what comes before the literal since the last semicolon.
FOR_LOGS = re.compile(r'\b(?:event_\w+|audit\w*|log_\w+|_Static_assert|sscanf|group_row_\w+)\(')


def of_catalogue(path):
    """The messages of a template, as they are written in C."""
    found = set()
    for entry in open(path, encoding='utf-8').read().split('\n\n'):
        match = re.search(r'^msgid (.*?)^msgstr', entry, re.S | re.M)
        if match:
            found.add(''.join(re.findall(LITERAL, match[1])).replace('<PRIu32>', '')
                      .replace('<PRIu64>', ''))
    return found


def english():
    """Files, and beginnings of texts in files, that stay English."""
    whole, texts = set(), []
    for line in files.read('tests/lint/english').splitlines():
        if line and not line.startswith('#'):
            path, _, text = line.partition('\t')
            if text:
                texts.append((path, text))
            else:
                whole.add(path)
    return whole, texts


def prose_of(path):
    """Line and text of each literal that reads like a sentence."""
    code = re.sub(r'/\*.*?\*/', lambda m: '\n' * m[0].count('\n'), files.read(path), flags=re.S)
    code = re.sub(r'^[ \t]*#[ \t]*include.*$', '', code, flags=re.M)
    for match in TEXT.finditer(code):
        text = ''.join(re.findall(LITERAL, match[0]))
        before = code[max(0, match.start() - 200):match.start()].split(';')[-1]
        if re.search(r'[a-z]{2,} [a-z]{2,}', text) and not FOR_LOGS.search(before):
            yield code.count('\n', 0, match.start()) + 1, text


def translated_prose():
    """Each is a message of the catalogues, or tests/lint/english names it; and it names no more."""
    with tempfile.TemporaryDirectory() as scratch:
        build.output(f'{files.TOP}/po/extract', '--pot', f'{scratch}/pot')
        if not os.path.exists(f'{scratch}/pot'):
            raise LookupError('xgettext')
        messages = of_catalogue(f'{scratch}/pot')
    whole, texts = english()
    used = set()
    for layer in ('src', 'lib', 'libmisc'):
        for full in sorted(glob.glob(f'{files.TOP}/{layer}/*.c')):
            path = os.path.relpath(full, files.TOP)
            if path in whole:
                used.add((path, ''))
                continue
            for line, text in prose_of(path):
                if text in messages:
                    continue
                known = [item for item in texts if item[0] == path and text.startswith(item[1])]
                used.update(known)
                if not known:
                    yield f'{path}:{line}: {text}'
    for item in sorted((set(texts) | {(path, '') for path in whole}) - used):
        yield f'tests/lint/english: not needed: {" ".join(item)}'


CHECKS = [translated_prose]
