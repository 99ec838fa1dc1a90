# SPDX-License-Identifier: BSD-3-Clause
# One line a file, in order.
noinst_LIBRARIES += libmisc/libmisc.a
libmisc_libmisc_a_SOURCES = \
	libmisc/arena.c \
	libmisc/arena.h \
	libmisc/banned.h \
	libmisc/beneath.c \
	libmisc/beneath.h \
	libmisc/day.h \
	libmisc/err.c \
	libmisc/err.h \
	libmisc/fd.c \
	libmisc/fd.h \
	libmisc/note.c \
	libmisc/note.h \
	libmisc/opt.c \
	libmisc/opt.h \
	libmisc/selinux.h \
	libmisc/str.c \
	libmisc/str.h
