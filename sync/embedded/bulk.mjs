/** Many documents in one request: what replicators do most. */
import { badRequest, inCouchWords } from './errors.mjs';
import { allParameters, listed, pages, readObject } from './http.mjs';
import { openLeaves, write } from './documents.mjs';
import { checkId, checkRevision } from './intake.mjs';
import { revExists, revisionTree, winnerOf } from './trees.mjs';

/** How many documents are read side by side. With attachments few, so that an answer never stands in memory whole. */
const PAGE = 256;
const PAGE_WITH_ATTACHMENTS = 8;

/** Below and above every id. Left to itself PouchDB leaves out ids that begin beyond Latin-1. */
const BEFORE_ALL_IDS = '\0';
const AFTER_ALL_IDS = '\u{10ffff}\u{10ffff}';

/** POST _bulk_docs */
export async function bulkDocs({ database, request }) {
  const { docs, new_edits: newEdits = true } = await readObject(request);
  if (!Array.isArray(docs)) throw badRequest('POST body must include `docs` parameter.');
  if (typeof newEdits !== 'boolean') throw badRequest('`new_edits` parameter must be a boolean.');
  const answers = await write(database, docs, newEdits);
  return { status: 201, json: newEdits ? answers : answers.filter(({ error }) => error) };
}

/** POST _revs_diff: which of these revisions are not known here. One whose body was compacted away is known. */
export async function revsDiff({ database, request }) {
  const asked = Object.entries(await readObject(request));
  for (const [, revisions] of asked) {
    if (!Array.isArray(revisions)) throw badRequest('Each id must have a list of revisions');
    revisions.forEach(checkRevision);
  }
  const missing = {};
  await Promise.all(
    asked.map(async ([id, revisions]) => {
      const tree = await revisionTree(database, id);
      const unknown = revisions.filter((revision) => !revExists(tree, revision));
      if (unknown.length > 0) missing[id] = { missing: unknown };
    }),
  );
  return { json: missing };
}

/** POST _bulk_get */
export async function bulkGet({ database, request, parameters }) {
  const { docs } = await readObject(request);
  if (!Array.isArray(docs) || !docs.every(isWanted)) throw badRequest("'docs' must be a JSON list of an id each, and if wanted a rev");
  const options = { revs: parameters.flag('revs'), attachments: parameters.flag('attachments'), latest: parameters.flag('latest') };
  return { chunks: listed('{"results":[', pages(docs, pageSize(options), (wanted) => readWanted(database, wanted, options)), ']}\n') };
}

function isWanted(wanted) {
  return typeof wanted?.id === 'string' && (wanted.rev === undefined || typeof wanted.rev === 'string');
}

async function readWanted(database, { id, rev }, options) {
  try {
    checkId(id);
    if (rev !== undefined) checkRevision(rev);
    const leaves = await openLeaves(database, id, rev === undefined ? 'all' : [rev], options);
    return { id, docs: leaves.map(({ ok, missing }) => (ok ? { ok } : { error: { id, rev: missing, error: 'not_found', reason: 'missing' } })) };
  } catch (cause) {
    const { status, error, message } = inCouchWords(cause);
    if (status >= 500) throw cause;
    return { id, docs: [{ error: { id, rev: rev ?? 'undefined', error, reason: message } }] };
  }
}

/** GET and POST _all_docs: by range of ids, or the ids asked for. */
export async function allDocs({ database, request, query }) {
  const parameters = await allParameters(request, query);
  const keys = parameters.texts('keys');
  const options = {
    include_docs: parameters.flag('include_docs'),
    conflicts: parameters.flag('conflicts'),
    attachments: parameters.flag('attachments'),
  };
  const { start, end, ...span } = rangeOf(parameters);
  const { doc_count: total, update_seq: sequence } = await database.pouch.info();
  const rows = keys
    ? pages(keys.slice(span.skip, span.skip + span.limit), pageSize(options), (key) => rowOf(database, key, options))
    : rangeRows(database, start, end, span, options);
  const head = `{"total_rows":${total},"offset":${keys ? null : span.skip},"rows":[`;
  const tail = parameters.flag('update_seq') ? `],"update_seq":"${sequence}-${database.id}"}\n` : ']}\n';
  return { chunks: listed(head, rows, tail) };
}

async function rowOf(database, key, options) {
  const tree = await revisionTree(database, key);
  if (tree.length === 0) return { key, error: 'not_found' };
  if (options.include_docs) return (await database.pouch.allDocs({ ...options, keys: [key] })).rows[0];
  const { rev, deleted } = winnerOf(tree);
  return { id: key, key, value: deleted ? { rev, deleted } : { rev } };
}

function rangeOf(parameters) {
  const bounds = [parameters.json('key'), parameters.json('startkey', 'start_key'), parameters.json('endkey', 'end_key')];
  const [key, start, end] = bounds.map((bound) => bound ?? null);
  if ([key, start, end].some((bound) => bound !== null && typeof bound !== 'string')) throw badRequest('A range of ids is given in strings');
  return {
    start: key ?? start,
    end: key ?? end,
    descending: parameters.flag('descending'),
    inclusive_end: parameters.flag('inclusive_end', true),
    limit: parameters.count('limit') ?? Infinity,
    skip: parameters.count('skip') ?? 0,
  };
}

async function* rangeRows(database, start, end, { descending, inclusive_end, limit, skip }, options) {
  const [first, last] = descending ? [AFTER_ALL_IDS, BEFORE_ALL_IDS] : [BEFORE_ALL_IDS, AFTER_ALL_IDS];
  const query = { ...options, descending, inclusive_end, startkey: start || first, endkey: end || last };
  let left = limit;
  let seen = null;
  while (left > 0) {
    const wanted = Math.min(left, pageSize(options));
    // A later page begins with the last row of the one before, by its id: rows that come or go meanwhile shift nothing.
    const { rows } = await database.pouch.allDocs({ ...query, ...(seen === null ? { skip, limit: wanted } : { startkey: seen, limit: wanted + 1 }) });
    const fresh = rows.filter(({ id }) => id !== seen).slice(0, wanted);
    if (fresh.length > 0) yield fresh;
    if (fresh.length < wanted) return;
    left -= fresh.length;
    seen = fresh.at(-1).id;
  }
}

const pageSize = ({ attachments }) => (attachments ? PAGE_WITH_ATTACHMENTS : PAGE);
