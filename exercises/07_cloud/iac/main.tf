# Terraform 1.15. Resources are of the built-in type terraform_data: their `input` holds the settings.
#
# Next step: declare the variables of the statement's table, each with its type.
# Then: terraform_data.bucket for every service, and `terraform plan`.
#
# variable "environment" {
#   type = string
# }
#
# resource "terraform_data" "bucket" {
#   ...
# }
#
# output "bucket_names" {
#   value = ...
# }
