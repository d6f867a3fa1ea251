terraform {
  required_providers {
    vergeio = { source = "verge-io/vergeio" }
  }
}

variable "host" { type = string }
variable "password" {
  type      = string
  sensitive = true
}

provider "vergeio" {
  host     = var.host
  username = "admin"
  password = var.password
}

data "vergeio_clusters" "all" {}

resource "vergeio_network" "backbone" {
  name                 = "lan"
  enabled              = true
  vnet_default_gateway = 3
}

module "app" {
  source  = "./app"
  network = vergeio_network.backbone.id
}

resource "vergeio_user" "operator" {
  name        = "alice"
  displayname = "Alice"
  enabled     = true
  password    = "an old password of alice"
}

resource "vergeio_member" "operator" {
  group  = 1
  member = "users/${vergeio_user.operator.id}"
}
