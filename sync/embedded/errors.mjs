/** What is answered when something is wrong, in CouchDB's words: a status and `{error, reason}`. */

export class CouchError extends Error {
  /**
   * @param {number} status
   * @param {string} error CouchDB's name for it
   * @param {string} reason for people
   */
  constructor(status, error, reason) {
    super(reason);
    this.status = status;
    this.error = error;
  }
}

export const badRequest = (reason) => new CouchError(400, 'bad_request', reason);
export const illegalId = (reason) => new CouchError(400, 'illegal_docid', reason);
export const invalidDocument = (reason) => new CouchError(400, 'doc_validation', reason);
export const unreadableQuery = (reason) => new CouchError(400, 'query_parse_error', reason);
export const unauthorized = (reason) => new CouchError(401, 'unauthorized', reason);
export const forbidden = (reason) => new CouchError(403, 'forbidden', reason);
export const notFound = (reason) => new CouchError(404, 'not_found', reason);
export const noDatabase = () => notFound('Database does not exist.');
export const conflict = () => new CouchError(409, 'conflict', 'Document update conflict.');
export const notOffered = (what) => new CouchError(501, 'not_implemented', `${what} is not offered: this server does replication only.`);

/** The same error as CouchDB would put it. What is neither ours nor PouchDB's is a fault of this program. */
export function inCouchWords(error) {
  if (error instanceof CouchError) return error;
  if (error?.name === 'conflict') return conflict();
  if (Number.isInteger(error?.status) && typeof error.name === 'string') return new CouchError(error.status, error.name, error.reason ?? error.message);
  return new CouchError(500, 'internal_server_error', 'Something went wrong in the embedded server; its log says what.');
}
