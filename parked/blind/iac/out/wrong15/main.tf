# All that is known of a service is put together in one local; the resources only copy from it.

terraform {
  required_version = "~> 1.9"
}

variable "environment" {
  description = "The environment: dev or prod."
  type        = string
  nullable    = false
  validation {
    condition     = can(regex("^(dev|prod)$", var.environment))
    error_message = "There is no such environment: dev and prod are."
  }
}

variable "account_id" {
  description = "The account's id, as text: zeros at its beginning count."
  type        = string
  nullable    = false
  validation {
    condition     = can(regex("^[[:digit:]]{12}$", var.account_id))
    error_message = "12 digits are an account id."
  }
}

variable "region" {
  description = "The region."
  type        = string
  nullable    = false
}

variable "owner" {
  description = "The team that answers for all this."
  type        = string
  nullable    = false
}

variable "api_token" {
  description = "The token of the API, known to the state as its SHA-256 alone."
  type        = string
  nullable    = false
  sensitive   = true
  validation {
    condition     = length(var.api_token) > 31
    error_message = "A token of fewer than 32 characters is too short."
  }
}

variable "instance_types" {
  description = "The price sheet; prices are for one instance and hour."
  type = map(object({
    cpus      = number
    memory_gb = number
    price     = number
  }))
  nullable = false
  validation {
    condition = length(var.instance_types) <= 120 && alltrue([
      for type in keys(var.instance_types) : can(regex("^[\\p{L}\\p{M}\\p{N} .-]+$", type))
    ])
    error_message = "At most 120 types, with names of letters, digits, spaces, dots and hyphens."
  }
}

variable "services" {
  description = "What runs, by name."
  type = map(object({
    cpus            = number
    memory_gb       = number
    replicas        = number
    timeout_seconds = number
  }))
  nullable = false
  validation {
    condition = alltrue([
      for name, need in var.services :
      can(regex("^[a-z]", name)) && can(regex("^[a-z0-9-]+$", name)) && length(name) >= 3 && length(name) <= 20
    ])
    error_message = "A service's name: 3 to 20 of a-z, 0-9 and -, first a letter."
  }
  validation {
    condition     = alltrue([for name, need in var.services : need.replicas >= 1 && ceil(need.replicas) == need.replicas])
    error_message = "A service's replicas: 1, 2, 3, and so on."
  }
}

locals {
  settings = {
    dev  = { versioning = false, least_replicas = 1, most_replicas = 1 }
    prod = { versioning = true, least_replicas = 2, most_replicas = null }
  }[var.environment]

  room = {
    for name, need in var.services : name => [
      for type, has in var.instance_types : { type = type, price = has.price }
      if has.cpus >= need.cpus && has.memory_gb >= need.memory_gb
    ]
  }
  without_room = [for name, types in local.room : name if length(types) == 0]

  services = {
    for name, need in var.services : name => {
      bucket   = format("%s-%s-%s-%s", var.environment, name, var.account_id, var.region)
      queue    = format("%s-%s", var.environment, name)
      arn      = format("arn:aws:sqs:%s:%s:%s-%s", var.region, var.account_id, var.environment, name)
      replicas = local.settings.most_replicas == null ? max(need.replicas, local.settings.least_replicas) : local.settings.most_replicas
      choice   = try(local.room[name][index(local.room[name][*].price, min(local.room[name][*].price...))], { type = null, price = 0 })
      tags = {
        environment = var.environment
        owner       = var.owner
        service     = name
        managed_by  = "terraform"
      }
    }
  }
}

resource "terraform_data" "bucket" {
  for_each = local.services

  # What the name is made of.
  triggers_replace = [var.environment, each.key, var.account_id, var.region]

  input = {
    name       = each.value.bucket
    region     = var.region
    encryption = "aws:kms"
    public     = false
    versioning = local.settings.versioning
    tags       = each.value.tags
  }
}

resource "terraform_data" "queue" {
  for_each = local.services

  # What the ARN is made of.
  triggers_replace = [var.environment, each.key, var.account_id, var.region]

  input = {
    name               = each.value.queue
    arn                = each.value.arn
    visibility_seconds = var.services[each.key].timeout_seconds * 6
    tags               = each.value.tags
  }
}

resource "terraform_data" "service" {
  for_each = local.services

  input = {
    instance_type = each.value.choice.type
    replicas      = each.value.replicas
    bucket        = terraform_data.bucket[each.key].input.name
    queue         = terraform_data.queue[each.key].input.arn
    token_sha256  = sha256(var.api_token)
    tags          = each.value.tags
  }
}

output "bucket_names" {
  value = { for name, service in local.services : name => service.bucket }
}

output "monthly_cost" {
  value = sum(concat([0], [for service in values(local.services) : service.replicas * service.choice.price * 730]))

  precondition {
    condition     = length(local.without_room) == 0
    error_message = "No instance type has room for: ${join(", ", local.without_room)}."
  }
}
