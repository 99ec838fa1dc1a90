# SPDX-License-Identifier: BSD-3-Clause
"""What shells complete in earnest: with bash-completion, and with fish's own machinery."""
import os
import subprocess
import tempfile

import build
import files

BASH_COMPLETION = '/usr/share/bash-completion/bash_completion'
# Loads each completion as a shell of a person would, and asks for "TOOL --".
BASH = f'''source {BASH_COMPLETION}
for tool; do
	_completion_loader "$tool" || true
	call=$(complete -p "$tool" 2>/dev/null | sed -n 's/.* -F \\([^ ]*\\) .*/\\1/p')
	COMP_WORDS=("$tool" --) COMP_CWORD=1 COMP_LINE="$tool --" COMP_POINT=$((${{#tool}} + 3))
	COMPREPLY=()
	"$call" "$tool" -- "$tool" 2>/dev/null || true
	echo "$tool ${{COMPREPLY[*]}}"
done'''
FISH = '''set fish_complete_path $argv[1]
for tool in $argv[2..]
	echo $tool (complete -C "$tool --" | string replace -r "\\t.*" "")
end'''


def offered(argv, env):
    """{tool: what its options are completed to}"""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env={**os.environ, **env}, check=False)
    rows = (line.split() for line in done.stdout.decode('utf-8', 'replace').splitlines())
    return {row[0]: set(row[1:]) for row in rows if row}


def options_completed():
    """Each shell offers all the long options of each tool, and no other."""
    if not os.path.exists(BASH_COMPLETION):
        raise LookupError('bash-completion')
    wanted = {}
    for tool in files.tools():
        found = {name for name in build.help_options(tool) if name.startswith('--')}
        # Completed to nothing: they take no options but --help.
        if found and tool not in ('newgrp', 'sg', 'nologin', 'subid-grant'):
            wanted[tool] = found
    with tempfile.TemporaryDirectory() as scratch:
        os.symlink(f'{files.BUILD}/completions/bash', f'{scratch}/completions')
        env = {'BASH_COMPLETION_USER_DIR': scratch, 'HOME': scratch, 'LC_ALL': 'C',
               'XDG_CONFIG_HOME': scratch, 'PATH': f'{files.BUILD}/src:{os.environ["PATH"]}'}
        shells = {'bash': offered(['bash', '--norc', '-c', BASH, 'bash', *wanted], env),
                  'fish': offered(['fish', '--no-config', '-c', FISH,
                                   f'{files.BUILD}/completions/fish', *wanted], env)}
    for shell, tools in shells.items():
        for tool, options in wanted.items():
            # bash-completion's own for chfn knows users alone.
            if (shell, tool) == ('bash', 'chfn'):
                continue
            got = {name.rstrip('=') for name in tools.get(tool, ())}
            for name in sorted(options ^ got):
                yield f'{shell}: {tool}: {name}: ' + ('missing' if name in options else 'unknown')


CHECKS = [options_completed]
