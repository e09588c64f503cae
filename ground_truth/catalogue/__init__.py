"""Task types, kinds of data, Regions and prices: data, not branches."""
