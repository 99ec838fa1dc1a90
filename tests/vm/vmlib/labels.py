# SPDX-License-Identifier: BSD-3-Clause
"""Labels: the policies' file_contexts, and what the files of a cell carry.

CONTEXTS are the files that a container's policy may bring; OWN is what a full system's files
carry, ONE what a container engine gives.  expected() says what policy names for a path, worked
out here and not by libselinux.
"""


def label(kind):
    return f"system_u:object_r:{kind}:s0"


CONTAINER = label("container_file_t")

_RULES = (
        ("/.*", "", "root_t"),
        ("/etc(/.*)?", "", "etc_t"),
        ("/etc/(passwd|group)[-+]?", "--", "passwd_file_t"),
        ("/etc/g?shadow.*", "--", "shadow_t"),
        ("/home", "-d", "home_root_t"),
        ("/home/[^/]+", "-d", "user_home_dir_t"),
        ("/home/[^/]+/.+", "", "user_home_t"),
        ("/srv/[^/]+", "-d", "user_home_dir_t"),
        ("/srv/[^/]+/.+", "", "user_home_t"),
        ("/var/mail(/.*)?", "", "mail_spool_t"),
)


def _contexts(change):
    rows = ((path, kind, change(name)) for path, kind, name in _RULES)
    return "".join(f"{path}\t{kind}\t{value}\n" for path, kind, value in rows)


def _is_home(name):
    return name in ("user_home_dir_t", "user_home_t")


CONTEXTS = {
    "good": _contexts(label),
    "empty": "",
    "nomatch": f"/elsewhere(/.*)?\t\t{label('etc_t')}\n",
    "nolabel": "/.*\t\t<<none>>\n",
    # Types that the loaded policy does not have.
    "unknown": _contexts(lambda name: label("ghost_" + name)),
    "unknownhome": _contexts(lambda name: label("ghost_t" if _is_home(name) else name)),
    "broken": _contexts(label) + "/etc/(passwd\t--\tx\n/etc/group[\t--\ty\n",
}
CONFIGS = {
    "targeted": "SELINUX=enforcing\nSELINUXTYPE=targeted\n",
    "disabled": "SELINUX=disabled\nSELINUXTYPE=targeted\n",
    "empty": "",
}


def expected(path, is_dir):
    """The label that the good policy names for path."""
    parts = path.strip("/").split("/")
    name = parts[-1]
    if parts[0] == "etc":
        if is_dir:
            return label("etc_t")
        if name.startswith(("shadow", "gshadow")):
            return label("shadow_t")
        return label("passwd_file_t" if name.rstrip("-") in ("passwd", "group") else "etc_t")
    if parts[:2] == ["var", "mail"]:
        return label("mail_spool_t")
    if path == "/home":
        return label("home_root_t")
    if parts[0] in ("home", "srv") and len(parts) > 1:
        return label("user_home_dir_t" if len(parts) == 2 and is_dir else "user_home_t")
    return label("root_t")


_PLACES = ("etc", "etc/skel/...", "home/...", "var/mail/...", "srv/...")
_FILES = ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")
_NAMES = [f"etc/{name}{end}" for name in _FILES for end in ("", "-")]


def tables():
    """Name -> rows for the guest's reset."""
    one = [f"{CONTAINER} {place}" for place in (*_PLACES, *_NAMES)]
    own = [f"{label('etc_t')} etc", f"{label('etc_t')} etc/skel/..."]
    own += [f"{expected('/' + name, False)} {name}" for name in _NAMES]
    own += [f"{label('user_home_t')} home/...", f"{label('home_root_t')} home"]
    own += [f"{label('user_home_dir_t')} home/{user}" for user in ("vmua", "vmub")]
    own += [f"{label('mail_spool_t')} var/mail/...", f"{label('root_t')} srv/..."]
    return {"one": "\n".join(one) + "\n", "own": "\n".join(own) + "\n"}
