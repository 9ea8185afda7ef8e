"""Pages of somebody who speaks for another by a mandate: the person's cases, and filing for them."""
