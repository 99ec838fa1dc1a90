# SPDX-License-Identifier: BSD-3-Clause
# The build image of Containerfile, made by packer's docker builder.

variable "repository" {
  description = "The URI of the repository that debian/make-repository made."
  type        = string
}

variable "suite" {
  type    = string
  default = "bookworm"
}

variable "base" {
  type    = string
  default = "debian:bookworm-slim"
}

variable "packages" {
  type    = string
  default = "passwd build-essential git ruby bundler fakeroot"
}

variable "name" {
  type    = string
  default = "omnibus"
}

locals {
  options = "--no-install-recommends -o Dpkg::Options::=--force-confold"
}

source "docker" "image" {
  image   = var.base
  commit  = true
  changes = ["USER omnibus", "WORKDIR /home/omnibus"]
}

build {
  sources = ["source.docker.image"]

  provisioner "file" {
    source      = "${path.root}/add-source"
    destination = "/tmp/add-source"
  }

  provisioner "shell" {
    environment_vars = ["DEBIAN_FRONTEND=noninteractive", "SHADOW_IMAGE=1"]
    inline = [
      "sh /tmp/add-source '${var.repository}' '${var.suite}'",
      "rm /tmp/add-source",
      "apt-get update",
      "apt-get install -y ${local.options} ${var.packages}",
      "rm -rf /var/lib/apt/lists/*",
      "useradd -m -d /home/omnibus -s /bin/bash omnibus",
    ]
  }

  post-processor "docker-tag" {
    repository = var.name
  }
}
