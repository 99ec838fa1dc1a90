/* SPDX-License-Identifier: BSD-3-Clause */
/* pwconv, pwunconv, grpconv, grpunconv, vipw, vigr. */
#include <stddef.h>

#include "tools.h"

int main(int argc, char **argv)
{
	static const struct tools list[] = {
		{ "pwconv", pwconv_main },
		{ "pwunconv", pwconv_main },
		{ "grpconv", pwconv_main },
		{ "grpunconv", pwconv_main },
		{ "vipw", vipw_main },
		{ "vigr", vipw_main },
		{ NULL, NULL }
	};

	return tools_main(list, argc, argv);
}
