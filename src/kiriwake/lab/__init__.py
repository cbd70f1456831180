"""An emulated AWS and Kubernetes on loopback in which the incidents really happen."""
