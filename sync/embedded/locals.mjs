/** `_local/` documents: never replicated, and as in CouchDB the last one to write wins. */
import { notFound } from './errors.mjs';

export async function readLocal({ database, id }) {
  return { json: await database.pouch.get(id) };
}

export async function deleteLocal({ database, id }) {
  const current = await currentOf(database, id);
  if (!current) throw notFound('missing');
  return { json: await remove(database, current) };
}

/** Put a local document whatever revision it was at; `_deleted: true` removes it. */
export async function writeLocal(database, { _id: id, _rev, _deleted, _revisions, ...fields }) {
  for (;;) {
    const current = await currentOf(database, id);
    try {
      if (_deleted) return current ? await remove(database, current) : { ok: true, id, rev: '0-0' };
      const { rev } = await database.pouch.put({ ...fields, _id: id, ...(current && { _rev: current._rev }) });
      return { ok: true, id, rev };
    } catch (error) {
      // Somebody else wrote between our reading and our writing: again, on what is there now.
      if (error.name !== 'conflict') throw error;
    }
  }
}

async function remove(database, current) {
  await database.pouch.remove(current);
  return { ok: true, id: current._id, rev: '0-0' };
}

async function currentOf(database, id) {
  try {
    return await database.pouch.get(id);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}
