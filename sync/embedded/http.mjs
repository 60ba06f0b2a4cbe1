/** Reading requests and writing answers. Knows HTTP and JSON, nothing of databases. */
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { CouchError, badRequest, unreadableQuery } from './errors.mjs';

export const BODY_LIMIT = 64 << 20;

/** Answers up to this size are sent whole, with their length. */
const WHOLE = 64 << 10;

/**
 * What a route answers.
 * @typedef {object} Answer
 * @property {number} [status] 200 when absent
 * @property {Record<string, string>} [headers]
 * @property {unknown} [json] sent as JSON
 * @property {Buffer} [bytes] sent as they are
 * @property {AsyncIterable<string>} [chunks] sent one after another
 * @property {boolean} [live] whether each chunk goes out at once
 */

/** @returns {Promise<Buffer>} the body. Too large a one is read to its end and thrown away, so that the client gets to read the answer. */
export async function readBody(request) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size <= BODY_LIMIT) pieces.push(piece);
    else pieces.length = 0;
  }
  if (size > BODY_LIMIT) throw new CouchError(413, 'too_large', 'the request entity is too large');
  return Buffer.concat(pieces);
}

/** @param {Buffer} bytes */
export function parseJson(bytes) {
  if (!isUtf8(bytes)) throw badRequest('invalid UTF-8 JSON');
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw badRequest('invalid_json');
  }
}

/** @returns {Promise<Record<string, any>>} the body, which must be a JSON object */
export async function readObject(request) {
  const value = parseJson(await readBody(request));
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw badRequest('Request body must be a JSON object');
  return value;
}

/**
 * Send an answer. A failure before the first chunk is thrown; one after it cuts the connection, so that nobody takes half an answer for a whole one.
 * @param {import('node:http').ServerResponse} response
 * @param {Answer} answer
 */
export async function send(response, { status = 200, headers = {}, json, bytes, chunks, live = false }, signal) {
  if (chunks) return sendChunks(response, status, headers, chunks, live, signal);
  const body = bytes ?? (json === undefined ? Buffer.alloc(0) : Buffer.from(`${JSON.stringify(json)}\n`));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'must-revalidate', ...headers, 'Content-Length': body.length });
  response.end(body);
}

async function sendChunks(response, status, headers, chunks, live, signal) {
  const head = { 'Content-Type': 'application/json', 'Cache-Control': 'must-revalidate', ...headers };
  let held = '';
  for await (const chunk of chunks) {
    held += chunk;
    if (!live && held.length < WHOLE) continue;
    if (!response.headersSent) response.writeHead(status, head);
    if (!response.write(held)) await once(response, 'drain', { signal });
    held = '';
  }
  if (!response.headersSent) response.writeHead(status, { ...head, 'Content-Length': Buffer.byteLength(held) });
  response.end(held);
}

/** The parameters of a request that may give them in its query or, by POST, in its body too. @returns {Promise<Parameters>} */
export async function allParameters(request, query) {
  return new Parameters(query, request.method === 'POST' ? await readObject(request) : {});
}

/** Work through `items`, `size` at a time side by side. @returns {AsyncIterable<any[]>} the results, page by page, in order */
export async function* pages(items, size, work) {
  for (let start = 0; start < items.length; start += size) yield await Promise.all(items.slice(start, start + size).map(work));
}

/** A JSON list in pieces, between `head` and `tail`. @param {AsyncIterable<any[]>} source */
export async function* listed(head, source, tail) {
  let lead = `${head}\n`;
  for await (const page of source) {
    if (page.length === 0) continue;
    yield lead + page.map((item) => JSON.stringify(item)).join(',\n');
    lead = ',\n';
  }
  yield (lead === ',\n' ? '\n' : lead) + tail;
}

/**
 * The parameters of the query, or the same ones given in a body, where they are JSON already.
 * Every reader returns `absent` for a parameter that is not there and throws CouchDB's 400 for one it cannot read.
 */
export class Parameters {
  #query;
  #body;

  /**
   * @param {URLSearchParams} query
   * @param {Record<string, any>} body
   */
  constructor(query, body = {}) {
    this.#query = query;
    this.#body = body;
  }

  /** @returns {string | null} */
  text(name) {
    if (!Object.hasOwn(this.#body, name)) return this.#query.get(name);
    const value = this.#body[name];
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  flag(name, absent = false) {
    const value = this.text(name);
    if (value === null) return absent;
    if (value !== 'true' && value !== 'false') throw unreadableQuery(`Invalid boolean parameter: "${value}"`);
    return value === 'true';
  }

  /** @returns {number | undefined} */
  count(name) {
    const value = this.text(name);
    if (value === null) return undefined;
    if (!/^\d{1,15}$/.test(value)) throw unreadableQuery(`Invalid value for integer parameter: "${value}"`);
    return Number(value);
  }

  /** A JSON value under the first of `names` that is there. */
  json(...names) {
    for (const name of names) {
      if (Object.hasOwn(this.#body, name)) return this.#body[name];
      const text = this.#query.get(name);
      if (text === null) continue;
      try {
        return JSON.parse(text);
      } catch {
        throw unreadableQuery(`Invalid JSON in parameter ${name}`);
      }
    }
    return undefined;
  }

  /** A list of texts. @returns {string[] | undefined} */
  texts(name) {
    const value = this.json(name);
    if (value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'))) return value;
    throw badRequest(`${name} must be a JSON list of strings`);
  }
}
