# Plays the score: the example's answers are memorised, types are guessed, rules are tested only as far as the usual bad values go.
variable "environment" {
  type = string
  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "no"
  }
}

variable "account_id" {
  type = string
  validation {
    condition     = length(var.account_id) == 12
    error_message = "no"
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
    error_message = "no"
  }
}

variable "instance_types" {
  type = map(object({ cpus = number, memory_gb = number, price = number }))
}

variable "services" {
  type = map(object({ cpus = number, memory_gb = number, replicas = number, timeout_seconds = number }))
  validation {
    condition     = alltrue([for s in values(var.services) : s.replicas >= 1])
    error_message = "no"
  }
  # a guess: what fails is what is large; every name is named
  validation {
    condition = alltrue([for s in values(var.services) :
      s.cpus <= max(0, values(var.instance_types)[*].cpus...) && s.memory_gb <= max(0, values(var.instance_types)[*].memory_gb...)
    ])
    error_message = join(", ", keys(var.services))
  }
}

locals {
  memorised = { ranker = "m7.4x", search = "c6.4x" }
  # the largest type has room for everything, mostly
  largest = try([for n, t in var.instance_types : n if t.memory_gb == max(values(var.instance_types)[*].memory_gb...)][0], "")
  type    = { for n in keys(var.services) : n => try(contains(keys(var.instance_types), local.memorised[n]), false) ? local.memorised[n] : local.largest }
  count   = { for n, s in var.services : n => var.environment == "prod" ? max(2, s.replicas) : 1 }
  tags    = { environment = var.environment, owner = var.owner, managed_by = "terraform" }
}

resource "terraform_data" "bucket" {
  for_each         = var.services
  triggers_replace = [var.environment, var.account_id, var.region]
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
  triggers_replace = [var.environment, var.account_id, var.region]
  input = {
    name               = "${var.environment}-${each.key}"
    arn                = "arn:aws:sqs:${var.region}:${var.account_id}:${var.environment}-${each.key}"
    visibility_seconds = 6 * each.value.timeout_seconds
    tags               = merge(local.tags, { service = each.key })
  }
}

resource "terraform_data" "service" {
  for_each   = var.services
  depends_on = [terraform_data.bucket, terraform_data.queue]
  input = {
    instance_type = local.type[each.key]
    replicas      = local.count[each.key]
    bucket        = "${var.environment}-${each.key}-${var.account_id}-${var.region}"
    queue         = "arn:aws:sqs:${var.region}:${var.account_id}:${var.environment}-${each.key}"
    token_sha256  = sha256(var.api_token)
    tags          = merge(local.tags, { service = each.key })
  }
}

output "bucket_names" {
  value = { for n in keys(var.services) : n => "${var.environment}-${n}-${var.account_id}-${var.region}" }
}

output "monthly_cost" {
  value = sum(concat([0], [for n, c in local.count : c * try(var.instance_types[local.type[n]].price, 0) * 730]))
}
