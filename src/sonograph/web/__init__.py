"""Sound in a browser: tiles of every zoom, the server that gives them out, and the page that shows them.

`tiles` makes numbers and knows no network; `app` is the page of the routes. Starlette is loaded in this room alone.
"""
