dnl SPDX-License-Identifier: BSD-3-Clause

dnl libsubid.  Both shared libraries are always there; the header, the static library's and
dnl pkg-config's version, and what -lsubid means are those of one of them.
AC_DEFUN([SP_LIBSUBID], [
	AC_ARG_WITH([subid-abi], [AS_HELP_STRING([--with-subid-abi=4|5],
		[what programs are built for with -lsubid (by the profile)])],
		[], [with_subid_abi=auto])
	AS_CASE([$with_subid_abi:$with_profile],
		[4:* | 5:*], [SUBID_ABI=$with_subid_abi],
		[auto:debian12], [SUBID_ABI=4],
		[auto:*], [SUBID_ABI=5],
		[AC_MSG_ERROR([--with-subid-abi takes 4 or 5])])
	AC_SUBST([SUBID_ABI])
	AC_CHECK_TOOL([OBJCOPY], [objcopy], [objcopy])
	dnl Programs bring the sanitizers' functions.
	SUBID_LDFLAGS=
	AS_IF([test "$enable_asan" = no], [SUBID_LDFLAGS=-Wl,-z,defs])
	AC_SUBST([SUBID_LDFLAGS])
	AC_CONFIG_FILES([libsubid/include/shadow/subid.h:libsubid/subid.h.in
		libsubid/libsubid.pc:libsubid/libsubid.pc.in])
])
