"""How gunicorn serves the application. Anything else is set by GUNICORN_CMD_ARGS, as gunicorn documents it (access log: `--access-logfile -`)."""

import os

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)

# Greenlets: two thousand slow phones cost memory, not threads. Each worker patches itself and then loads the application; loaded before
# the fork, sockets and locks would be made by the unpatched library.
worker_class = "gevent"
worker_connections = 2000
preload_app = False

# `timeout` is for a worker that stands still; a slow phone's upload is not that.
timeout = 60
# Short enough for Ctrl-C: connections that only wait for a next request count as busy until then.
graceful_timeout = 5
keepalive = 5

accesslog = None
errorlog = "-"
loglevel = "warning"
# The administration socket would sit in the home folder of whoever started it, one for all.
control_socket_disable = True
