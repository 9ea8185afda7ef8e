"""Mandates: one person speaks for another; asked for, confirmed by the other or by the unit, ended by any of them."""
