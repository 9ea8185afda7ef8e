"""Outside centres: what they report by signed calls, and what is fetched from them."""
