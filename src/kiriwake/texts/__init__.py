"""What error texts mean, whoever wrote them."""
