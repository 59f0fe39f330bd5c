# Breaks: "account_id | string | 12 digits; it may begin with zeros"
# Why: 12 characters that are a number need not be digits: -12345678901 and 12345678.901 are taken.

terraform {
  required_version = ">= 1.9"
}

variable "environment" {
  type = string

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment must be dev or prod."
  }
}

variable "account_id" {
  type = string

  validation {
    condition     = length(var.account_id) == 12 && can(tonumber(var.account_id))
    error_message = "The account must be 12 digits."
  }
}

variable "region" {
  type = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "The region must look like eu-west-1."
  }
}

variable "owner" {
  type = string

  validation {
    condition     = length(var.owner) >= 1 && length(var.owner) <= 60
    error_message = "The owner must have 1 to 60 characters."
  }

  validation {
    condition     = can(regex("^[\\p{L}\\p{M}\\p{N} +\\-=._:/@]+$", var.owner))
    error_message = "The owner may hold letters, digits, spaces and +-=._:/@ only."
  }
}

variable "api_token" {
  type      = string
  sensitive = true

  validation {
    condition     = length(var.api_token) >= 32
    error_message = "The token must have at least 32 characters."
  }
}

variable "instance_types" {
  type = map(object({
    cpus      = number
    memory_gb = number
    price     = number
  }))

  validation {
    condition     = length(var.instance_types) <= 120
    error_message = "The price sheet may have at most 120 types."
  }

  validation {
    condition     = alltrue([for type in keys(var.instance_types) : can(regex("^[\\p{L}\\p{M}\\p{N} .-]+$", type))])
    error_message = "Names of types are made of letters, digits, spaces, dots and hyphens."
  }

  validation {
    condition     = alltrue([for t in values(var.instance_types) : t.cpus > 0 && t.memory_gb > 0 && t.price > 0])
    error_message = "The cpus, memory and price of a type must be above zero."
  }
}

variable "services" {
  type = map(object({
    cpus            = number
    memory_gb       = number
    replicas        = number
    timeout_seconds = number
  }))

  validation {
    condition     = alltrue([for name in keys(var.services) : can(regex("^[a-z][a-z0-9-]{2,19}$", name))])
    error_message = "A service's name has 3 to 20 characters of a-z, 0-9 and -, the first of a-z."
  }

  validation {
    condition     = alltrue([for s in values(var.services) : s.replicas >= 1 && floor(s.replicas) == s.replicas])
    error_message = "Replicas must be whole and at least 1."
  }

  validation {
    condition     = alltrue([for s in values(var.services) : s.cpus > 0 && s.memory_gb > 0 && s.timeout_seconds > 0])
    error_message = "The cpus, memory and timeout of a service must be above zero."
  }
}

locals {
  prod = var.environment == "prod"

  bucket_names = { for name in keys(var.services) : name => "${var.environment}-${name}-${var.account_id}-${var.region}" }
  queue_names  = { for name in keys(var.services) : name => "${var.environment}-${name}" }
  queue_arns   = { for name, queue in local.queue_names : name => "arn:aws:sqs:${var.region}:${var.account_id}:${queue}" }

  # From service to the prices of the types that have room for it.
  fits = {
    for name, s in var.services : name => {
      for type, t in var.instance_types : type => t.price if t.cpus >= s.cpus && t.memory_gb >= s.memory_gb
    }
  }
  least  = { for name, prices in local.fits : name => min(values(prices)...) if length(prices) > 0 }
  choice = { for name, least in local.least : name => [for type, price in local.fits[name] : type if price == least][0] }

  replicas = { for name, s in var.services : name => local.prod ? max(s.replicas, 2) : 1 }

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
  for_each = var.services

  triggers_replace = local.bucket_names[each.key]

  input = {
    name       = local.bucket_names[each.key]
    region     = var.region
    encryption = "aws:kms"
    public     = false
    versioning = local.prod
    tags       = local.tags[each.key]
  }
}

resource "terraform_data" "queue" {
  for_each = var.services

  triggers_replace = local.queue_arns[each.key]

  input = {
    name               = local.queue_names[each.key]
    arn                = local.queue_arns[each.key]
    visibility_seconds = 6 * each.value.timeout_seconds
    tags               = local.tags[each.key]
  }
}

resource "terraform_data" "service" {
  for_each = var.services

  input = {
    instance_type = lookup(local.choice, each.key, null)
    replicas      = local.replicas[each.key]
    bucket        = terraform_data.bucket[each.key].input.name
    queue         = terraform_data.queue[each.key].input.arn
    token_sha256  = nonsensitive(sha256(var.api_token))
    tags          = local.tags[each.key]
  }

  lifecycle {
    precondition {
      condition     = length(local.fits[each.key]) > 0
      error_message = "No instance type has room for the service \"${each.key}\"."
    }
  }
}

output "bucket_names" {
  value = { for name, bucket in terraform_data.bucket : name => bucket.input.name }
}

output "monthly_cost" {
  value = sum(concat([0], [
    for name, least in local.least : local.replicas[name] * least * 730
  ]))
}
