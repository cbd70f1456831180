"""The model as ECS on Fargate."""
