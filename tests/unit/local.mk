# SPDX-License-Identifier: BSD-3-Clause
# One program a module: tests/unit/test_X.c.  Add its name to the list, in order; it is built from
# that one file and linked with all our code.
unit_programs = \
	tests/unit/test_aging \
	tests/unit/test_arena \
	tests/unit/test_beneath \
	tests/unit/test_caller \
	tests/unit/test_confine \
	tests/unit/test_crew \
	tests/unit/test_day \
	tests/unit/test_defaults \
	tests/unit/test_defs \
	tests/unit/test_err \
	tests/unit/test_event \
	tests/unit/test_fd \
	tests/unit/test_flush \
	tests/unit/test_gecos \
	tests/unit/test_group \
	tests/unit/test_group_deed \
	tests/unit/test_group_join \
	tests/unit/test_home \
	tests/unit/test_home_labels \
	tests/unit/test_home_move \
	tests/unit/test_home_remove \
	tests/unit/test_hook \
	tests/unit/test_idmarks \
	tests/unit/test_idmap \
	tests/unit/test_idmap_target \
	tests/unit/test_idmap_why \
	tests/unit/test_ids \
	tests/unit/test_json \
	tests/unit/test_log \
	tests/unit/test_login_shell \
	tests/unit/test_mail \
	tests/unit/test_may \
	tests/unit/test_merge \
	tests/unit/test_name \
	tests/unit/test_names \
	tests/unit/test_note \
	tests/unit/test_nss \
	tests/unit/test_opt \
	tests/unit/test_password \
	tests/unit/test_password_change \
	tests/unit/test_password_mark \
	tests/unit/test_pam_config \
	tests/unit/test_proc \
	tests/unit/test_profile \
	tests/unit/test_prompt \
	tests/unit/test_pwhash \
	tests/unit/test_root \
	tests/unit/test_run \
	tests/unit/test_run_confine \
	tests/unit/test_schema \
	tests/unit/test_secret \
	tests/unit/test_selinux \
	tests/unit/test_selinux_contexts \
	tests/unit/test_selinux_make \
	tests/unit/test_selinux_permit \
	tests/unit/test_selinux_rule \
	tests/unit/test_session \
	tests/unit/test_seuser \
	tests/unit/test_shells \
	tests/unit/test_str \
	tests/unit/test_subid \
	tests/unit/test_subid_source \
	tests/unit/test_table \
	tests/unit/test_tree \
	tests/unit/test_tree_copy \
	tests/unit/test_twin \
	tests/unit/test_txn \
	tests/unit/test_uid_log

EXTRA_DIST += tests/unit/account_world.h tests/unit/btrfs_mount.h tests/unit/home_place.h \
	tests/unit/interleave.h tests/unit/live_root.h tests/unit/scratch.h \
	tests/unit/selinux_world.h

LDADD = $(ACCOUNT_LIBS) -lcmocka
tests_unit_test_crew_LDADD = $(LDADD) -lpthread
tests_unit_test_proc_LDADD = $(LDADD) -lpthread

if HAVE_CMOCKA
check_PROGRAMS += $(unit_programs)
endif
