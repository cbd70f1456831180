"""The AWS around ECS and Kubernetes: moto keeps the records, this room makes them act."""
