"""The nodes: addresses, images, containers, probes and logs."""
