dnl SPDX-License-Identifier: BSD-3-Clause

dnl SP_TRY_FLAG(VARIABLE, FLAG): adds FLAG to VARIABLE if the compiler and the linker take it.
AC_DEFUN([SP_TRY_FLAG], [
	AC_MSG_CHECKING([whether $CC takes $2])
	sp_saved_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes])
		AS_VAR_APPEND([$1], [" $2"])],
		[AC_MSG_RESULT([no])])
	CFLAGS=$sp_saved_CFLAGS
])

AC_DEFUN([SP_C17], [
	SP_CFLAGS= SP_LDFLAGS= SP_WARN=
	SP_CPPFLAGS="-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64"
	SP_TRY_FLAG([SP_CFLAGS], [-std=c17])
	AS_IF([test -z "$SP_CFLAGS"],
		[AC_MSG_ERROR([a C17 compiler is needed: gcc 10, clang 14 or newer])])
	AC_SUBST([SP_CPPFLAGS])
	AC_SUBST([SP_CFLAGS])
	AC_SUBST([SP_LDFLAGS])
	AC_SUBST([SP_WARN])
])

AC_DEFUN([SP_SANITIZERS], [
	AC_ARG_ENABLE([asan], [AS_HELP_STRING([--enable-asan],
		[build with AddressSanitizer and UndefinedBehaviorSanitizer (no)])],
		[], [enable_asan=no])
	AS_IF([test "$enable_asan" = yes], [
		SP_CFLAGS="$SP_CFLAGS -fsanitize=address,undefined -fno-sanitize-recover=all"
		SP_CFLAGS="$SP_CFLAGS -fno-omit-frame-pointer"
		SP_LDFLAGS="$SP_LDFLAGS -fsanitize=address,undefined"])
])

dnl Fortified functions hide errors from ASan, and need optimization.
AC_DEFUN([SP_HARDENING], [
	AC_ARG_ENABLE([hardening], [AS_HELP_STRING([--disable-hardening],
		[leave out the hardening flags])], [], [enable_hardening=yes])
	AS_IF([test "$enable_hardening" = yes], [
		AS_IF([test "$enable_asan" = no], [
			AS_CASE([" $CFLAGS"], [*" -O0"*], [],
				[*" -O"*],
				[SP_CPPFLAGS="$SP_CPPFLAGS -U_FORTIFY_SOURCE"
				SP_CPPFLAGS="$SP_CPPFLAGS -D_FORTIFY_SOURCE=2"])])
		SP_TRY_FLAG([SP_CFLAGS], [-fstack-protector-strong])
		SP_TRY_FLAG([SP_CFLAGS], [-fstack-clash-protection])
		SP_TRY_FLAG([SP_CFLAGS], [-fcf-protection])
		SP_TRY_FLAG([SP_CFLAGS], [-fPIE])
		SP_TRY_FLAG([SP_LDFLAGS], [-pie])
		SP_TRY_FLAG([SP_LDFLAGS], [-Wl,-z,relro])
		SP_TRY_FLAG([SP_LDFLAGS], [-Wl,-z,now])
		SP_TRY_FLAG([SP_LDFLAGS], [-Wl,-z,noexecstack])])
	SP_TRY_FLAG([SP_LDFLAGS], [-Wl,--as-needed])
])

dnl Every tool has its own copy of the library, so it gets no function that it does not call, nor
dnl the tables by which C++ would unwind its frames.
AC_DEFUN([SP_SIZE], [
	AS_IF([test "$enable_asan" = no], [
		SP_TRY_FLAG([SP_CFLAGS], [-ffunction-sections])
		SP_TRY_FLAG([SP_CFLAGS], [-fdata-sections])
		SP_TRY_FLAG([SP_CFLAGS], [-fno-asynchronous-unwind-tables])
		SP_TRY_FLAG([SP_LDFLAGS], [-Wl,--gc-sections])])
])

AC_DEFUN([SP_WARNINGS], [
	AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror],
		[a warning is an error (no)])], [], [enable_werror=no])
	SP_TRY_FLAG([SP_WARN],
		[-Wall -Wextra -Wshadow -Wmissing-prototypes -Wvla -Wformat=2])
	AS_IF([test "$enable_werror" = yes], [SP_WARN="$SP_WARN -Werror"])
])
