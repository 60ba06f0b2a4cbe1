/**
 * Several phones in one process, each two PouchDBs on LevelDB in a folder of its own, so that a SIGKILL takes no more from them than a flat battery would.
 * One JSON command a line on standard input, `{n, phone, command, …}`; one answer a line on standard output, `{n, value}` or `{n, error}`, in whatever order.
 */
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(new URL('../../sync/embedded/package.json', import.meta.url))
const PouchDB = require('pouchdb-core').plugin(require('pouchdb-adapter-http')).plugin(require('pouchdb-replication'))
const LevelPouch = require('pouchdb-adapter-leveldb-core')
const leveldown = require('leveldown')

const [base, folder] = process.argv.slice(2)
const PATIENCE_MS = 20_000
const OWN = /^(visit|problem|edit|action|photo|piece):/

function OnLevelDB(options, callback) {
  LevelPouch.call(this, { ...options, db: leveldown }, callback)
}
OnLevelDB.valid = () => true
OnLevelDB.use_prefix = false
PouchDB.adapter('leveldb', OnLevelDB, false)

/** One installation of the app for one user. `skewMs`: how wrong its clock is; `corrected`: whether it has learned by how much. */
class Phone {
  constructor({ phone, replica, token, skewMs, corrected }) {
    Object.assign(this, { replica, token, skewMs, corrected, path: `${folder}/${phone}` })
    this.turn = Promise.resolve()
  }

  async open() {
    mkdirSync(this.path, { recursive: true })
    this.local = Object.fromEntries(['mailbox', 'photos'].map((db) => [db, new PouchDB(`${this.path}/${db}`, { adapter: 'leveldb' })]))
    this.remote = Object.fromEntries(['mailbox', 'photos'].map((db) => [db, this.#server(db)]))
    this.seq = {}
    this.last = [0, 0]
    for (const db of ['mailbox', 'photos']) {
      const mine = (await this.#held(db)).filter((document) => document.replica === this.replica && document.seq)
      this.seq[db] = Math.max(0, ...mine.map((document) => document.seq))
      for (const document of mine) this.#passed(document.at)
    }
    return this.seq
  }

  #server(db) {
    const fetch = (url, options) => {
      options.headers.set('Authorization', `Bearer ${this.token}`)
      return PouchDB.fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) })
    }
    return new PouchDB(`${base}/sync/${db}`, { adapter: 'http', fetch, skip_setup: true })
  }

