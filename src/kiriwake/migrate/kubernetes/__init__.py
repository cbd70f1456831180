"""Kubernetes manifests into the model."""
