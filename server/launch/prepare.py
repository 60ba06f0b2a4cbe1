"""`flask db upgrade` and `flask demo seed` in one process: loading the application twice would be a good part of a second start's time."""

import flask_migrate

from server import demo
from server.app import create_app
from server.context import doorstep
from server.database import writing


def main() -> None:
    """Bring the database up to date; in demo mode plant what is not there yet."""
    with create_app().app_context():
        flask_migrate.upgrade()
        if doorstep.config.demo:
            with writing() as connection:
                demo.seed(connection, doorstep.now())


if __name__ == "__main__":
    main()
