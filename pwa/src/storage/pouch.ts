/** PouchDB with the parts Doorstep uses, and the little that its types leave out. */
import IndexedDBAdapter from 'pouchdb-adapter-indexeddb'
import HttpAdapter from 'pouchdb-adapter-http'
import PouchDB from 'pouchdb-core'
import Replication from 'pouchdb-replication'

PouchDB.plugin(IndexedDBAdapter).plugin(HttpAdapter).plugin(Replication)

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
