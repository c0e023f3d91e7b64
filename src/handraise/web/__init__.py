"""The HTTP API: what the services answer, as JSON, read only, also of a playbook that is sent.

`serving` opens the store and listens; `access` says who may ask; `border` is what every request passes first and
every answer last; `app` has the routes; `answers` is the one place that calls the services, one at a time. The
only package that needs the extra `server`.
"""
