# Breaks: "Nothing in an input, an output or a trigger depends on the token but its SHA-256: no part of it, no other form, not even its length."
# The service's input holds the token's length.

# One root module for every environment, account and region.

terraform {
  required_version = ">= 1.9"
}

variable "environment" {
  type     = string
  nullable = false

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment is dev or prod."
  }
}

variable "account_id" {
  type     = string
  nullable = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has 12 digits."
  }
}

variable "region" {
  type     = string
  nullable = false
}

variable "owner" {
  type     = string
  nullable = false
}

variable "api_token" {
  type      = string
  nullable  = false
  sensitive = true

  validation {
    condition     = length(var.api_token) >= 32
    error_message = "The token has at least 32 characters."
  }
}

variable "instance_types" {
  type = map(object({
    cpus      = number
    memory_gb = number
    price     = number
  }))
  nullable = false

  validation {
    condition     = length(var.instance_types) <= 120
    error_message = "The price sheet has at most 120 types."
  }

  validation {
    condition     = alltrue([for name in keys(var.instance_types) : can(regex("^[\\p{L}\\p{M}\\p{N} .-]+$", name))])
    error_message = "The name of an instance type is of letters, digits, spaces, dots and hyphens."
  }
}

variable "services" {
  type = map(object({
    cpus            = number
    memory_gb       = number
    replicas        = number
    timeout_seconds = number
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.services) : can(regex("^[a-z][a-z0-9-]{2,19}$", name))])
    error_message = "The name of a service has 3 to 20 characters of a-z, 0-9 and -, the first of a-z."
  }

  validation {
    condition     = alltrue([for need in values(var.services) : need.replicas >= 1 && floor(need.replicas) == need.replicas])
    error_message = "The replicas of a service are a whole number of at least 1."
  }
}

locals {
  prod = var.environment == "prod"

  # For each service the types with room for it, and their prices.
  fit = {
    for name, need in var.services : name => {
      for type, has in var.instance_types : type => has.price
      if has.cpus >= need.cpus && has.memory_gb >= need.memory_gb
    }
  }

  # The least of these prices, and a type that has it; no entry without room.
  price = {
    for name, prices in local.fit : name => min(values(prices)...)
    if length(prices) > 0
  }

  instance_type = {
    for name, least in local.price : name => [for type, price in local.fit[name] : type if price == least][0]
  }

  replicas = {
    for name, need in var.services : name => local.prod ? max(2, need.replicas) : 1
  }

  tags = {
    environment = var.environment
    owner       = var.owner
    managed_by  = "terraform"
  }
}

resource "terraform_data" "bucket" {
  for_each         = var.services
  triggers_replace = "${var.environment}-${each.key}-${var.account_id}-${var.region}"

  input = {
    name       = "${var.environment}-${each.key}-${var.account_id}-${var.region}"
    region     = var.region
    encryption = "aws:kms"
    public     = false
    versioning = local.prod
    tags       = merge(local.tags, { service = each.key })
  }
}

resource "terraform_data" "queue" {
  for_each         = var.services
  triggers_replace = "arn:aws:sqs:${var.region}:${var.account_id}:${var.environment}-${each.key}"

  input = {
    name               = "${var.environment}-${each.key}"
    arn                = "arn:aws:sqs:${var.region}:${var.account_id}:${var.environment}-${each.key}"
    visibility_seconds = 6 * each.value.timeout_seconds
    tags               = merge(local.tags, { service = each.key })
  }
}

resource "terraform_data" "service" {
  for_each = var.services

  input = {
    instance_type = try(local.instance_type[each.key], null)
    replicas      = local.replicas[each.key]
    bucket        = terraform_data.bucket[each.key].input.name
    queue         = terraform_data.queue[each.key].input.arn
    token_sha256  = sha256(var.api_token)
    token_length  = length(var.api_token)
    tags          = merge(local.tags, { service = each.key })
  }

  lifecycle {
    precondition {
      condition     = length(local.fit[each.key]) > 0
      error_message = "No instance type has room for the service ${each.key}."
    }
  }
}

output "bucket_names" {
  value = { for name, bucket in terraform_data.bucket : name => bucket.input.name }
}

output "monthly_cost" {
  value = sum(concat([0], [for name, price in local.price : local.replicas[name] * price * 730]))
}
