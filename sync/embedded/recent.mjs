/** The values last written, in memory: most of what is read was written a moment ago, and a trip to LevelDB's threads costs more than the reading. */
export class Recent {
  #values = new Map();
  #size = 0;
  #limit;

  /** @param {number} limit characters of keys and values together */
  constructor(limit) {
    this.#limit = limit;
  }

  /** @returns {string | undefined} */
  get(key) {
    return this.#values.get(key);
  }

  /** Call it when the write is done, not before: nobody may read what a crash could still take back. */
  set(key, value) {
    this.delete(key);
    this.#values.set(key, value);
    this.#size += key.length + value.length;
    for (const [oldest, { length }] of this.#values) {
      if (this.#size <= this.#limit) return;
      this.#values.delete(oldest);
      this.#size -= oldest.length + length;
    }
  }

  delete(key) {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#size -= key.length + value.length;
  }
}
