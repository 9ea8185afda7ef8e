"""Open311 GeoReport v2: public topics as services, complaints about them without words and people, and filing by key.

The specification is http://wiki.open311.org/GeoReport_v2; its names are those of the fields here.
"""
