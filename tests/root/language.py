# SPDX-License-Identifier: BSD-3-Clause
"""Messages in the user's language; logs and what programs parse in English all the same."""
import os
import shutil

from mounts import mounted
from world import BUILD, demand

LOCALES = '/usr/share/locale'       # where a build for /usr looks
SAID = {
    'de': (b'Aufruf: useradd [Optionen]', 'useradd: ungültige Benutzer-ID »x«'),
    'fr': (b'Utilisation : useradd [options]', "useradd: identifiant d'utilisateur « x »"),
}


def translated(w):
    for language in SAID:
        where = f'{w.where}/locale/{language}/LC_MESSAGES'
        os.makedirs(where)
        shutil.copy(f'{BUILD}/po/{language}.mo', f'{where}/shadow-portable.mo')
    with mounted(f'{w.where}/locale', LOCALES):
        for language, (usage, wrong) in SAID.items():
            env = {'LC_ALL': 'C.UTF-8', 'LANGUAGE': language}
            demand(w.succeeds('useradd --help', env=env).stdout.startswith(usage), language)
            w.fails('useradd -u x new', 3, wrong, env=env)
            for line in ('chage -l old', 'passwd -S old', 'useradd -D'):
                plain, said = (w.succeeds(line, env=e).stdout for e in ({}, env))
                demand(said == plain, f'{line} in {language}:', said)
        w.fails('useradd -u x new', 3, "invalid user ID 'x'", env={'LANGUAGE': 'de'})


CASES = [translated]