  async #held(db, from = '', to = '\u{10ffff}') {
    const { rows } = await this.local[db].allDocs({ include_docs: true, startkey: from, endkey: to })
    return rows.map((row) => row.doc)
  }

  #passed(at) {
    const [ms, counter] = at.split('.')
    const stamp = [Number(ms), parseInt(counter, 16)]
    if (stamp[0] > this.last[0] || (stamp[0] === this.last[0] && stamp[1] > this.last[1])) this.last = stamp
  }

  /** The hybrid logical clock. A careless one forgets what it saw and what it said: its clock was set back. */
  #stamp(deviceAt, careless) {
    const now = deviceAt + (this.corrected ? -this.skewMs : 0)
    const [ms, counter] = this.last
    const [at, n] = now > ms || careless ? [now, 0] : [ms, counter + 1]
    if (!careless) this.last = [at, n]
    return `${String(at).padStart(13, '0')}.${n.toString(16).padStart(4, '0')}.${this.replica}`
  }

  /** Store a document under the next number. Under an id that is there already it was stored before the phone died: the same document. */
  async #store(db, document, careless = false) {
    const before = await this.local[db].get(document._id).catch(() => null)
    if (before) return before
    const deviceAt = Date.now() + this.skewMs
    const clock = { device_at: deviceAt, offset_ms: this.corrected ? -this.skewMs : 0 }
    const whole = { v: 1, replica: this.replica, seq: this.seq[db] + 1, at: this.#stamp(deviceAt, careless), clock, ...document }
    await this.local[db].put(whole)
    this.seq[db] += 1
    return whole
  }

  /** One after the other: a phone has one thumb, and a number is used once. */
  inTurn(action) {
    const done = this.turn.then(action)
    this.turn = done.catch(() => {})
    return done
  }

  write({ document }) {
    return this.inTurn(() => this.#store('mailbox', document))
  }

  /** An edit over what this phone sees as current. `null`: there is nothing to edit yet. */
  edit({ id, pick, record, set, careless }) {
    return this.inTurn(async () => {
      const records = [...(await this.#held('mailbox', 'problem:', 'problem:\uffff')), ...(await this.#held('mailbox', 'visit:', 'visit:\uffff'))].sort(byAge)
      const before = await this.local.mailbox.get(id).catch(() => null)
      if (before) return before
      const chosen = record ? records.find((one) => one._id === record) : records[Math.floor(pick * records.length)]
      if (!chosen) return null
      const edits = await this.#held('mailbox', 'edit:', 'edit:\uffff')
      const writes = [chosen, ...edits.filter((edit) => edit.record === chosen._id)]
      const fitting = Object.fromEntries(Object.entries(set).filter(([key]) => key !== 'severity' || chosen.type === 'problem'))
      const over = {}
      for (const key of Object.keys(fitting)) {
        const field = key.replace(/[+-]$/, '')
        const about = writes.filter((write) => says(write, field))
        const named = new Set(about.flatMap((write) => write.over?.[field] ?? []))
        // Of a set every write has its own elements: all of them are current until each element is.
        const current = key === field ? about.filter((write) => !named.has(write._id)) : about
        over[field] = current.map((write) => write._id)
        if (!careless) for (const write of current) this.#passed(write.at)
      }
      return this.#store('mailbox', { _id: id, type: 'edit', record: chosen._id, set: fitting, over }, careless)
    })
  }

  /** A step on a job this phone holds: one of those it offers, or any of them when it offers none. `null`: it holds no job. */
  act({ id, pick, step, verbs, fields }) {
    return this.inTurn(async () => {
      const jobs = await this.#held('mailbox', 'job:', 'job:\uffff')
      const before = await this.local.mailbox.get(id).catch(() => null)
      if (before || !jobs.length) return before
      const job = jobs[Math.floor(pick * jobs.length)]
      const offered = verbs.length ? verbs : (job.next ?? [])
      const verb = offered[Math.floor(step * offered.length)] ?? 'note'
      return this.#store('mailbox', { _id: id, type: 'action', job: job._id, verb, saw: job.version, ...fields[verb] })
    })
  }

  /** Pieces first, then their manifest. */
  photograph({ manifest, pieces }) {
    return this.inTurn(async () => {
      for (const piece of pieces) {
        await this.local.photos.put({ type: 'piece', v: 1, replica: this.replica, ...piece }).catch((error) => {
          if (error.status !== 409) throw error
        })
      }
      return this.#store('photos', manifest)
    })
  }

  /**
   * What no app of ours does and anybody's may: change or delete a document of the server's, make one up, change or delete one's own after it was
   * answered. What it was done to; `null`: there is nothing of that kind here.
   */
  meddle({ how, pick, id }) {
    return this.inTurn(async () => {
      const held = await this.#held('mailbox')
      const answered = new Set(held.filter((document) => document.type === 'reply').map((document) => document.document))
      const own = held.filter((document) => OWN.test(document._id) && document.replica === this.replica && answered.has(document._id))
      const foreign = held.filter((document) => !OWN.test(document._id))
      if (how === 'forge') {
        await this.local.mailbox.put({ _id: id, type: 'job', v: 1, state: 'closed', number: 'CX01-1999-0001' })
        return id
      }
      const choice = how.endsWith('own') ? own : foreign
      const chosen = choice[Math.floor(pick * choice.length)]
      if (!chosen) return null
      await this.local.mailbox.put(how.startsWith('delete') ? { ...chosen, _deleted: true } : { ...chosen, note: `${id} was here` })
      return chosen._id
    })
  }

  /** One-shot replications, push before pull, text before pictures. How many documents moved. */
  async sync({ replay }) {
    let moved = 0
    for (const [way, db] of [['to', 'mailbox'], ['from', 'mailbox'], ['to', 'photos'], ['from', 'photos']]) {
      const options = { batch_size: db === 'photos' ? 5 : 100, ...(replay ? { since: 0 } : {}) }
      moved += (await this.local[db].replicate[way](this.remote[db], options)).docs_written
    }
    return moved
  }

  /** This replica's newest documents by requests of one document each, in the order given by `shuffle`, or all in two equal requests at once. */
  async blurt({ db, count, shuffle, twice }) {
    const { rows } = await this.local[db].allDocs({ include_docs: true, attachments: true })
    const mine = rows.map((row) => row.doc).filter((document) => OWN.test(document._id) && document.replica === this.replica)
    const newest = mine.sort(byAge).slice(-count)
    const docs = newest.map(({ _rev, ...document }) => ({ ...document, _rev, _revisions: { start: 1, ids: [_rev.slice(2)] } }))
    const send = async (part) => {
      const answer = await fetch(`${base}/sync/${db}/_bulk_docs`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.token}` },
        body: JSON.stringify({ docs: part, new_edits: false }),
        signal: AbortSignal.timeout(PATIENCE_MS)
      })
      if (!answer.ok) throw Object.assign(new Error(await answer.text()), { status: answer.status })
      return answer.json()
    }
    if (twice) return Promise.all([send(docs), send(docs)])
    const order = docs.map((doc, n) => [shuffle[n % shuffle.length] + n / docs.length / 1e6, doc]).sort((a, b) => a[0] - b[0])
    for (const [, doc] of order) await send([doc])
    return order.length
  }

  /** Everything it holds, by database; attachments as their digests. */
  async dump() {
    const found = {}
    for (const db of ['mailbox', 'photos']) {
      const { rows } = await this.local[db].allDocs({ include_docs: true, conflicts: true })
      found[db] = Object.fromEntries(rows.map((row) => [row.id, row.doc]))
    }
    return found
  }
}

/** The oldest first: a ULID begins with its time. */
function byAge(a, b) {
  return a._id.slice(a._id.indexOf(':')) < b._id.slice(b._id.indexOf(':')) ? -1 : 1
}

function says(write, field) {
  const said = write.type === 'edit' ? write.set : write
  return field in said || `${field}+` in said || `${field}-` in said
}

const phones = new Map()

// PouchDB 9 leaves some promises of a replication that failed without a handler; a browser would note it, Node would end.
process.on('unhandledRejection', () => {})

async function obey({ phone, command, ...parameters }) {
  if (command === 'open') {
    phones.set(phone, new Phone({ phone, ...parameters }))
    return phones.get(phone).open()
  }
  return phones.get(phone)[command](parameters)
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { n, ...asked } = JSON.parse(line)
  try {
    console.log(JSON.stringify({ n, value: (await obey(asked)) ?? null }))
  } catch (error) {
    console.log(JSON.stringify({ n, error: `${error.status ?? ''} ${error.name} ${error.message}`.trim() }))
  }
}).on('close', () => process.exit(0))
