/**
 * One LevelDB for everything, and PouchDB made to keep each of its databases in a key range of it.
 *
 * A LevelDB per database costs a directory, a lock, a log and about 3.5 ms per opening, and a thousand of them exhaust file handles; a range costs
 * nothing. LevelDB hands every write to the operating system before it calls back, so what was acknowledged survives SIGKILL (not a power cut).
 */
import { mkdirSync } from 'node:fs';
import { AbstractIterator, AbstractLevelDOWN } from 'abstract-leveldown';
import leveldown from 'leveldown';
import LevelPouch from 'pouchdb-adapter-leveldb-core';
import PouchDB from 'pouchdb-core';
import { Recent } from './recent.mjs';

const LEVELDB = { cacheSize: 64 << 20, writeBufferSize: 16 << 20, maxFileSize: 16 << 20 };

/** Characters of lately written values kept in memory, and the longest value that is. */
const RECENT = 16 << 20;
const RECENT_VALUE = 64 << 10;

/** Above every key of a range: UTF-8 has no such byte. */
const AFTER_ALL_TEXT = Buffer.from([0xff]);

/** A reason not to start that the person at the keyboard can do something about. */
export class CannotOpen extends Error {}

/** The LevelDB in a directory, with promises. */
export class Storage {
  #level;
  #recent = new Recent(RECENT);

  /** @param {import('leveldown')} level an open LevelDB */
  constructor(level) {
    this.#level = level;
  }

  /**
   * Open the LevelDB in `directory`, making both if they are not there.
   * @param {string} directory
   * @returns {Promise<Storage>}
   * @throws {CannotOpen} when another process holds it, it cannot be written, or it is damaged
   */
  static async open(directory) {
    try {
      mkdirSync(directory, { recursive: true });
    } catch (error) {
      throw new CannotOpen(`cannot make the data directory ${directory} (${error.code}): check who owns it, or give another --data`);
    }
    const level = leveldown(directory);
    try {
      await promised((done) => level.open({ ...LEVELDB }, done));
    } catch (error) {
      throw new CannotOpen(whyNot(directory, error.message));
    }
    return new Storage(level);
  }

  /** @returns {Promise<string | null>} */
  async read(key) {
    const [value] = await promised((done) => this.#level.getMany([key], { asBuffer: false }, done));
    return value ?? null;
  }

  /** Write and delete at once, all or nothing. @param {{type: 'put' | 'del', key: string, value?: string}[]} operations */
  async change(operations) {
    await promised((done) => this.#level.batch(operations, done));
  }

  /** All keys that begin with `prefix`, the prefix cut off, and their values. @returns {Promise<[string, string][]>} */
  async list(prefix) {
    const iterator = this.#level.iterator({ ...range(prefix), keyAsBuffer: false, valueAsBuffer: false });
    const found = [];
    for (;;) {
      const entry = await promised((done) => iterator.next((error, key, value) => done(error, key === undefined ? null : [key.slice(prefix.length), value])));
      if (!entry) break;
      found.push(entry);
    }
    await promised((done) => iterator.end(done));
    return found;
  }

  /** Delete all keys that begin with `prefix`. */
  async clear(prefix) {
    await promised((done) => this.#level.clear(range(prefix), done));
  }

  /** Give the space of deleted and overwritten keys under `prefix` back to the disk. */
  async compact(prefix) {
    const { gte, lt } = range(prefix);
    await promised((done) => this.#level.compactRange(gte, lt, done));
  }

  /** About how many bytes the keys under `prefix` take on disk. @returns {Promise<number>} */
  size(prefix) {
    const { gte, lt } = range(prefix);
    return promised((done) => this.#level.approximateSize(gte, lt, done));
  }

  async close() {
    await promised((done) => this.#level.close(done));
  }

  /**
   * PouchDB over the keys that begin with `prefix`.
   * `auto_compaction`: only leaves keep their bodies, as after CouchDB's own compaction, so a document written every minute stays small.
   */
  pouch(prefix) {
    const pouch = new PouchDB(prefix, { adapter: 'range', db: (name) => new Range(this.#level, name, this.#recent), auto_compaction: true });
    return pouch.setMaxListeners(0); // every reader of its changes listens
  }
}

/** One key range of a LevelDB, looking like a LevelDB of its own. Opening and closing it do nothing. */
class Range extends AbstractLevelDOWN {
  constructor(level, prefix, recent) {
    super({ bufferKeys: true, snapshots: true, permanence: true });
    this.level = level;
    this.prefix = prefix;
    this.recent = recent;
  }

  _serializeKey(key) {
    return String(key);
  }

  _serializeValue(value) {
    return Buffer.isBuffer(value) ? value : String(value);
  }

  _get(key, options, callback) {
    const value = options.asBuffer ? undefined : this.recent.get(this.prefix + key);
    if (value === undefined) this.level.get(this.prefix + key, options, callback);
    else process.nextTick(callback, null, value);
  }

  _put(key, value, options, callback) {
    this._batch([{ type: 'put', key, value }], options, callback);
  }

  _del(key, options, callback) {
    this._batch([{ type: 'del', key }], options, callback);
  }

  _batch(operations, options, callback) {
    for (const operation of operations) operation.key = this.prefix + operation.key;
    this.level.batch(operations, options, (error) => {
      if (error) return callback(error);
      for (const { type, key, value } of operations) {
        if (type === 'put' && typeof value === 'string' && value.length <= RECENT_VALUE) this.recent.set(key, value);
        else this.recent.delete(key);
      }
      callback();
    });
  }

  _iterator(options) {
    const whole = range(this.prefix);
    const bounds = { ...options, keyAsBuffer: true };
    for (const bound of ['gt', 'gte', 'lt', 'lte']) {
      if (bound in bounds) bounds[bound] = this.prefix + bounds[bound];
    }
    if (!('gt' in bounds || 'gte' in bounds)) bounds.gte = whole.gte;
    if (!('lt' in bounds || 'lte' in bounds)) bounds.lt = whole.lt;
    return new RangeIterator(this, this.level.iterator(bounds), whole.gte.length);
  }
}

class RangeIterator extends AbstractIterator {
  constructor(database, source, prefixBytes) {
    super(database);
    this.source = source;
    this.prefixBytes = prefixBytes;
  }

  _next(callback) {
    this.source.next((error, key, value) => (error || key === undefined ? callback(error) : callback(null, key.subarray(this.prefixBytes), value)));
  }

  _end(callback) {
    this.source.end(callback);
  }
}

function RangePouch(options, callback) {
  LevelPouch.call(this, options, callback);
}
RangePouch.valid = () => true;
RangePouch.use_prefix = false;
PouchDB.adapter('range', RangePouch, false);

function range(prefix) {
  const first = Buffer.from(prefix);
  return { gte: first, lt: Buffer.concat([first, AFTER_ALL_TEXT]) };
}

/** @returns {Promise<any>} of a function that takes a callback `(error, value)` */
function promised(call) {
  return new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));
}

function whyNot(directory, message) {
  if (/lock .*(unavailable|held)/i.test(message)) return `the data directory ${directory} is in use by another process: stop that one, or give another --data`;
  if (/permission denied|read-only|not a directory|no space/i.test(message)) return `cannot write to the data directory ${directory} (${message}): mend that, or give another --data`;
  return `cannot open the data directory ${directory} (${message}): restore it from a backup, or give another --data`;
}
