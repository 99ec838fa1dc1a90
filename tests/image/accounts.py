# SPDX-License-Identifier: BSD-3-Clause
"""Images with our packages and with the distribution's: what is installed in both, what is purged
and what clients do leaves equal account files and homes."""
import re

import place
from place import demand


def first_unpack(world):
    """mmdebstrap with the repository and the pin: no other passwd is ever unpacked."""
    root = world.image('bookworm', 'ours')
    with open(f'{root}/../../dpkg.log', encoding='utf-8') as file:
        versions = re.findall(r' install passwd\S* \S+ (\S+)$', file.read(), re.M)
    demand(len(versions) == 1 and versions[0].startswith('1:5.0.0-'), versions)


CASES = [first_unpack]
FULL = []
