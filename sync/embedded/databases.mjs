/** The databases by name: which there are, who may use them, and which are open. */
import { randomBytes, randomUUID } from 'node:crypto';
import { CouchError, noDatabase } from './errors.mjs';

const LEGAL_NAME = /^[a-z][a-z0-9_$()+/-]{0,237}$/;
const ADMINS_ONLY = { members: { roles: ['_admin'] }, admins: { roles: ['_admin'] } };

// The registry's keys. A database's own keys begin with its hexadecimal id, so none of them can begin with '!'.
const DATABASE = '!database!';
const GONE = '!gone!';
const UUID = '!uuid';
const SECRET = '!secret';

/** One database. Its `id` is new each time a database of that name is made, so sequences of an earlier one are told apart. */
export class Database {
  holders = 0;
  writes = 0;
  deleted = false;
  leaving = false;
  /** @type {import('pouchdb-core') | null} null while closed */
  pouch = null;
  /** Resolves when its registration, opening or closing, whichever was begun last, is done. */
  settled = Promise.resolve();
  #waiting = new Set();

  constructor(name, id, security) {
    this.name = name;
    this.id = id;
    this.security = security;
  }

  get prefix() {
    return `${this.id}/`;
  }

  /** Say that something was written, to whoever waits for it. */
  written() {
    this.writes += 1;
    this.wake();
  }

  wake() {
    for (const resume of this.#waiting) resume();
  }

  /** Wait for a write after the `seen` first ones, at most `ms`, or until `signal` aborts or the database is deleted. */
  untilWritten(seen, ms, signal) {
    if (this.writes !== seen || this.deleted || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const resume = () => {
        clearTimeout(timer);
        this.#waiting.delete(resume);
        signal.removeEventListener('abort', resume);
        resolve();
      };
      const timer = setTimeout(resume, ms);
      this.#waiting.add(resume);
      signal.addEventListener('abort', resume);
    });
  }
}

export class Databases {
  #storage;
  #byName = new Map();
  /** @type {Set<Database>} open ones, the longest unused first */
  #open = new Set();
  #openLimit;

  constructor(storage, openLimit, uuid, secret) {
    this.#storage = storage;
    this.#openLimit = openLimit;
    this.uuid = uuid;
    this.secret = secret;
  }

  /**
   * Read the registry.
   * @param {import('./storage.mjs').Storage} storage
   * @param {number} openLimit how many databases nobody uses may stay open
   */
  static async load(storage, openLimit) {
    const uuid = (await storage.read(UUID)) ?? randomUUID().replaceAll('-', '');
    const secret = (await storage.read(SECRET)) ?? randomBytes(32).toString('hex');
    await storage.change([
      { type: 'put', key: UUID, value: uuid },
      { type: 'put', key: SECRET, value: secret },
    ]);
    const databases = new Databases(storage, openLimit, uuid, secret);
    for (const [name, record] of await storage.list(DATABASE)) {
      const { id, security } = JSON.parse(record);
      databases.#byName.set(name, new Database(name, id, security));
    }
    // A deletion that a crash cut short is finished before anything else.
    for (const [id] of await storage.list(GONE)) await databases.#erase(id);
    return databases;
  }

  /** @returns {string[]} in order */
  names() {
    return [...this.#byName.keys()].sort();
  }

  async create(name) {
    if (!LEGAL_NAME.test(name)) {
      throw new CouchError(
        400,
        'illegal_database_name',
        `Name: '${name}'. Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, -, and / are allowed. Must begin with a letter.`,
      );
    }
    if (this.#byName.has(name)) throw new CouchError(412, 'file_exists', 'The database could not be created, the file already exists.');
    const database = new Database(name, randomBytes(8).toString('hex'), ADMINS_ONLY);
    this.#byName.set(name, database);
    // Whoever finds it from now on waits until the registry has it.
    database.settled = this.#register(database).catch((error) => {
      this.#byName.delete(name);
      throw error;
    });
    await database.settled;
  }

  async remove(name) {
    const database = this.#byName.get(name);
    if (!database || database.leaving) throw noDatabase();
    database.leaving = true;
    await this.#storage.change([
      { type: 'del', key: DATABASE + name },
      { type: 'put', key: GONE + database.id, value: '' },
    ]);
    // Nobody is told that it is gone before it is: a crash must not bring it back.
    this.#byName.delete(name);
    database.deleted = true;
    database.wake();
    if (database.holders === 0) await this.#discard(database);
  }

  async secure(database, security) {
    database.security = security;
    await this.#register(database);
  }

  /**
   * Take hold of a database, so that it stays open until `release`.
   * @param {string} name
   * @returns {Promise<Database>}
   */
  async hold(name) {
    const database = this.#byName.get(name);
    if (!database) throw noDatabase();
    database.holders += 1;
    try {
      await database.settled;
      if (!database.pouch) {
        database.pouch = this.#storage.pouch(database.prefix);
        // PouchDB answers its first question when it has read where it stood.
        database.settled = database.pouch.info();
      }
      await database.settled;
      this.#open.delete(database);
      this.#open.add(database);
      return database;
    } catch (error) {
      await this.release(database);
      throw error;
    }
  }

  /** Let go of a database. The last to let go of a deleted one takes its documents with it. */
  async release(database) {
    database.holders -= 1;
    if (database.holders > 0) return;
    if (database.deleted) return this.#discard(database);
    for (const idle of this.#open) {
      if (this.#open.size <= this.#openLimit) return;
      if (idle.holders === 0) this.#shut(idle);
    }
  }

  /** About how many bytes a database takes on disk. */
  size(database) {
    return this.#storage.size(database.prefix);
  }

  compact(database) {
    return this.#storage.compact(database.prefix);
  }

  async close() {
    await Promise.all([...this.#open].map((database) => this.#shut(database)));
    await this.#storage.close();
  }

  #register({ name, id, security }) {
    return this.#storage.change([{ type: 'put', key: DATABASE + name, value: JSON.stringify({ id, security }) }]);
  }

  #shut(database) {
    const { pouch } = database;
    this.#open.delete(database);
    database.pouch = null;
    // Opened again under the same key range only once PouchDB has let go of it.
    database.settled = pouch ? pouch.close() : Promise.resolve();
    return database.settled;
  }

  async #discard(database) {
    await this.#shut(database);
    await this.#erase(database.id);
  }

  async #erase(id) {
    await this.#storage.clear(`${id}/`);
    await this.#storage.change([{ type: 'del', key: GONE + id }]);
  }
}
