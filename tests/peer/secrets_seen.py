# SPDX-License-Identifier: BSD-3-Clause
"""Hashes in account files, compared by what they are: salts are random.

A hash that crypt(3) makes from one of the passwords of the case is written as its method, its
costs, the length of its salt and that password.  One that none of them gives stays as it is, so
that it differs.
"""
import ctypes
import re
import time

FILES = re.compile(r'.*/etc/(passwd|shadow|group|gshadow)-?$')
METHODS = re.compile(r'\$[56]\$(?:rounds=\d+\$)?|\$(?:y|gy|7)\$[^$]*\$|\$2[aby]\$\d\d\$|\$1\$')
DES = re.compile(r'[./0-9A-Za-z]{13}')
KNOWN = {}                  # a hash was verified once: all later cases know it


def crypt(password, setting):
    crypt.library = getattr(crypt, 'library', None) or ctypes.CDLL('libcrypt.so.1')
    crypt.library.crypt.restype = ctypes.c_char_p
    return (crypt.library.crypt(password.encode(), setting.encode()) or b'').decode()


def named(value, passwords):
    """A field of a row, with the lock in front of it kept."""
    lock = value[:len(value) - len(value.lstrip('!'))]
    text = value[len(lock):]
    found = METHODS.match(text)
    if not found and not DES.fullmatch(text):
        return value
    if (text, passwords) not in KNOWN:
        KNOWN[text, passwords] = next((word for word in passwords if crypt(word, text) == text),
                                      None)
    word = KNOWN[text, passwords]
    if word is None:
        return value
    if not found:
        return f'{lock}<DES of {word or "nothing"}>'
    salt = 22 if text.startswith('$2') else len(text[found.end():].rpartition('$')[0])
    return f'{lock}<{found[0]} salt of {salt}, of {word or "nothing"}>'


def fold(tree, passwords, since):
    """since: when the case began.  A date of then or now is written TODAY."""
    today = {str(int(moment) // 86400) for moment in (since, time.time())}
    for path, fact in tree.items():
        if not FILES.match(path) or 'content' not in fact:
            continue
        rows = [row.split(':') for row in fact['content'].split('\n')]
        for row in rows:
            if len(row) > 1:
                row[1] = named(row[1], tuple(passwords))
            if len(row) == 9 and row[2] in today:
                row[2] = 'TODAY'
        fact['content'] = '\n'.join(':'.join(row) for row in rows)
