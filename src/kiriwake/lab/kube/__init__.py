"""The lab's Kubernetes: an API server over TLS, its controllers and its kubelets."""
