terraform {
  required_providers {
    vergeio = { source = "verge-io/vergeio" }
  }
}

variable "network" { type = number }

resource "vergeio_vm" "web" {
  for_each     = toset(["blue", "green"])
  name         = "web ${each.key}"
  cpu_cores    = 2
  ram          = 2048
  os_family    = "linux"
  machine_type = "q35"
  enabled      = true
}

resource "vergeio_drive" "root" {
  for_each  = vergeio_vm.web
  machine   = each.value.machine
  name      = "root"
  disksize  = 10
  enabled   = true
  interface = "virtio-scsi"
}

resource "vergeio_drive" "data" {
  count    = 2
  machine  = vergeio_vm.web["blue"].machine
  name     = "data${count.index}"
  disksize = 20
  enabled  = true
}

resource "vergeio_nic" "first" {
  for_each = vergeio_vm.web
  machine  = each.value.machine
  name     = "eth0"
  enabled  = true
  vnet     = var.network
}
