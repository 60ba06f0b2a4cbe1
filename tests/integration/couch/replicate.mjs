/**
 * A client nobody here wrote: real PouchDBs that replicate through the CouchDB database whose URL is the argument.
 * Prints what became of them as one JSON object; test_pouchdb.py says what ought to.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../sync/embedded/package.json', import.meta.url));
const PouchDB = require('pouchdb-core');
for (const plugin of ['pouchdb-adapter-http', 'pouchdb-adapter-memory', 'pouchdb-replication']) PouchDB.plugin(require(plugin));

const PIECES = 20;
const server = new PouchDB(process.argv[2], { skip_setup: true });
const phones = ['grid', 'secretary'].map((name) => new PouchDB(name, { adapter: 'memory' }));
const [grid, secretary] = phones;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const push = (phone) => phone.replicate.to(server, { batch_size: 25 });
const pull = (phone) => phone.replicate.from(server, { batch_size: 25 });

/** Every document of a database, conflicts included, and the hash of every attachment's bytes. */
async function everything(database) {
  const { rows } = await database.allDocs({ include_docs: true, conflicts: true, startkey: '\0', endkey: '\u{10ffff}' });
  const documents = {};
  for (const { id, doc } of rows) {
    const bytes = {};
    for (const name of Object.keys(doc._attachments ?? {})) bytes[name] = sha256(Buffer.from(await database.getAttachment(id, name)));
    const { _attachments, ...fields } = doc;
    documents[id] = { ...fields, bytes };
  }
  return documents;
}

async function records() {
  await grid.bulkDocs(Array.from({ length: 60 }, (_, n) => ({ _id: `visit:${String(n).padStart(26, '0')}`, note: '老人独居，水管老化', seq: n + 1 })));
  await grid.put({ _id: '走访:一', note: 'beyond Latin-1' });
  const pushed = await push(grid);
  await secretary.put({ _id: 'action:1', verb: 'note' });
  await push(secretary);
  const pulled = await pull(secretary);
  return { pushed: pushed.docs_written, pulled: pulled.docs_written, again: (await push(grid)).docs_read + (await pull(secretary)).docs_read };
}

async function photos() {
  const sent = {};
  for (let n = 0; n < PIECES; n += 1) {
    const bytes = n === 0 ? Buffer.alloc(0) : randomBytes(64 * 1024);
    const id = `piece:1:${String(n).padStart(3, '0')}`;
    sent[id] = sha256(bytes);
    await grid.put({ _id: id, _attachments: { bytes: { content_type: 'application/octet-stream', data: bytes } } });
  }
  await push(grid);
  await pull(secretary);
  const held = await everything(secretary);
  return { pieces: PIECES, intact: Object.entries(sent).filter(([id, hash]) => held[id]?.bytes.bytes === hash).length };
}

async function conflict() {
  for (const phone of phones) await pull(phone);
  for (const [n, phone] of phones.entries()) {
    const document = await phone.get('action:1');
    await phone.put({ ...document, by: n });
  }
  for (const round of [push, pull]) for (const phone of phones) await round(phone);
  const views = await Promise.all([...phones, server].map((database) => database.get('action:1', { conflicts: true })));
  return views.map(({ _rev, _conflicts, by }) => ({ _rev, _conflicts, by }));
}

async function settled() {
  const { _conflicts } = await secretary.get('action:1', { conflicts: true });
  await secretary.remove('action:1', _conflicts[0]);
  await secretary.remove(await secretary.get('走访:一'));
  await push(secretary);
  await pull(grid);
  const { _conflicts: left = [] } = await grid.get('action:1', { conflicts: true });
  return { left, gone: await grid.get('走访:一').then(() => false, (error) => error.reason === 'deleted') };
}

/** A document written a hundred times, as the server's own are: a phone that comes late gets the last, and sends nothing back. */
async function often() {
  let { rev } = await server.put({ _id: 'me', received: 0 });
  await pull(grid);
  for (let received = 1; received <= 100; received += 1) ({ rev } = await server.put({ _id: 'me', _rev: rev, received }));
  await pull(grid);
  const { received, _conflicts = [] } = await grid.get('me', { conflicts: true });
  return { received, conflicts: _conflicts, sentBack: (await push(grid)).docs_written };
}

async function live() {
  await pull(secretary);
  const following = secretary.replicate.from(server, { live: true });
  const arrived = new Promise((resolve, reject) => following.on('change', ({ docs }) => resolve(docs.map(({ _id }) => _id))).on('error', reject));
  await new Promise((resolve) => following.once('paused', resolve));
  await server.put({ _id: 'reply:visit:1', state: 'merged' });
  const ids = await arrived;
  following.cancel();
  return ids;
}

const outcome = { records: await records(), photos: await photos(), conflict: await conflict(), settled: await settled(), often: await often(), live: await live() };
for (const phone of phones) await pull(phone);
const views = await Promise.all([...phones, server].map(everything));
outcome.alike = views.map((view) => sha256(JSON.stringify(Object.entries(view).sort())));
console.log(JSON.stringify(outcome));
process.exit(0);
