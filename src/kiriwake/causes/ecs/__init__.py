"""ECS services, deployments and tasks."""
