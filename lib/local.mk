# SPDX-License-Identifier: BSD-3-Clause
# One line a file, in order.
noinst_LIBRARIES += lib/libaccount.a
lib_libaccount_a_SOURCES = \
	lib/defs.c \
	lib/defs.h \
	lib/event.c \
	lib/event.h \
	lib/flush.c \
	lib/flush.h \
	lib/hook.c \
	lib/hook.h \
	lib/ids.c \
	lib/ids.h \
	lib/journal.c \
	lib/lastlog.c \
	lib/lastlog.h \
	lib/lock.c \
	lib/lock.h \
	lib/lock_file.c \
	lib/lock_file.h \
	lib/merge.c \
	lib/merge.h \
	lib/name.c \
	lib/name.h \
	lib/nss.c \
	lib/nss.h \
	lib/profile.c \
	lib/profile.h \
	lib/publish.c \
	lib/publish_file.c \
	lib/publish_mend.c \
	lib/recover.c \
	lib/root.c \
	lib/root.h \
	lib/run.c \
	lib/run.h \
	lib/schema.c \
	lib/schema.h \
	lib/subid.c \
	lib/subid.h \
	lib/subid_choose.c \
	lib/subid_private.h \
	lib/subid_spans.c \
	lib/table.c \
	lib/table.h \
	lib/table_diff.c \
	lib/table_find.c \
	lib/table_private.h \
	lib/txn.c \
	lib/txn.h \
	lib/txn_private.h \
	lib/user.c \
	lib/user.h \
	lib/user_change.c \
	lib/user_change.h
