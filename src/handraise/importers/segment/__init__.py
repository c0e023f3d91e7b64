"""Segment and RudderStack: the event spec, as JSON calls or as the tables of a warehouse."""
