# SPDX-License-Identifier: BSD-3-Clause
# One line a page, in order:  dist_man_MANS += man/useradd.8
dist_man_MANS += man/chage.1
dist_man_MANS += man/expiry.1
dist_man_MANS += man/gpasswd.1
dist_man_MANS += man/groupadd.8
dist_man_MANS += man/groupdel.8
dist_man_MANS += man/groupmod.8
dist_man_MANS += man/gshadow.5
dist_man_MANS += man/newgrp.1
dist_man_MANS += man/pwconv.8
dist_man_MANS += man/sg.1
dist_man_MANS += man/shadow-portable.7
dist_man_MANS += man/shadow-selinux.8
dist_man_MANS += man/useradd.8
dist_man_MANS += man/userdel.8
dist_man_MANS += man/usermod.8
MAN_LINKS += pwconv.8:pwunconv.8 pwconv.8:grpconv.8 pwconv.8:grpunconv.8
