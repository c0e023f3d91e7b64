"""Results to read: summary and review -> sections -> one HTML file, plain text, or JSON.

Sections hold figures and words, never markup; each says what it shows, how to read it and what to do.
"""
