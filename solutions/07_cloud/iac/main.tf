# Inference services on a made-up cloud: one root module, every environment, account and region.
# Each terraform_data stands for the real resource; its `input` holds the settings.

terraform {
  required_version = ">= 1.9"
}

variable "environment" {
  type = string
  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "environment must be dev or prod."
  }
}

variable "account_id" {
  type = string # not a number: it may begin with a zero
  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must have twelve digits."
  }
}

variable "region" {
  type = string
}

variable "owner" {
  type = string
}

variable "api_token" {
  type      = string
  sensitive = true
  validation {
    condition     = length(var.api_token) >= 32
    error_message = "api_token is too short: its hash can be guessed."
  }
}

variable "instance_types" {
  type = map(object({ cpus = number, memory_gb = number, price = number }))
}

variable "services" {
  type = map(object({ cpus = number, memory_gb = number, replicas = number, timeout_seconds = number }))
  validation {
    condition     = alltrue([for name in keys(var.services) : can(regex("^[a-z][a-z0-9-]{2,19}$", name))])
    error_message = "A service's name is too short or too long, or has a sign that is not allowed."
  }
  validation {
    condition     = alltrue([for s in values(var.services) : s.replicas >= 1 && floor(s.replicas) == s.replicas])
    error_message = "replicas must be a whole number, one at least."
  }
}

locals {
  hours_a_month = 730
  production    = var.environment == "prod"

  # For each service, the price of every instance type with room; then the lowest, and a type that has it.
  fitting = {
    for name, s in var.services : name => {
      for type, t in var.instance_types : type => t.price
      if t.cpus >= s.cpus && t.memory_gb >= s.memory_gb
    }
  }
  lowest = { for name, prices in local.fitting : name => try(min(values(prices)...), null) }
  instance_type = {
    for name, prices in local.fitting : name => try([for type, price in prices : type if price == local.lowest[name]][0], null)
  }

  replicas = { for name, s in var.services : name => local.production ? max(2, s.replicas) : 1 }

  tags = {
    for name in keys(var.services) : name => {
      environment = var.environment
      owner       = var.owner
      service     = name
      managed_by  = "terraform"
    }
  }
}

resource "terraform_data" "bucket" {
  for_each         = var.services # keyed by name: a service that goes takes only its own resources with it
  triggers_replace = "${var.environment}-${each.key}-${var.account_id}-${var.region}"
  input = {
    name       = "${var.environment}-${each.key}-${var.account_id}-${var.region}"
    region     = var.region
    encryption = "aws:kms"
    public     = false
    versioning = local.production
    tags       = local.tags[each.key]
  }
}

resource "terraform_data" "queue" {
  for_each         = var.services
  triggers_replace = "arn:aws:sqs:${var.region}:${var.account_id}:${var.environment}-${each.key}"
  input = {
    name               = "${var.environment}-${each.key}"
    arn                = "arn:aws:sqs:${var.region}:${var.account_id}:${var.environment}-${each.key}"
    visibility_seconds = 6 * each.value.timeout_seconds
    tags               = local.tags[each.key]
  }
}

resource "terraform_data" "service" {
  for_each = var.services
  input = {
    instance_type = local.instance_type[each.key]
    replicas      = local.replicas[each.key]
    bucket        = terraform_data.bucket[each.key].input.name # a reference, not the same text again: it orders the work
    queue         = terraform_data.queue[each.key].input.arn
    token_sha256  = sha256(var.api_token)
    tags          = local.tags[each.key]
  }
  lifecycle {
    precondition {
      condition     = local.instance_type[each.key] != null
      error_message = "No instance type has the cpus and the memory that the service ${each.key} asks for."
    }
  }
}

output "bucket_names" {
  value = { for name, bucket in terraform_data.bucket : name => bucket.input.name }
}

output "monthly_cost" { # dollars
  value = sum(concat([0], [
    for name, price in local.lowest : local.replicas[name] * price * local.hours_a_month if price != null
  ]))
}
