# SPDX-License-Identifier: BSD-3-Clause
"""Which files beneath a directory are opened, made or run, by inotify(7)."""
import os
import struct

import sandbox

IN_OPEN, IN_CREATE, IN_NONBLOCK = 0x20, 0x100, 0x800


class Watch:
    def __init__(self, top):
        self.fd = sandbox.libc.inotify_init1(IN_NONBLOCK)
        self.where = {}
        for path in [path for path, _, _ in os.walk(top)]:
            number = sandbox.libc.inotify_add_watch(self.fd, path.encode(), IN_OPEN | IN_CREATE)
            self.where[number] = path[len(top):]

    def names(self):
        """All that was touched, since the beginning."""
        found = set()
        try:
            data = os.read(self.fd, 1 << 20)
        except BlockingIOError:
            data = b''
        while data:
            number, _, _, length = struct.unpack('iIII', data[:16])
            name = data[16:16 + length].rstrip(b'\0').decode()
            found.add(f'{self.where[number]}/{name}')
            data = data[16 + length:]
        os.close(self.fd)
        return sorted(found)
