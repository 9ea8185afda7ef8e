"""Ask other agencies for their part."""
