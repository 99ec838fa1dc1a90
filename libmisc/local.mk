# SPDX-License-Identifier: BSD-3-Clause
# One line a file, in order.
noinst_LIBRARIES += libmisc/libmisc.a
libmisc_libmisc_a_SOURCES = \
	libmisc/arena.c \
	libmisc/arena.h \
	libmisc/audit.c \
	libmisc/audit.h \
	libmisc/banned.h \
	libmisc/beneath.c \
	libmisc/beneath.h \
	libmisc/copy.c \
	libmisc/copy.h \
	libmisc/day.h \
	libmisc/err.c \
	libmisc/err.h \
	libmisc/fd.c \
	libmisc/fd.h \
	libmisc/identity.c \
	libmisc/identity.h \
	libmisc/log.c \
	libmisc/log.h \
	libmisc/note.c \
	libmisc/note.h \
	libmisc/opt.c \
	libmisc/opt.h \
	libmisc/selinux.c \
	libmisc/selinux.h \
	libmisc/selinux_contexts.c \
	libmisc/selinux_contexts.h \
	libmisc/selinux_explain.c \
	libmisc/selinux_make.c \
	libmisc/selinux_mode.c \
	libmisc/selinux_ops.h \
	libmisc/selinux_rule.c \
	libmisc/selinux_rule.h \
	libmisc/selinux_sample.c \
	libmisc/selinux_settle.c \
	libmisc/selinux_state.h \
	libmisc/selinux_sys.c \
	libmisc/str.c \
	libmisc/str.h
