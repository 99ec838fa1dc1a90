# SPDX-License-Identifier: BSD-3-Clause
# A tool is three lines, with an empty line before:
#
#	sbin_PROGRAMS += src/newusers
#	src_newusers_SOURCES = src/newusers.c
#	src_newusers_LDADD = $(ACCOUNT_LIBS)
#
# Some are in one program with others (src/tools.h), which are links to it.

bin_PROGRAMS += src/chage
SETGID_SHADOW_TOOLS += chage
src_chage_SOURCES = src/chage.c
src_chage_LDADD = $(ACCOUNT_LIBS)

# One source, two programs: what each is, is compiled in.
bin_PROGRAMS += src/newuidmap src/newgidmap
IDMAP_TOOLS += newuidmap:cap_setuid newgidmap:cap_setgid
src_newuidmap_SOURCES = src/newuidmap.c
src_newuidmap_LDADD = $(ACCOUNT_LIBS)
src_newgidmap_SOURCES = src/newuidmap.c
src_newgidmap_CPPFLAGS = $(AM_CPPFLAGS) -DNEWGIDMAP
src_newgidmap_LDADD = $(ACCOUNT_LIBS)

sbin_PROGRAMS += src/chpasswd
SBIN_LINKS += chpasswd:chgpasswd
src_chpasswd_SOURCES = src/chpasswd.c
src_chpasswd_LDADD = $(ACCOUNT_LIBS)

bin_PROGRAMS += src/chfn
SETUID_TOOLS += chfn
src_chfn_SOURCES = src/chfn.c
src_chfn_LDADD = $(ACCOUNT_LIBS)

bin_PROGRAMS += src/chsh
SETUID_TOOLS += chsh
src_chsh_SOURCES = src/chsh.c
src_chsh_LDADD = $(ACCOUNT_LIBS)

bin_PROGRAMS += src/expiry
SETGID_SHADOW_TOOLS += expiry
src_expiry_SOURCES = src/expiry.c
src_expiry_LDADD = $(ACCOUNT_LIBS)

bin_PROGRAMS += src/faillog
src_faillog_SOURCES = src/faillog.c
src_faillog_LDADD = $(ACCOUNT_LIBS)

bin_PROGRAMS += src/gpasswd
SETUID_TOOLS += gpasswd
src_gpasswd_SOURCES = src/gpasswd.c
src_gpasswd_LDADD = $(ACCOUNT_LIBS)

bin_PROGRAMS += src/getsubids
src_getsubids_SOURCES = src/getsubids.c
src_getsubids_LDADD = $(ACCOUNT_LIBS)

sbin_PROGRAMS += src/groupadd
SBIN_LINKS += groupadd:groupdel groupadd:groupmod
src_groupadd_SOURCES = src/groupadd_tools.c src/tools.c src/tools.h \
	src/groupadd.c src/groupdel.c src/groupmod.c
src_groupadd_LDADD = $(ACCOUNT_LIBS)

bin_PROGRAMS += src/lastlog
src_lastlog_SOURCES = src/lastlog.c
src_lastlog_LDADD = $(ACCOUNT_LIBS)

bin_PROGRAMS += src/newgrp
BIN_LINKS += newgrp:sg
SETUID_TOOLS += newgrp
src_newgrp_SOURCES = src/newgrp.c
src_newgrp_LDADD = $(ACCOUNT_LIBS)

bin_PROGRAMS += src/passwd
SETUID_TOOLS += passwd
src_passwd_SOURCES = src/passwd.c
src_passwd_LDADD = $(ACCOUNT_LIBS)

sbin_PROGRAMS += src/newusers
src_newusers_SOURCES = src/newusers.c
src_newusers_LDADD = $(ACCOUNT_LIBS)

pkglibexec_PROGRAMS += src/subid-grant
src_subid_grant_SOURCES = src/subid-grant.c
src_subid_grant_LDADD = $(ACCOUNT_LIBS)

sbin_PROGRAMS += src/useradd
SBIN_LINKS += useradd:userdel useradd:usermod
src_useradd_SOURCES = src/useradd_tools.c src/tools.c src/tools.h \
	src/useradd.c src/userdel.c src/usermod.c
src_useradd_LDADD = $(ACCOUNT_LIBS)

sbin_PROGRAMS += src/pwconv
SBIN_LINKS += pwconv:pwunconv pwconv:grpconv pwconv:grpunconv pwconv:vipw pwconv:vigr
src_pwconv_SOURCES = src/pwconv_tools.c src/tools.c src/tools.h \
	src/pwconv.c src/vipw.c
src_pwconv_LDADD = $(ACCOUNT_LIBS)

sbin_PROGRAMS += src/pwck
SBIN_LINKS += pwck:grpck pwck:cppw pwck:cpgr pwck:shadow-selinux
src_pwck_SOURCES = src/pwck_tools.c src/tools.c src/tools.h \
	src/pwck.c src/cppw.c src/shadow-selinux.c
src_pwck_LDADD = $(ACCOUNT_LIBS)

sbin_PROGRAMS += src/groupmems
src_groupmems_SOURCES = src/groupmems.c
src_groupmems_LDADD = $(ACCOUNT_LIBS)

sbin_PROGRAMS += src/nologin
src_nologin_SOURCES = src/nologin.c
src_nologin_LDADD = $(ACCOUNT_LIBS)

sbin_PROGRAMS += src/shadowconfig
src_shadowconfig_SOURCES = src/shadowconfig.c
src_shadowconfig_LDADD = $(ACCOUNT_LIBS)
