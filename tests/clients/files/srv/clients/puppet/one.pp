# SPDX-License-Identifier: BSD-3-Clause
# Groups and users, new ones: the parameters of both types.
group { 'crew': ensure => present }
group { 'num': ensure => present, gid => 4000 }
group { 'same': ensure => present, gid => 4000, allowdupe => true, require => Group['num'] }
group { 'syscrew': ensure => present, system => true }
group { 'nosuch': ensure => absent }
user { 'erin': ensure => present, require => Group['crew', 'num', 'same', 'syscrew'] }
-> user { 'fred':
  ensure             => present,
  uid                => 2001,
  gid                => 'crew',
  groups             => ['num', 'audio'],
  comment            => 'Fred Able,1,2',
  home               => '/home/deep/fred',
  managehome         => false,
  shell              => '/bin/bash',
  password           => '$5$salt$A1QGZ0CIP0A0t6b0G8RVFyTdNN3cUYhWmuGTTrDzIF.',
  password_min_age   => 2,
  password_max_age   => 90,
  password_warn_days => 10,
  expiry             => '2031-01-02',
}
-> user { 'gina':
  ensure     => present,
  managehome => true,
  groups     => ['crew'],
  membership => inclusive,
}
-> user { 'hugo': ensure => present, system => true, shell => '/usr/sbin/nologin' }
-> user { 'ines': ensure => present, uid => 2001, allowdupe => true }
-> user { 'jack': ensure => present, uid => 2001 }
user { 'nobody2': ensure => absent }
