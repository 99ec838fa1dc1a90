// SPDX-License-Identifier: BSD-3-Clause
//
// The minimal mend of set_selinux_file_context and reset_selinux_file_context, for shadow of any
// version that has them:
//
//   1. a lookup that fails, or a policy that cannot be opened, is no labelling: the function
//      succeeds, and the file gets the label that the kernel gives it;
//   2. security_getenforce() is -1 where nobody knows: only 1 is enforcing.
//
// What stays an error: a label that policy names and an enforcing kernel does not let us set.

// --- 1: a lookup has failed.  Whether the system enforces does not matter then.

@@
identifier f = {set_selinux_file_context};
expression list L;
expression C, R;
@@
f(...)
{
<...
if (<+... \( matchpathcon (L) \| selabel_lookup_raw (L) \| selabel_lookup (L) \) ...+>)
{
<...
(
- if (security_getenforce () != 0) { return R; }
  return 0;
|
- if (C && security_getenforce () != 0) { return R; }
  return 0;
|
- if (security_getenforce () != 0) { return R; }
+ return 0;
|
- if (C && security_getenforce () != 0) { return R; }
+ return 0;
|
- return security_getenforce () != 0;
+ return 0;
)
...>
}
...>
}

@@
identifier f = {set_selinux_file_context};
expression list L;
expression R;
@@
f(...)
{
<...
if (<+... \( matchpathcon (L) \| selabel_lookup_raw (L) \| selabel_lookup (L) \) ...+>)
(
- if (security_getenforce () != 0) return R;
+ return 0;
|
- if (security_getenforce () != 0) { return R; }
+ return 0;
|
- return security_getenforce () != 0;
+ return 0;
)
...>
}

// --- and so is a policy that cannot be opened

@ handle @
expression H;
expression list L;
@@
H = selabel_open (L)

@@
identifier f = {set_selinux_file_context};
expression handle.H, C, R;
@@
f(...)
{
<...
if (H == NULL)
{
<...
(
- if (security_getenforce () != 0) { return R; }
  return 0;
|
- if (C && security_getenforce () != 0) { return R; }
  return 0;
|
- if (security_getenforce () != 0) { return R; }
+ return 0;
|
- if (C && security_getenforce () != 0) { return R; }
+ return 0;
|
- return security_getenforce () != 0;
+ return 0;
)
...>
}
...>
}

@@
identifier f = {set_selinux_file_context};
expression handle.H, R;
@@
f(...)
{
<...
if (H == NULL)
(
- if (security_getenforce () != 0) return R;
+ return 0;
|
- return security_getenforce () != 0;
+ return 0;
)
...>
}

// --- 2: unknown is not enforcing

@@
identifier f = {set_selinux_file_context, reset_selinux_file_context};
@@
f(...)
{
<...
- security_getenforce () != 0
+ security_getenforce () == 1
...>
}

@@
identifier f = {set_selinux_file_context, reset_selinux_file_context};
expression A, B;
@@
f(...)
{
<...
- security_getenforce () ? A : B
+ security_getenforce () == 1 ? A : B
...>
}

@@
identifier f = {set_selinux_file_context, reset_selinux_file_context};
statement S;
@@
f(...)
{
<...
- if (security_getenforce ())
+ if (security_getenforce () == 1)
S
...>
}
