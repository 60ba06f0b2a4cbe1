/** The two multipart forms CouchDB's replicator uses: a document with its attachments behind it, and leaves one after another. */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { badRequest, CouchError } from './errors.mjs';
import { BODY_LIMIT, parseJson } from './http.mjs';

const unzip = promisify(gunzip);

/**
 * A document sent as `multipart/related`: JSON first, then one part for each attachment that `follows`.
 * @param {Buffer} body
 * @param {string} type the Content-Type, which names the boundary
 * @returns {Promise<any>} the document, attachments as bytes
 */
export async function readRelated(body, type) {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  if (!boundary) throw badRequest('multipart/related without a boundary');
  const [first, ...rest] = partsOf(body, Buffer.from(`--${boundary[1] ?? boundary[2]}`));
  if (!first) throw badRequest('multipart/related without a document');
  const document = parseJson(first.bytes);
  const named = new Map(rest.map((part) => [part.name, part]));
  const following = Object.entries(document?._attachments ?? {}).filter(([, attachment]) => attachment?.follows === true);
  for (const [index, [name, attachment]] of following.entries()) {
    // Older senders leave the names out and rely on the order.
    const part = named.get(name) ?? rest[index];
    if (!part) throw badRequest(`The attachment ${name} does not follow`);
    document._attachments[name] = { content_type: attachment.content_type, data: attachment.encoding === 'gzip' ? await unzipped(part.bytes, name) : part.bytes };
  }
  return document;
}

/** Leaves as `multipart/mixed`. @param {({ok: object} | {missing: string})[]} leaves @returns {import('./http.mjs').Answer} */
export function mixed(leaves) {
  const boundary = randomUUID().replaceAll('-', '');
  const parts = leaves.map(({ ok, missing }) => {
    const type = ok ? 'application/json' : 'application/json; error="true"';
    return `\r\n--${boundary}\r\nContent-Type: ${type}\r\n\r\n${JSON.stringify(ok ?? { missing })}`;
  });
  return { headers: { 'Content-Type': `multipart/mixed; boundary="${boundary}"` }, bytes: Buffer.from(`${parts.join('')}\r\n--${boundary}--`) };
}

/** @returns {{name: string | null, bytes: Buffer}[]} */
function partsOf(body, delimiter) {
  const parts = [];
  let start = body.indexOf(delimiter);
  while (start !== -1) {
    const head = start + delimiter.length;
    const next = body.indexOf(`\r\n${delimiter}`, head);
    if (next === -1) break;
    const blank = body.indexOf('\r\n\r\n', head);
    if (blank === -1 || blank > next) throw badRequest('A part has no end of its headers');
    const name = /filename="((?:[^"\\]|\\.)*)"/i.exec(body.toString('utf8', head, blank));
    parts.push({ name: name ? name[1].replaceAll(/\\(.)/g, '$1') : null, bytes: body.subarray(blank + 4, Math.max(next, blank + 4)) });
    start = next + 2;
  }
  return parts;
}

async function unzipped(bytes, name) {
  try {
    return await unzip(bytes, { maxOutputLength: BODY_LIMIT });
  } catch (error) {
    if (error.code === 'ERR_BUFFER_TOO_LARGE') throw new CouchError(413, 'too_large', `the attachment ${name} is too large`);
    throw badRequest(`The attachment ${name} is not gzip`);
  }
}
