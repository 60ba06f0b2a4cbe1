/** The changes feed: what was written after a sequence, oldest first, each document once. */
import { badRequest, notOffered } from './errors.mjs';
import { allParameters } from './http.mjs';

const PAGE = 256;
const PAGE_WITH_ATTACHMENTS = 8;
const LONGPOLL_MS = 60_000;
const SHORTEST_HEARTBEAT_MS = 100;

/** GET and POST _changes */
export async function changes({ database, request, query, signal }) {
  const parameters = await allParameters(request, query);
  const docIds = parameters.texts('doc_ids');
  const filter = parameters.text('filter');
  if (filter !== null && filter !== '_doc_ids') throw notOffered(`The filter ${filter}`);
  if (filter === '_doc_ids' && !docIds) throw badRequest('The filter _doc_ids needs doc_ids');
  const feed = parameters.text('feed') ?? 'normal';
  if (feed !== 'normal' && feed !== 'longpoll') throw notOffered(`The feed ${feed}`);
  const style = parameters.text('style') ?? 'main_only';
  if (style !== 'main_only' && style !== 'all_docs') throw badRequest('style is main_only or all_docs');
  const { update_seq: now } = await database.pouch.info();
  const wanted = {
    since: startOf(database, parameters.text('since'), now),
    limit: parameters.count('limit') ?? Infinity,
    descending: parameters.flag('descending'),
    options: {
      style,
      include_docs: parameters.flag('include_docs'),
      conflicts: parameters.flag('conflicts'),
      attachments: parameters.flag('attachments'),
      ...(filter && { doc_ids: docIds }),
    },
  };
  if (feed === 'normal') return { chunks: normal(database, wanted) };
  const heartbeat = heartbeatOf(parameters);
  const timeout = heartbeat ? Infinity : (parameters.count('timeout') ?? LONGPOLL_MS);
  return { live: true, chunks: longpoll(database, wanted, { heartbeat, timeout }, signal) };
}

/** @returns {number | null} milliseconds between signs of life, null for none */
function heartbeatOf(parameters) {
  const asked = parameters.text('heartbeat') === 'true' ? LONGPOLL_MS : (parameters.count('heartbeat') ?? 0);
  return asked ? Math.min(Math.max(asked, SHORTEST_HEARTBEAT_MS), LONGPOLL_MS) : null;
}

async function* normal(database, wanted) {
  yield '{"results":[\n';
  const end = yield* rows(database, wanted);
  yield tail(database, end);
}

/** As `normal`, but an empty answer waits for the next write. Newlines, which JSON does not mind, keep the connection awake. */
async function* longpoll(database, wanted, { heartbeat, timeout }, signal) {
  const until = performance.now() + timeout;
  yield '{"results":[\n';
  for (;;) {
    const seen = database.writes;
    const end = yield* rows(database, wanted);
    const left = until - performance.now();
    if (end.count > 0 || left <= 0 || database.deleted || signal.aborted) return yield tail(database, end);
    await database.untilWritten(seen, Math.min(left, heartbeat ?? LONGPOLL_MS), signal);
    if (heartbeat && database.writes === seen) yield '\n';
  }
}

/** Yields rows as JSON. @returns {AsyncGenerator<string, {count: number, last: number, now: number}>} how many, up to where, and where the database stood */
async function* rows(database, { since, limit, descending, options }) {
  const { update_seq: now } = await database.pouch.info();
  // A feed read backwards cannot be continued by sequence, so it comes in one page.
  const page = descending ? Infinity : options.attachments ? PAGE_WITH_ATTACHMENTS : PAGE;
  let last = since;
  let count = 0;
  for (;;) {
    const size = Math.min(page, Math.max(limit, 1) - count);
    const { results, last_seq: reached } = await database.pouch.changes({ ...options, descending, since: last, ...(size < Infinity && { limit: size }) });
    if (results.length > 0) yield (count ? ',\n' : '') + results.map((row) => JSON.stringify({ ...row, seq: sequence(database, row.seq) })).join(',\n');
    count += results.length;
    if (descending) return { count, last: now, now };
    // Read to its end: what the filter left out need not be looked at again.
    if (results.length < size) return { count, last: Math.max(reached, now), now };
    last = results.at(-1).seq;
    if (count >= limit) return { count, last, now: (await database.pouch.info()).update_seq };
  }
}

/** `pending` counts writes, not documents, so it may be too high; it is 0 exactly when nothing is left. */
function tail(database, { last, now }) {
  return `\n],\n"last_seq":${JSON.stringify(sequence(database, last))},"pending":${Math.max(0, now - last)}}\n`;
}

export function sequence(database, number) {
  return `${number}-${database.id}`;
}

/**
 * Where to begin. A sequence of an earlier database of this name, or one from beyond the end (the data directory was restored from a backup), says
 * nothing about what is here: then from the start, as CouchDB does, because reading twice is harmless and missing something is not.
 */
function startOf(database, since, now) {
  if (since === null) return 0;
  if (since === 'now') return now;
  const [, number, tag] = /^"?(\d{1,15})(?:-([\w-]+))?"?$/.exec(since) ?? [];
  if (number === undefined) throw badRequest("Malformed sequence supplied in 'since' parameter.");
  const known = (tag === undefined || tag === database.id) && Number(number) <= now;
  return known ? Number(number) : 0;
}
