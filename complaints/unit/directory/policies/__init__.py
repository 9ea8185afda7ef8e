"""The usage policy: its versions, and editions that two people of the unit write and agree on."""
