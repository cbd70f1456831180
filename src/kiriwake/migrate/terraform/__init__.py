"""The same stack as Terraform, checked for syntax only."""
