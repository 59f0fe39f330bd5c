# The first draft that works for its author: a list, an account, and everything by position.

locals {
  account_id = "123456789012"
  names      = keys(var.services)
}

variable "environment" {
  type = string
}

variable "account_id" {
  type = string
}

variable "region" {
  type = string
}

variable "owner" {
  type = string
}

variable "api_token" {
  type = string
}

variable "instance_types" {
  type = any
}

variable "services" {
  type = any
}

resource "terraform_data" "bucket" {
  count = length(local.names)
  input = {
    name       = "${var.environment}-${local.names[count.index]}-${local.account_id}-${var.region}"
    region     = var.region
    encryption = "aws:kms"
    public     = false
    versioning = true
    tags       = { owner = var.owner }
  }
}

resource "terraform_data" "queue" {
  count = length(local.names)
  input = {
    name               = "${var.environment}-${local.names[count.index]}"
    arn                = "arn:aws:sqs:${var.region}:${local.account_id}:${var.environment}-${local.names[count.index]}"
    visibility_seconds = 6 * var.services[local.names[count.index]].timeout_seconds
    tags               = { owner = var.owner }
  }
}

resource "terraform_data" "service" {
  count = length(local.names)
  input = {
    instance_type = keys(var.instance_types)[0]
    replicas      = var.services[local.names[count.index]].replicas
    bucket        = terraform_data.bucket[count.index].input.name
    queue         = terraform_data.queue[count.index].input.arn
    token         = var.api_token
    tags          = { owner = var.owner }
  }
}

output "bucket_names" {
  value = { for i, name in local.names : name => terraform_data.bucket[i].input.name }
}

output "monthly_cost" {
  value = 0
}
