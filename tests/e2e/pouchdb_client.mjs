// PouchDB in Node, as anybody could use it, and nothing of ours. One JSON command a line on standard input, one JSON answer a line on standard output.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(new URL('../../sync/embedded/package.json', import.meta.url))
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-replication'))

const [base] = process.argv.slice(2)
const local = { mailbox: new PouchDB('mailbox', { adapter: 'memory' }), photos: new PouchDB('photos', { adapter: 'memory' }) }
let token = ''

function remote(name) {
  const fetch = (url, options) => {
    options.headers.set('Authorization', `Bearer ${token}`)
    return PouchDB.fetch(url, options)
  }
  return new PouchDB(`${base}/sync/${name}`, { adapter: 'http', fetch, skip_setup: true })
}

const commands = {
  async sign_in({ login, password }) {
    const answer = await fetch(`${base}/api/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ login, password })
    })
    const session = await answer.json()
    token = session.token
    return session
  },
  put: ({ db, documents }) => local[db].bulkDocs(documents),
  push: ({ db }) => local[db].replicate.to(remote(db)),
  pull: ({ db }) => local[db].replicate.from(remote(db)),
  async all({ db }) {
    const found = await local[db].allDocs({ include_docs: true })
    return found.rows.map((row) => row.doc)
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line)
  try {
    console.log(JSON.stringify({ value: await commands[command](parameters) }))
  } catch (error) {
    console.log(JSON.stringify({ error: { status: error.status, message: String(error.message), reason: error.reason } }))
  }
}
