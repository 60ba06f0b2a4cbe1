/** Attachments on their own: read, write, delete. */
import { matched } from './documents.mjs';
import { conflict, notFound, notOffered } from './errors.mjs';
import { readBody } from './http.mjs';
import { checkAttachmentName, checkId, checkRevision, isDesign, isLocal } from './intake.mjs';

/** What may stand in a header. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]+$/;

export async function readAttachment({ database, id, attachment, parameters }) {
  const rev = revisionAsked(id, attachment, parameters);
  const options = rev ? { rev } : {};
  const { _attachments: held = {} } = await database.pouch.get(id, options);
  if (!Object.hasOwn(held, attachment)) throw notFound('Document is missing attachment');
  const { content_type: type, digest } = held[attachment];
  return {
    headers: {
      'Content-Type': HEADER_TEXT.test(type) ? type : 'application/octet-stream',
      // A client chose the type: a browser shall neither guess another nor run what it finds.
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': 'sandbox',
      'Accept-Ranges': 'none',
      ETag: `"${digest}"`,
    },
    bytes: await database.pouch.getAttachment(id, attachment, options),
  };
}

export async function putAttachment({ database, id, attachment, parameters, request }) {
  const rev = revisionAsked(id, attachment, parameters) ?? matched(request);
  const bytes = await readBody(request);
  const type = request.headers['content-type'] ?? 'application/octet-stream';
  const answer = await database.pouch.putAttachment(id, attachment, rev, bytes, type);
  database.written();
  return { status: 201, headers: { ETag: `"${answer.rev}"` }, json: answer };
}

export async function deleteAttachment({ database, id, attachment, parameters, request }) {
  const rev = revisionAsked(id, attachment, parameters) ?? matched(request);
  if (!rev) throw conflict();
  const { _attachments: held = {} } = await database.pouch.get(id);
  if (!Object.hasOwn(held, attachment)) throw notFound('Document is missing attachment');
  const answer = await database.pouch.removeAttachment(id, attachment, rev);
  database.written();
  return { json: answer };
}

function revisionAsked(id, attachment, parameters) {
  checkId(id);
  if (isLocal(id) || isDesign(id)) throw notOffered('An attachment to a local or design document');
  checkAttachmentName(attachment);
  const rev = parameters.text('rev');
  if (rev !== null) checkRevision(rev);
  return rev ?? undefined;
}
