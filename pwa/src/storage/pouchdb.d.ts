declare module 'pouchdb-adapter-indexeddb' {
  const plugin: PouchDB.Plugin
  export default plugin
}
declare module 'pouchdb-adapter-http' {
  const plugin: PouchDB.Plugin
  export default plugin
}

declare namespace PouchDB {
  interface Database {
    /** Forget one revision and what hangs on it, without a tombstone. */
    purge(id: string, revision: string): Promise<unknown>
  }
}
