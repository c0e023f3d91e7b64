"""HubSpot: objects, engagements, e-mail events and histories, by internal name, label or a warehouse's table."""
