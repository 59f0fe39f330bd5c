# Breaks: "`monthly_cost`: number, the sum over services of replicas × price × 730 hours, within 0.01"
# Each service is rounded to cents before the sum: twenty services at 0.000006 cost 0.0876, and 0 is given; errors of up to half a cent each add up.

# The price sheet is sorted once, by price as padded text; each service takes the first type with room.
# Everything that can be refused is refused in the validation of a variable.

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
    condition     = length(regexall("^[0-9]{12}$", var.account_id)) == 1
    error_message = "account_id: 12 digits."
  }
}

variable "region" {
  type = string
  validation {
    condition     = can(regex("^(?i:[a-z]{2}-[a-z]+-[0-9])$", var.region))
    error_message = "region: two letters, a word and a digit, as in eu-west-1."
  }
}

variable "owner" {
  type = string
  validation {
    condition     = length(var.owner) >= 1 && length(var.owner) <= 60
    error_message = "owner: 1 to 60 characters."
  }
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
    condition = alltrue([
      for name, _ in var.instance_types : length(regexall("^[\\p{L}\\p{M}\\p{N} .-]+$", name)) == 1
    ])
    error_message = "instance_types: names of letters, digits, spaces, dots and hyphens."
  }
}

variable "services" {
  type = map(object({ cpus = number, memory_gb = number, replicas = number, timeout_seconds = number }))
  validation {
    condition = alltrue([
      for name, _ in var.services : length(regexall("^[a-z][a-z0-9-]{2,19}$", name)) == 1
    ])
    error_message = "services: a name has 3 to 20 characters of a-z, 0-9 and -, the first of a-z."
  }
  validation {
    condition     = alltrue([for s in var.services : s.replicas >= 1 && s.replicas % 1 == 0])
    error_message = "services: replicas is whole and at least 1."
  }
  validation {
    condition = alltrue([
      for s in var.services : anytrue([
        for t in var.instance_types : t.cpus >= s.cpus && t.memory_gb >= s.memory_gb
      ])
    ])
    error_message = "No instance type has room for: ${join(", ", [for name, s in var.services : name if !anytrue([for t in var.instance_types : t.cpus >= s.cpus && t.memory_gb >= s.memory_gb])])}."
  }
}

locals {
  # "0000000000000.190000 m7.4x": 20 characters of price, a space, the name. Prices have at most six decimals.
  offers   = sort([for name, t in var.instance_types : format("%020.6f %s", t.price, name)])
  by_price = [for offer in local.offers : substr(offer, 21, -1)]

  chosen = {
    for name, s in var.services : name => try([
      for type in local.by_price : type
      if var.instance_types[type].cpus >= s.cpus && var.instance_types[type].memory_gb >= s.memory_gb
    ][0], null)
  }

  count_of = { for name, s in var.services : name => var.environment == "prod" ? max(s.replicas, 2) : 1 }

  bucket_name = { for name, _ in var.services : name => join("-", [var.environment, name, var.account_id, var.region]) }
  queue_name  = { for name, _ in var.services : name => join("-", [var.environment, name]) }
  queue_arn   = { for name, queue in local.queue_name : name => join(":", ["arn:aws:sqs", var.region, var.account_id, queue]) }

  tags = {
    for name, _ in var.services : name => {
      environment = var.environment
      owner       = var.owner
      service     = name
      managed_by  = "terraform"
    }
  }
}

resource "terraform_data" "bucket" {
  for_each = local.bucket_name
  input = {
    name       = each.value
    region     = var.region
    encryption = "aws:kms"
    public     = false
    versioning = var.environment == "prod"
    tags       = local.tags[each.key]
  }
  triggers_replace = each.value
}

resource "terraform_data" "queue" {
  for_each = local.queue_arn
  input = {
    name               = local.queue_name[each.key]
    arn                = each.value
    visibility_seconds = var.services[each.key].timeout_seconds * 6
    tags               = local.tags[each.key]
  }
  triggers_replace = each.value
}

resource "terraform_data" "service" {
  for_each = local.chosen
  input = {
    instance_type = each.value
    replicas      = local.count_of[each.key]
    bucket        = local.bucket_name[each.key]
    queue         = local.queue_arn[each.key]
    token_sha256  = nonsensitive(sha256(var.api_token))
    tags          = local.tags[each.key]
  }
  depends_on = [terraform_data.bucket, terraform_data.queue]
}

output "bucket_names" {
  value = local.bucket_name
}

output "monthly_cost" {
  value = length(var.services) == 0 ? 0 : sum([
    for name, type in local.chosen : try(tonumber(format("%.2f", local.count_of[name] * var.instance_types[type].price * 730)), 0)
  ])
}
