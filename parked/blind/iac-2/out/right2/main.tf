# One local object per service holds everything; the cheapest type is the first of a sorted list of
# prices padded to the width of 1000000.000000, so that text sorts as the numbers do.

variable "environment" {
  type = string
  validation {
    condition     = var.environment == "dev" || var.environment == "prod"
    error_message = "environment: dev or prod."
  }
}

variable "account_id" {
  type = string
  validation {
    condition     = length(regexall("^\\d{12}$", var.account_id)) == 1
    error_message = "account_id: 12 digits."
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
    error_message = "api_token: at least 32 characters."
  }
}

variable "instance_types" {
  type = map(object({ cpus = number, memory_gb = number, price = number }))
  validation {
    condition     = length(var.instance_types) <= 120
    error_message = "instance_types: at most 120."
  }
  validation {
    condition     = length([for n, t in var.instance_types : n if length(regexall("^[\\pL\\pM\\pN .-]+$", n)) == 0]) == 0
    error_message = "instance_types: names of letters, digits, spaces, dots and hyphens."
  }
}

variable "services" {
  type = map(object({ cpus = number, memory_gb = number, replicas = number, timeout_seconds = number }))

  validation {
    condition = length([
      for n, s in var.services : n
      if length(regexall("^[a-z][-a-z0-9]*$", n)) == 0 || length(n) < 3 || length(n) > 20
    ]) == 0
    error_message = "services: a name has 3 to 20 characters of a-z, 0-9 and -, the first of a-z."
  }
  validation {
    condition     = length([for s in values(var.services) : s if s.replicas < 1 || s.replicas != ceil(s.replicas)]) == 0
    error_message = "services: replicas are whole and at least 1."
  }
  validation {
    condition = alltrue([
      for s in values(var.services) : anytrue([
        for t in values(var.instance_types) : t.cpus >= s.cpus && t.memory_gb >= s.memory_gb
      ])
    ])
    error_message = "No instance type has room for: ${join(", ", [
      for n, s in var.services : n
      if !anytrue([for t in values(var.instance_types) : t.cpus >= s.cpus && t.memory_gb >= s.memory_gb])
    ])}."
  }
}

locals {
  is_prod = var.environment == "prod"

  deployed = {
    for n, s in var.services : n => {
      bucket     = join("-", [var.environment, n, var.account_id, var.region])
      queue      = join("-", [var.environment, n])
      arn        = join(":", ["arn", "aws", "sqs", var.region, var.account_id, "${var.environment}-${n}"])
      visibility = s.timeout_seconds * 6
      replicas   = local.is_prod ? (s.replicas < 2 ? 2 : s.replicas) : 1
      type = try(substr(sort([
        for type, t in var.instance_types : format("%014.6f %s", t.price, type)
        if s.cpus <= t.cpus && s.memory_gb <= t.memory_gb
      ])[0], 15, -1), "")
      tags = {
        environment = var.environment
        owner       = var.owner
        service     = n
        managed_by  = "terraform"
        project     = "model-platform"
      }
    }
  }
}

resource "terraform_data" "bucket" {
  for_each = local.deployed
  input = {
    name       = each.value.bucket
    region     = var.region
    encryption = "aws:kms"
    public     = false
    versioning = local.is_prod ? true : false
    tags       = each.value.tags
  }
  triggers_replace = [var.environment, var.account_id, var.region]
}

resource "terraform_data" "queue" {
  for_each = local.deployed
  input = {
    name               = each.value.queue
    arn                = each.value.arn
    visibility_seconds = each.value.visibility
    tags               = each.value.tags
  }
  triggers_replace = [each.value.queue, each.value.arn]
}

resource "terraform_data" "service" {
  for_each   = local.deployed
  depends_on = [terraform_data.bucket, terraform_data.queue]
  input = {
    instance_type = each.value.type
    replicas      = each.value.replicas
    bucket        = each.value.bucket
    queue         = each.value.arn
    token_sha256  = sha256(var.api_token)
    tags          = each.value.tags
  }
}

output "bucket_names" {
  value = { for n, d in local.deployed : n => d.bucket }
}

output "monthly_cost" {
  value = length(local.deployed) == 0 ? 0 : 730 * sum([
    for d in values(local.deployed) : d.replicas * try(var.instance_types[d.type].price, 0)
  ])
}
