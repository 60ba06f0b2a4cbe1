/** `node server.mjs --data DIR --port N`: the CouchDB of a laptop. COUCHDB_USER and COUCHDB_PASSWORD name its administrator. */
import { createServer } from 'node:http';
import { once, setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { Databases } from './databases.mjs';
import { answer } from './routes.mjs';
import { Sessions } from './sessions.mjs';
import { CannotOpen, Storage } from './storage.mjs';

const LOOPBACK = '127.0.0.1';
const STOP_MS = 5000;

/** Longer than clients keep an idle connection, so that they close it, never we under a request of theirs. */
const KEEP_ALIVE_MS = 600_000;

/** @throws {CannotOpen} when something is missing or makes no sense */
function settings(argv, environ) {
  const { values } = parseArgs({
    args: argv,
    options: { data: { type: 'string' }, port: { type: 'string', default: '5985' }, 'open-limit': { type: 'string', default: '500' } },
  });
  const port = Number(values.port);
  const openLimit = Number(values['open-limit']);
  if (!values.data) throw new CannotOpen('--data DIR is missing: say where the databases are kept');
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new CannotOpen(`--port ${values.port} is not a port: give a number from 1 to 65535`);
  if (!Number.isInteger(openLimit) || openLimit < 1) throw new CannotOpen(`--open-limit ${values['open-limit']} is not a number of databases`);
  const { COUCHDB_USER: user, COUCHDB_PASSWORD: password } = environ;
  if (!user || !password) throw new CannotOpen('COUCHDB_USER and COUCHDB_PASSWORD are not set: they name the administrator');
  return { data: values.data, port, openLimit, user, password };
}

async function listen(server, port) {
  server.listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error.code === 'EADDRINUSE') throw new CannotOpen(`port ${port} of ${LOOPBACK} is in use: stop what listens there, or give another --port`);
    throw new CannotOpen(`cannot listen on port ${port} of ${LOOPBACK} (${error.code}): give another --port`);
  }
}

async function main() {
  const { data, port, openLimit, user, password } = settings(process.argv.slice(2), process.env);
  const storage = await Storage.open(data);
  const databases = await Databases.load(storage, openLimit);
  const sessions = new Sessions(user, password, databases.secret);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every request under way listens
  const running = new Set();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const one = answer(request, response, { databases, sessions, stopping: stop.signal });
    running.add(one);
    one.finally(() => running.delete(one));
  });
  await listen(server, port);
  console.log('ready');

  const [signal] = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  console.error(`embedded CouchDB: ${signal}, stopping`);
  // A second signal, or a request that does not end, is not waited for: nothing acknowledged is lost by leaving at once.
  for (const again of ['SIGTERM', 'SIGINT']) process.on(again, () => process.exit(0));
  setTimeout(() => process.exit(0), STOP_MS).unref();
  server.close();
  stop.abort();
  await Promise.all(running);
  server.closeAllConnections();
  await databases.close();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`embedded CouchDB: ${error instanceof CannotOpen || error.code?.startsWith('ERR_PARSE_ARGS') ? error.message : error.stack}`);
    process.exit(1);
  },
);
