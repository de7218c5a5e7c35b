"""`cx bench`: what the warehouse costs, each figure beside the floor it is held against, all as ratios in one run."""
