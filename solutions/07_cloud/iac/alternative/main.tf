variable "environment" {
  type        = string
  description = "dev or prod"
  validation {
    condition     = var.environment == "dev" || var.environment == "prod"
    error_message = "Only dev and prod exist."
  }
}
variable "account_id" {
  type = string
  validation {
    condition     = length(var.account_id) == 12 && length(regexall("[^0-9]", var.account_id)) == 0
    error_message = "An account has exactly 12 digits."
  }
}
variable "region" { type = string }
variable "owner" { type = string }
variable "api_token" {
  type      = string
  sensitive = true
  nullable  = false
  validation {
    condition     = length(var.api_token) > 31
    error_message = "Too short."
  }
}
variable "instance_types" {
  type = map(object({
    cpus      = number
    memory_gb = number
    price     = number
  }))
}
variable "services" {
  type = map(object({
    cpus            = number
    memory_gb       = number
    replicas        = number
    timeout_seconds = number
  }))
  validation {
    condition     = length([for s in values(var.services) : s if s.replicas < 1 || s.replicas % 1 != 0]) == 0
    error_message = "replicas: 1, 2, 3, ..."
  }
  validation {
    condition = length([
      for n in keys(var.services) : n if !can(regex("^[a-z][0-9a-z-]*$", n)) || length(n) < 3 || length(n) > 20
    ]) == 0
    error_message = "Bad name of a service."
  }
  validation {
    condition = alltrue([
      for s in values(var.services) :
      anytrue([for t in values(var.instance_types) : t.cpus >= s.cpus && t.memory_gb >= s.memory_gb])
    ])
    error_message = "No room for: ${join(", ", [
      for n, s in var.services : n
      if !anytrue([for t in values(var.instance_types) : t.cpus >= s.cpus && t.memory_gb >= s.memory_gb])
    ])}."
  }
}

locals {
  tags = { environment = var.environment, owner = var.owner, managed_by = "terraform", repository = "platform" }
  plan = {
    for n, s in var.services : n => {
      full    = "${var.environment}-${n}"
      wait    = s.timeout_seconds * 6
      count   = var.environment == "dev" ? 1 : (s.replicas < 2 ? 2 : s.replicas)
      hourly  = min([for t in values(var.instance_types) : t.price if t.cpus >= s.cpus && t.memory_gb >= s.memory_gb]...)
      options = { for k, t in var.instance_types : k => t.price if t.cpus >= s.cpus && t.memory_gb >= s.memory_gb }
    }
  }
}

resource "terraform_data" "service" {
  for_each = local.plan
  input = {
    instance_type = [for k, price in each.value.options : k if price == each.value.hourly][0]
    replicas      = each.value.count
    bucket        = terraform_data.bucket[each.key].output.name
    queue         = terraform_data.queue[each.key].output.arn
    token_sha256  = nonsensitive(sha256(var.api_token))
    tags          = merge(local.tags, { service = each.key })
  }
}

resource "terraform_data" "queue" {
  for_each = local.plan
  input = {
    tags               = merge(local.tags, { service = each.key })
    name               = each.value.full
    arn                = join(":", ["arn", "aws", "sqs", var.region, var.account_id, each.value.full])
    visibility_seconds = each.value.wait
  }
  triggers_replace = [var.region, var.account_id, each.value.full]
}

resource "terraform_data" "bucket" {
  for_each = local.plan
  input = {
    tags       = merge(local.tags, { service = each.key })
    name       = join("-", [each.value.full, var.account_id, var.region])
    region     = var.region
    public     = false
    encryption = "aws:kms"
    versioning = var.environment != "dev"
  }
  triggers_replace = { region = var.region, account = var.account_id, name = each.value.full }
  lifecycle {
    create_before_destroy = true
  }
}

output "bucket_names" {
  value = { for n in keys(local.plan) : n => terraform_data.bucket[n].output.name }
}

output "monthly_cost" {
  value = length(local.plan) == 0 ? 0 : sum([for p in values(local.plan) : p.count * p.hourly * 730])
}
