# SPDX-License-Identifier: BSD-3-Clause
# The same ones, changed.
group { 'num': ensure => present, gid => 4001 }
-> user { 'erin':
  ensure     => present,
  uid        => 2100,
  comment    => 'Erin Able',
  shell      => '/bin/dash',
  home       => '/home/erin2',
  groups     => ['audio', 'crew'],
  membership => minimum,
}
-> user { 'fred':
  ensure             => present,
  groups             => ['video'],
  membership         => inclusive,
  password           => '!',
  password_min_age   => 0,
  password_max_age   => 99999,
  password_warn_days => 7,
  expiry             => absent,
}
-> user { 'gina': ensure => present, groups => ['video'], membership => inclusive }
-> user { 'hugo': ensure => absent }
-> user { 'ines': ensure => absent, managehome => true }
-> group { 'syscrew': ensure => absent }
