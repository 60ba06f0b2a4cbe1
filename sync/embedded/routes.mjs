/** Which request is answered by what. The whole list of what this server offers is in this file. */
import { deleteAttachment, putAttachment, readAttachment } from './attachments.mjs';
import { allDocs, bulkDocs, bulkGet, revsDiff } from './bulk.mjs';
import { changes, sequence } from './changes.mjs';
import { deleteDocument, readDocument, writeDocument } from './documents.mjs';
import { badRequest, CouchError, forbidden, inCouchWords, notOffered, unauthorized } from './errors.mjs';
import { Parameters, readObject, send } from './http.mjs';
import { refusal } from './intake.mjs';
import { deleteLocal, readLocal } from './locals.mjs';

/** Of Apache CouchDB's protocol the version this server was held against. */
const PROTOCOL = '3.3.3';

const SERVER = {
  '': { GET: ({ databases }) => ({ json: { couchdb: 'Welcome', version: PROTOCOL, uuid: databases.uuid, features: [], vendor: { name: 'Doorstep embedded' } } }) },
  _up: { GET: () => ({ json: { status: 'ok' } }) },
  _session: {
    GET: ({ sessions, request, now }) => sessions.describe(request, now),
    POST: ({ sessions, request, now }) => sessions.signIn(request, now),
    DELETE: ({ sessions }) => sessions.signOut(),
  },
  _all_dbs: { GET: ({ databases }) => ({ json: databases.names() }) },
};

/** What is said to anybody: who signs in has not signed in yet, and whoever watches the process has no password. */
const OPEN_TO_ALL = new Set(['', '_up', '_session']);

const DATABASE = {
  '': {
    GET: describe,
    PUT: create,
    DELETE: remove,
  },
  _security: {
    GET: ({ database }) => ({ json: database.security }),
    PUT: secure,
  },
  _changes: { GET: changes, POST: changes },
  _all_docs: { GET: allDocs, POST: allDocs },
  _bulk_get: { POST: bulkGet },
  _bulk_docs: { POST: bulkDocs },
  _revs_diff: { POST: revsDiff },
  // Every write is handed to the operating system before it is answered; there is nothing left to commit.
  _ensure_full_commit: { POST: () => ({ status: 201, json: { ok: true, instance_start_time: '0' } }) },
  _compact: {
    POST: async ({ databases, database }) => {
      await databases.compact(database);
      return { status: 202, json: { ok: true } };
    },
  },
};

const DOCUMENT = { GET: readDocument, PUT: writeDocument, DELETE: deleteDocument };
const LOCAL = { GET: readLocal, PUT: writeDocument, DELETE: deleteLocal };
const ATTACHMENT = { GET: readAttachment, PUT: putAttachment, DELETE: deleteAttachment };

/** CouchDB has these; a client that asks for one deserves to hear that it is not here, rather than that a document is missing. */
const NOT_OFFERED = /^_(purge|purged_infos|purged_infos_limit|find|index|explain|view_cleanup|shards|sync_shards|partition|revs_limit|missing_revs|design_docs|local_docs|auto_purge)$/;

/** They are about the name, which nobody need hold open. */
const ABOUT_NAMES = new Set([create, remove]);

async function create({ databases, name }) {
  await databases.create(name);
  return { status: 201, json: { ok: true } };
}

async function remove({ databases, name }) {
  await databases.remove(name);
  return { json: { ok: true } };
}

async function secure({ databases, database, request }) {
  const security = await readObject(request);
  const reason = refusal(security);
  if (reason) throw forbidden(reason);
  await databases.secure(database, security);
  return { json: { ok: true } };
}

async function describe({ databases, database }) {
  const { doc_count: documents, update_seq: written } = await database.pouch.info();
  return {
    json: {
      db_name: database.name,
      doc_count: documents,
      update_seq: sequence(database, written),
      instance_start_time: '0',
      compact_running: false,
      sizes: { file: await databases.size(database) },
      cluster: { q: 1, n: 1, w: 1, r: 1 },
    },
  };
}

/**
 * Answer one request, whatever happens.
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {{databases: import('./databases.mjs').Databases, sessions: import('./sessions.mjs').Sessions, stopping: AbortSignal}} server
 */
export async function answer(request, response, { databases, sessions, stopping }) {
  const left = new AbortController();
  const leave = () => left.abort();
  response.on('close', leave);
  stopping.addEventListener('abort', leave);
  let database = null;
  try {
    const [address, search = ''] = split(request.url);
    const [first, ...rest] = address.map(decoded);
    const query = new URLSearchParams(search);
    const exchange = { request, query, parameters: new Parameters(query), databases, sessions, signal: left.signal, now: Date.now() };
    if (!OPEN_TO_ALL.has(first) && !sessions.proof(request, exchange.now)) throw unauthorized('You are not a server admin.');
    const { methods, ...named } = routeOf(first, rest);
    const handle = methodOf(methods, request.method);
    if (named.name !== undefined && !ABOUT_NAMES.has(handle)) database = await databases.hold(named.name);
    await send(response, await handle({ ...exchange, ...named, database }), left.signal);
  } catch (error) {
    if (!left.signal.aborted) refuse(request, response, error);
  } finally {
    stopping.removeEventListener('abort', leave);
    if (database) await databases.release(database);
  }
}

/** @returns {{methods: object, name?: string, id?: string, attachment?: string}} */
function routeOf(first, rest) {
  if (rest.length === 0 && Object.hasOwn(SERVER, first)) return { methods: SERVER[first] };
  if (first.startsWith('_')) throw notOffered(`/${first}`);
  const [id = '', ...deeper] = rest;
  if (deeper.length === 0 && Object.hasOwn(DATABASE, id)) return { methods: DATABASE[id], name: first };
  if (id === '_local' && deeper.length > 0) return { methods: LOCAL, name: first, id: `_local/${deeper.join('/')}` };
  if (id === '_design' && deeper.length > 0) return { methods: DOCUMENT, name: first, id: `_design/${deeper.join('/')}` };
  if (NOT_OFFERED.test(id)) throw notOffered(id);
  if (deeper.length > 0) return { methods: ATTACHMENT, name: first, id, attachment: deeper.join('/') };
  return { methods: DOCUMENT, name: first, id };
}

function methodOf(methods, method) {
  const handle = methods[method === 'HEAD' ? 'GET' : method];
  if (handle) return handle;
  const allowed = Object.keys(methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  throw Object.assign(new CouchError(405, 'method_not_allowed', `Only ${allowed.join(',')} allowed`), { headers: { Allow: allowed.join(', ') } });
}

/** @returns {[string[], string | undefined]} the path's segments, a slash at the end not counted, and the query */
function split(url) {
  const [path, ...query] = url.split('?');
  return [path.replace(/^\//, '').replace(/\/$/, '').split('/'), query.join('?')];
}

function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`${segment} is not percent-encoded UTF-8`);
  }
}

function refuse(request, response, cause) {
  if (response.headersSent) {
    console.error(`${request.method} ${request.url} broke off:`, cause);
    response.destroy();
    return;
  }
  const { status, error, message } = inCouchWords(cause);
  if (status >= 500 && status !== 501) console.error(`${request.method} ${request.url} failed:`, cause);
  // What is left of the body is thrown away, so that the connection can be used again.
  request.resume();
  send(response, { status, headers: cause.headers, json: { error, reason: message } });
}
