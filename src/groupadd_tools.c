/* SPDX-License-Identifier: BSD-3-Clause */
/* groupadd, groupdel, groupmod. */
#include <stddef.h>

#include "tools.h"

int main(int argc, char **argv)
{
	static const struct tools list[] = {
		{ "groupadd", groupadd_main },
		{ "groupdel", groupdel_main },
		{ "groupmod", groupmod_main },
		{ NULL, NULL }
	};

	return tools_main(list, argc, argv);
}
