"""Oracle Eloqua: contacts and their activities, by the names of its exports."""
