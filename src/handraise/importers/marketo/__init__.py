"""Marketo Engage: bulk extracts of leads and of activities."""
