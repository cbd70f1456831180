"""Adapted Kubernetes manifests, and the EKS cluster around them."""
