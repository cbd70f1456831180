"""The EKS API: clusters with a working endpoint, and all that hangs on them."""
