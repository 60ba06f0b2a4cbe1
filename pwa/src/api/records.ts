/** What several answers of the server have in common; shapes of docs/protocol.md. Instants are ms since 1970 UTC. */

export interface Person {
  id: string
  name: string
}

export interface Photo {
  /** `photo:<ULID>` */
  id: string
  role: 'near' | 'far' | 'before' | 'after' | null
  /** `awaited`: nobody has seen it yet; `pieces`: some are missing; `stored`: its bytes are confirmed. */
  state: 'awaited' | 'pieces' | 'stored' | 'broken'
  /** A small JPEG as a data URL, once the bytes are confirmed. */
  data: string | null
}

export interface Page<Item> {
  items: Item[]
  /** What to ask the following page with; `null` at the end. */
  next: string | null
}
