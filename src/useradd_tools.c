/* SPDX-License-Identifier: BSD-3-Clause */
/* useradd, userdel, usermod, and a name of useradd's on Fedora. */
#include <stddef.h>

#include "tools.h"

int main(int argc, char **argv)
{
	static const struct tools list[] = {
		{ "useradd", useradd_main },
		{ "userdel", userdel_main },
		{ "usermod", usermod_main },
		{ "adduser", useradd_main },
		{ NULL, NULL }
	};

	return tools_main(list, argc, argv);
}
