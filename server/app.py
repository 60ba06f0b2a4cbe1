"""`create_app` builds, wires and registers; nothing else in the server does."""

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from server import cli, errors, shell
from server.catalogue import routes as catalogue
from server.config import Config
from server.context import Doorstep, SystemClock
from server.database import db, prepare_engine
from server.gateway import routes as gateway
from server.jobs import routes as jobs
from server.notices import routes as notices
from server.people import routes as people
from server.people.signed_in import signed_in
from server.photos import routes as photos
from server.places import routes as places
from server.review import routes as review
from sync.couch import CouchMailboxes
from sync.ports import Clock, Mailboxes

# Who may come in at all is said here; which role may do what, beside each route.
PUBLIC = (people.public, shell.blueprint, gateway.blueprint)
SIGNED_IN = (people.blueprint, jobs.blueprint, review.blueprint, photos.blueprint, notices.blueprint, places.blueprint, catalogue.blueprint)

for _blueprint in SIGNED_IN:
    _blueprint.before_request(signed_in)


def create_app(config: Config | None = None, *, mailboxes: Mailboxes | None = None, clock: Clock | None = None) -> Flask:
    """The application. `config` comes from the environment unless given; tests hand in their own mailboxes and clock."""
    config = config or Config.from_environment()
    config.data_dir.mkdir(parents=True, exist_ok=True)
    app = Flask("server", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    if config.trusted_proxies:
        # Without it everybody behind the proxy shares one address, and one count of failed sign-ins.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.trusted_proxies, x_proto=config.trusted_proxies, x_host=config.trusted_proxies)  # type: ignore[method-assign]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    Migrate(app, db, directory="server/migrations")
    app.extensions["doorstep"] = Doorstep(config, mailboxes or CouchMailboxes(config.couchdb_url), clock or SystemClock())
    errors.register(app)
    for blueprint in (*SIGNED_IN, *PUBLIC):
        app.register_blueprint(blueprint)
    cli.register(app)
    return app
