// SPDX-License-Identifier: BSD-3-Clause
//
// Where set_selinux_file_context and reset_selinux_file_context are not mended: lines marked by
// spatch, or none.

// --- a lookup that failed, a policy that cannot be opened: who asks whether the system enforces?

@@
identifier f = {set_selinux_file_context};
expression list L;
@@
f(...)
{
<...
if (<+... \( matchpathcon (L) \| selabel_lookup_raw (L) \| selabel_lookup (L) \) ...+>)
{
<+...
* security_getenforce ()
...+>
}
...>
}

@@
identifier f = {set_selinux_file_context};
expression list L;
expression C, R;
@@
f(...)
{
<...
if (<+... \( matchpathcon (L) \| selabel_lookup_raw (L) \| selabel_lookup (L) \) ...+>)
(
* return <+... security_getenforce () ...+>;
|
* if (<+... security_getenforce () ...+>) return R;
)
...>
}

@ handle @
expression H;
expression list L;
@@
H = selabel_open (L)

@@
identifier f = {set_selinux_file_context};
expression handle.H;
@@
f(...)
{
<...
if (H == NULL)
{
<+...
* security_getenforce ()
...+>
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
* return <+... security_getenforce () ...+>;
|
* if (<+... security_getenforce () ...+>) return R;
)
...>
}
