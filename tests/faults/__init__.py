"""Every source under every fault: nothing lost, nothing doubled, and an error a person can act on."""
