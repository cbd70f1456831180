"""Ways through the VPC."""
