"""The assets of the graph, one file per stage, in the order data passes them."""
