# SPDX-License-Identifier: BSD-3-Clause
# One line a file, in order.
noinst_LIBRARIES += lib/libaccount.a
lib_libaccount_a_SOURCES = \
	lib/profile.c \
	lib/profile.h \
	lib/schema.c \
	lib/schema.h
