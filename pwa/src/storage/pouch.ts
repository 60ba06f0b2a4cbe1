/** PouchDB with the parts Doorstep uses, and the little that its types leave out. */
import IndexedDBAdapter from 'pouchdb-adapter-indexeddb'
import HttpAdapter from 'pouchdb-adapter-http'
import PouchDB from 'pouchdb-core'
import Replication from 'pouchdb-replication'

PouchDB.plugin(IndexedDBAdapter).plugin(HttpAdapter).plugin(Replication)

/** Milliseconds. */
const SETTLE = 50

export { PouchDB }
export type Database = PouchDB.Database

/** The document, or undefined when there is none under this id. */
export async function readOrNone<T extends object>(database: Database, id: string, options: PouchDB.Core.GetOptions = {}): Promise<(T & PouchDB.Core.GetMeta) | undefined> {
  try {
    return await database.get<T>(id, options)
  } catch (error) {
    if ((error as { status?: number }).status === 404) return undefined
    throw error
  }
}

/** Call `then` soon after changes of a database, from this tab or another; many at once are one. Returns how to stop. */
export function onChange(database: Database, then: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const feed = database.changes({ since: 'now', live: true }).on('change', () => {
    timer ??= setTimeout(() => {
      timer = undefined
      then()
    }, SETTLE)
  })
  return () => {
    clearTimeout(timer)
    feed.cancel()
  }
}
