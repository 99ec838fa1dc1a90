/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tools - one program of several tools.
 *
 * Half of a tool is the transaction, so tools share a program where nothing tells their files
 * apart: those that get no bits, and that policies give one SELinux label.  It is named after one
 * of them, so that its label stays right; the others are links to it.
 *
 *	static const struct tools list[] = {
 *		{ "useradd", useradd_main }, { "userdel", userdel_main }, { NULL, NULL }
 *	};
 *
 *	return tools_main(list, argc, argv);
 *
 * Called by any other name it does nothing (status 1): a link that somebody made to userdel must
 * not become useradd.  userdel.distrib is userdel.
 */
#ifndef SRC_TOOLS_H
#define SRC_TOOLS_H

struct tools {
	const char *name;
	int (*main)(int argc, char **argv);
};

int tools_main(const struct tools *list, int argc, char **argv);

int useradd_main(int argc, char **argv);
int userdel_main(int argc, char **argv);
int usermod_main(int argc, char **argv);

int groupadd_main(int argc, char **argv);
int groupdel_main(int argc, char **argv);
int groupmod_main(int argc, char **argv);

int pwconv_main(int argc, char **argv);
int vipw_main(int argc, char **argv);

int pwck_main(int argc, char **argv);
int cppw_main(int argc, char **argv);
int shadow_selinux_main(int argc, char **argv);

#endif
