/* SPDX-License-Identifier: BSD-3-Clause */
/* pwck, grpck, cppw, cpgr, shadow-selinux. */
#include <stddef.h>

#include "tools.h"

int main(int argc, char **argv)
{
	static const struct tools list[] = {
		{ "pwck", pwck_main },
		{ "grpck", pwck_main },
		{ "cppw", cppw_main },
		{ "cpgr", cppw_main },
		{ "shadow-selinux", shadow_selinux_main },
		{ NULL, NULL }
	};

	return tools_main(list, argc, argv);
}
