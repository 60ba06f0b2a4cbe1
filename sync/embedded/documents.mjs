/** Single documents: read, write, delete; and `write`, the one way documents get into a database. */
import { badRequest, conflict, CouchError, forbidden, inCouchWords, notFound } from './errors.mjs';
import { parseJson, readBody } from './http.mjs';
import { checkedDocument, checkId, checkRevision, isDesign, isLocal, refusal } from './intake.mjs';
import { mixed, readRelated } from './multipart.mjs';
import { writeLocal } from './locals.mjs';
import { leavesFrom, revExists, revisionTree } from './trees.mjs';

/**
 * Write documents in one transaction.
 * @param {import('./databases.mjs').Database} database
 * @param {unknown[]} given as they came from the client
 * @param {boolean} newEdits
 * @returns {Promise<({ok: true, id: string, rev: string} | {id: string, error: string, reason: string})[]>} one answer each, in their order
 * @throws {CouchError} when the request as a whole is malformed; then nothing is written
 */
export async function write(database, given, newEdits) {
  const documents = given.map((document) => checkedDocument(document, newEdits));
  const answers = new Array(documents.length);
  const accepted = [];
  for (const [index, document] of documents.entries()) {
    const reason = isDesign(document._id ?? '') ? 'This server keeps no design documents.' : refusal(given[index]);
    if (reason) answers[index] = { id: document._id, error: 'forbidden', reason };
    else if (isLocal(document._id ?? '')) answers[index] = await writeLocal(database, document);
    else accepted.push(index);
  }
  await Promise.all(accepted.map((index) => resolveStubs(database, documents[index])));
  if (accepted.length === 0) return answers;
  const results = await database.pouch.bulkDocs(
    accepted.map((index) => documents[index]),
    { new_edits: newEdits },
  );
  database.written();
  // Of revisions carried over PouchDB answers only those that failed.
  const failed = new Map(newEdits ? [] : results.map((result) => [result.id, result]));
  for (const [position, index] of accepted.entries()) {
    const document = documents[index];
    const result = newEdits ? results[position] : failed.get(document._id);
    answers[index] = result ? inAnswer(result, document) : { ok: true, id: document._id, rev: revisionOf(document) };
  }
  return answers;
}

/** GET of one document: the winner, one revision, or all leaves asked for with `open_revs`. */
export async function readDocument({ database, id, parameters, request }) {
  checkId(id);
  if (isDesign(id)) throw notFound('missing');
  const options = { revs: parameters.flag('revs'), attachments: parameters.flag('attachments'), latest: parameters.flag('latest') };
  const leaves = openRevisions(parameters.text('open_revs'));
  if (leaves) {
    const found = await openLeaves(database, id, leaves, options);
    return /multipart\/mixed/.test(request.headers.accept ?? '') ? mixed(found) : { json: found };
  }
  const rev = await revisionAsked(database, id, parameters.text('rev'), options.latest);
  const document = await database.pouch.get(id, {
    revs: options.revs,
    attachments: options.attachments,
    ...(rev && { rev }),
    conflicts: parameters.flag('conflicts') || parameters.flag('meta'),
    revs_info: parameters.flag('revs_info') || parameters.flag('meta'),
  });
  return { headers: { ETag: `"${document._rev}"` }, json: document };
}

/** The revision to read, null for the winner. PouchDB itself is never asked for the `latest` of one: of an unknown one it would die. */
async function revisionAsked(database, id, rev, latest) {
  if (rev === null) return null;
  checkRevision(rev);
  if (!latest) return rev;
  return leavesFrom(await revisionTree(database, id), rev)[0] ?? rev;
}

/**
 * The leaves of a document, as `open_revs` answers them.
 * @param {import('./databases.mjs').Database} database
 * @param {string} id
 * @param {'all' | string[]} wanted
 * @param {{revs: boolean, attachments: boolean, latest: boolean}} options `latest`: instead of a revision the leaves that grew from it
 * @returns {Promise<({ok: object} | {missing: string})[]>}
 */
export async function openLeaves(database, id, wanted, { revs, attachments, latest }) {
  const tree = await revisionTree(database, id);
  if (wanted === 'all' && tree.length === 0) throw notFound('missing');
  const named = wanted === 'all' ? leavesFrom(tree) : wanted.flatMap((rev) => (latest && revExists(tree, rev) ? leavesFrom(tree, rev) : [rev]));
  return Promise.all(
    [...new Set(named)].map(async (rev) => {
      if (!revExists(tree, rev)) return { missing: rev };
      try {
        return { ok: await database.pouch.get(id, { rev, revs, attachments }) };
      } catch (error) {
        if (error.status !== 404) throw error;
        return { missing: rev };
      }
    }),
  );
}

/** PUT of one document, with its attachments inside or, as CouchDB's replicator sends large ones, behind it. */
export async function writeDocument({ database, id, parameters, request }) {
  checkId(id);
  const type = request.headers['content-type'] ?? '';
  const body = await readBody(request);
  const document = /^multipart\/related/i.test(type) ? await readRelated(body, type) : parseJson(body);
  if (document === null || typeof document !== 'object') throw badRequest('Document must be a JSON object');
  document._id = id;
  const rev = parameters.text('rev') ?? matched(request);
  if (rev) document._rev = rev;
  return written(await write(database, [document], parameters.flag('new_edits', true)), 201);
}

export async function deleteDocument({ database, id, parameters, request }) {
  checkId(id);
  await database.pouch.get(id);
  const rev = parameters.text('rev') ?? matched(request);
  if (!rev) throw conflict();
  return written(await write(database, [{ _id: id, _rev: rev, _deleted: true }], true), 200);
}

/** A document's revision from `If-Match`, where clients put it instead of `rev`. */
export function matched(request) {
  return request.headers['if-match']?.replaceAll('"', '');
}

/** The answer to a single write. */
function written([answer], status) {
  if (answer.error === 'forbidden') throw forbidden(answer.reason);
  if (answer.error) throw answer.error === 'conflict' ? conflict() : new CouchError(400, answer.error, answer.reason);
  return { status, headers: { ETag: `"${answer.rev}"` }, json: answer };
}

function inAnswer(result, document) {
  if (result.ok) return { ok: true, id: result.id, rev: result.rev };
  const { error, message } = inCouchWords(result);
  return { id: document._id, error, reason: message };
}

function revisionOf({ _rev, _revisions }) {
  return _revisions ? `${_revisions.start}-${_revisions.ids[0]}` : _rev;
}

function openRevisions(text) {
  if (text === null || text === 'all') return text;
  const leaves = parseJson(Buffer.from(text));
  if (!Array.isArray(leaves)) throw badRequest('open_revs must be all or a JSON list of revisions');
  leaves.forEach(checkRevision);
  return leaves;
}

/** A stub stands for what the revision before had under that name. */
async function resolveStubs(database, document) {
  const stubs = Object.entries(document._attachments ?? {}).filter(([, { stub }]) => stub);
  if (stubs.length === 0 || !document._rev) return;
  const before = await database.pouch.get(document._id, { rev: document._rev }).catch(() => null);
  for (const [name] of stubs) {
    if (before?._attachments && Object.hasOwn(before._attachments, name)) document._attachments[name] = before._attachments[name];
  }
}
