/**
 * Nothing reaches PouchDB unchecked: what it would not survive, or would store as something else than was written, is refused here.
 * A fault of form refuses the whole request, as in CouchDB; what CouchDB could have kept and PouchDB cannot refuses that one document.
 */
import { badRequest, CouchError, illegalId, invalidDocument } from './errors.mjs';

const REVISION = /^\d{1,15}-[^-]+$/;
const MEMBERS = new Set(['_id', '_rev', '_deleted', '_attachments', '_revisions']);

/** CouchDB sends these and takes them back without looking at them. */
const IGNORED = new Set(['_conflicts', '_deleted_conflicts', '_revs_info', '_local_seq']);

/** Deeper ones overflow the stack of PouchDB sooner or later, and that of most JSON readers a document will meet. */
const DEEPEST = 1000;

export const isLocal = (id) => id.startsWith('_local/');
export const isDesign = (id) => id.startsWith('_design/');

/** @param {unknown} id */
export function checkId(id) {
  if (typeof id !== 'string') throw illegalId('Document id must be a string');
  if (id === '') throw illegalId('Document id must not be empty');
  if (!id.isWellFormed()) throw illegalId('Document id must be valid UTF-8');
  if (id.startsWith('_') && !/^_(local|design)\/./.test(id)) throw illegalId('Only reserved document ids may start with underscore.');
}

/** @param {unknown} revision */
export function checkRevision(revision) {
  if (typeof revision !== 'string' || !REVISION.test(revision)) throw badRequest('Invalid rev format');
}

/**
 * A document as PouchDB may have it: attachments as bytes, CouchDB's own remarks taken off.
 * @param {any} given
 * @param {boolean} newEdits whether the server makes the revision (false: it is carried over, with its history)
 */
export function checkedDocument(given, newEdits) {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) throw badRequest('Document must be a JSON object');
  const document = {};
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith('_') && !MEMBERS.has(name)) {
      if (IGNORED.has(name)) continue;
      throw invalidDocument(`Bad special document member: ${name}`);
    }
    document[name] = value;
  }
  if ('_id' in document) checkId(document._id);
  if ('_rev' in document) checkRevision(document._rev);
  if ('_deleted' in document && typeof document._deleted !== 'boolean') throw invalidDocument('_deleted must be a boolean');
  const local = isLocal(document._id ?? '');
  if (newEdits) delete document._revisions;
  else if (!local) checkHistory(document);
  if (local && '_attachments' in document) throw badRequest('A local document has no attachments');
  if ('_attachments' in document) document._attachments = checkedAttachments(document._attachments, document._id);
  return document;
}

/** Why this JSON value cannot be kept as it is, or null. */
export function refusal(value, depth = 0) {
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return null;
  if (depth === DEEPEST) return `Nothing may be nested deeper than ${DEEPEST} levels.`;
  for (const name of Object.keys(value)) {
    if (name === '__proto__') return 'Nothing may be named __proto__.';
    const reason = refusal(value[name], depth + 1);
    if (reason) return reason;
  }
  return null;
}

function checkHistory(document) {
  if (!('_id' in document)) throw illegalId('Document id must not be empty');
  const history = document._revisions;
  if (history === undefined) {
    if (!('_rev' in document)) throw badRequest('With new_edits=false a document carries its _rev');
    return;
  }
  const { start, ids } = history ?? {};
  const sound = Number.isSafeInteger(start) && Array.isArray(ids) && ids.length > 0 && ids.length <= start;
  if (!sound || !ids.every((id) => typeof id === 'string' && /^[^-]+$/.test(id))) throw invalidDocument('_revisions is not a history');
}

function checkedAttachments(given, id) {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) throw badRequest('_attachments must be a JSON object');
  const attachments = {};
  for (const [name, attachment] of Object.entries(given)) {
    checkAttachmentName(name);
    if (attachment === null || typeof attachment !== 'object') throw badRequest(`Attachment ${name} must be a JSON object`);
    const { content_type: type = 'application/octet-stream', data, digest, length, revpos, stub } = attachment;
    if (typeof type !== 'string') throw badRequest(`The content_type of attachment ${name} must be a string`);
    if (stub === true) attachments[name] = { stub, content_type: type, digest: String(digest), length, revpos };
    else attachments[name] = { content_type: type, data: bytesOf(data, name, id) };
  }
  return attachments;
}

/** @param {string} name */
export function checkAttachmentName(name) {
  if (name === '' || name.startsWith('_') || !name.isWellFormed()) {
    throw badRequest(`Attachment name '${name}' is not valid: it is empty, not UTF-8, or starts with '_'`);
  }
}

/** Bytes put there by the multipart reader, or base64. */
function bytesOf(data, name, id) {
  if (Buffer.isBuffer(data)) return data;
  if (typeof data !== 'string') throw new CouchError(412, 'missing_stub', `Attachment ${name} of ${id} has neither data nor a stub`);
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length !== decodedLength(data)) throw badRequest(`Invalid attachment data for ${name}`);
  return bytes;
}

/** How many bytes a text of base64 stands for; -1 when it is none. */
function decodedLength(text) {
  if (text.length % 4 !== 0) return -1;
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  return (text.length / 4) * 3 - padding;
}
