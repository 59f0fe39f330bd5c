# In the style of references: every name is written once, in the resource that bears it.

terraform {
  required_version = "~> 1.9"
}

variable "environment" {
  description = "dev or prod"
  type        = string
  nullable    = false
  validation {
    condition     = can(regex("\\A(?:dev|prod)\\z", var.environment))
    error_message = "Unknown environment."
  }
}

variable "account_id" {
  description = "AWS account, with its zeros"
  type        = string
  nullable    = false
  validation {
    condition     = replace(var.account_id, "/[0-9]/", "#") == "############"
    error_message = "An account has 12 digits."
  }
}

variable "region" {
  description = "AWS region"
  type        = string
  nullable    = false
}

variable "owner" {
  description = "Who answers for it"
  type        = string
  nullable    = false
  validation {
    condition     = var.owner != ""
    error_message = "Somebody must own it."
  }
}

variable "api_token" {
  description = "Token of the services"
  type        = string
  sensitive   = true
  nullable    = false
  validation {
    condition     = can(regex("(?s)^.{32,}$", var.api_token))
    error_message = "The token is too short."
  }
}

variable "instance_types" {
  description = "Price sheet"
  type        = map(object({ cpus = number, memory_gb = number, price = number }))
  nullable    = false
  validation {
    condition     = length(var.instance_types) < 121
    error_message = "The sheet is too long."
  }
  validation {
    condition     = alltrue([for type, _ in var.instance_types : replace(type, "/[\\pL\\pM\\pN .-]/", "") == "" && type != ""])
    error_message = "A type has an odd name."
  }
}

variable "services" {
  description = "What runs"
  type        = map(object({ cpus = number, memory_gb = number, replicas = number, timeout_seconds = number }))
  nullable    = false
  validation {
    condition     = alltrue([for name, _ in var.services : can(regex("\\A[a-z][a-z0-9-]{2,19}\\z", name))])
    error_message = "A service has an odd name."
  }
  validation {
    condition     = alltrue([for _, s in var.services : s.replicas >= 1 && s.replicas % 1 == 0])
    error_message = "A service has an odd number of replicas."
  }
}

locals {
  # service => price => types with room at this price
  offers = {
    for name, s in var.services : name => {
      for type, t in var.instance_types : t.price => type...
      if t.cpus >= s.cpus && t.memory_gb >= s.memory_gb
    }
  }
  homeless = [for name, offer in local.offers : name if length(offer) == 0]
  prices   = { for name, offer in local.offers : name => length(offer) == 0 ? 0 : min([for price, _ in offer : tonumber(price)]...) }
  types    = { for name, offer in local.offers : name => one([for price, types in offer : types[0] if tonumber(price) == local.prices[name]]) }
  tags     = { environment = var.environment, owner = var.owner, managed_by = "terraform" }
}

resource "terraform_data" "bucket" {
  for_each         = var.services
  triggers_replace = { environment = var.environment, account = var.account_id, region = var.region }
  input = {
    name       = "${var.environment}-${each.key}-${var.account_id}-${var.region}"
    region     = var.region
    encryption = "aws:kms"
    public     = false
    versioning = var.environment == "prod"
    tags       = merge(local.tags, { service = each.key })
  }
}

resource "terraform_data" "queue" {
  for_each         = var.services
  triggers_replace = { environment = var.environment, account = var.account_id, region = var.region }
  input = {
    name               = "${var.environment}-${each.key}"
    arn                = "arn:aws:sqs:${var.region}:${var.account_id}:${var.environment}-${each.key}"
    fifo               = false
    visibility_seconds = each.value.timeout_seconds * 6
    tags               = merge(local.tags, { service = each.key })
  }
}

resource "terraform_data" "service" {
  for_each = var.services
  input = {
    instance_type = local.types[each.key]
    replicas      = { dev = 1, prod = max(2, each.value.replicas) }[var.environment]
    bucket        = terraform_data.bucket[each.key].output.name
    queue         = terraform_data.queue[each.key].output.arn
    token_sha256  = sha256(var.api_token)
    tags          = merge(local.tags, { service = each.key })
  }
}

output "bucket_names" {
  value = { for name, bucket in terraform_data.bucket : name => bucket.output.name }
}

output "monthly_cost" {
  value = sum(flatten([0, [
    for name, s in var.services : (var.environment == "prod" ? max(2, s.replicas) : 1) * local.prices[name] * 730
  ]]))

  precondition {
    condition     = length(local.homeless) == 0
    error_message = "No instance type has room for ${join(" nor for ", local.homeless)}."
  }
}
