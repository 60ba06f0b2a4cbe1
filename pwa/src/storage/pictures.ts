/** Photos as the photo database holds them: pieces small enough for a dying link, then the manifest that counts for them. */
import type { PhotoBody, PhotoDocument } from '@/domain/documents'
import { ulidOf } from '@/domain/ids'
import { sha256 } from './digest'
import { readOrNone, type Database } from './pouch'
import type { Writer } from './writer'

export const PIECE_BYTES = 64 * 1024

export function pieceId(photo: string, index: number): string {
  return `piece:${ulidOf(photo)}:${String(index).padStart(3, '0')}`
}

/** Store a photo: its pieces, then its manifest. Repeating it after a crash stores what is missing and nothing twice. */
export async function writePhoto(
  database: Database,
  writer: Writer,
  id: string,
  picture: Blob,
  about: Omit<PhotoBody, 'type' | 'media_type' | 'bytes' | 'pieces'>,
): Promise<PhotoDocument> {
  const pieces = Math.ceil(picture.size / PIECE_BYTES)
  for (let index = 0; index < pieces; index++) {
    const _id = pieceId(id, index)
    if (await readOrNone(database, _id)) continue
    const data = picture.slice(index * PIECE_BYTES, (index + 1) * PIECE_BYTES, 'application/octet-stream')
    const hash = await sha256(await data.arrayBuffer())
    await database.put({
      _id, type: 'piece', v: 1, replica: writer.replica, sha256: hash,
      _attachments: { bytes: { content_type: 'application/octet-stream', data } },
    })
  }
  return writer.write<PhotoBody>(id, { ...about, type: 'photo', media_type: 'image/jpeg', bytes: picture.size, pieces })
}

/** The picture put together again, or undefined when this phone does not hold all of it. */
export async function readPicture(database: Database, id: string): Promise<Blob | undefined> {
  const manifest = await readOrNone<PhotoDocument>(database, id)
  if (!manifest) return undefined
  const parts: Blob[] = []
  for (let index = 0; index < manifest.pieces; index++) {
    if (!(await readOrNone(database, pieceId(id, index)))) return undefined
    parts.push((await database.getAttachment(pieceId(id, index), 'bytes')) as Blob)
  }
  return new Blob(parts, { type: manifest.media_type })
}

/** Every manifest, oldest first. */
export async function listPhotos(database: Database): Promise<PhotoDocument[]> {
  const { rows } = await database.allDocs<PhotoDocument>({ startkey: 'photo:', endkey: 'photo:\uffff', include_docs: true })
  return rows.flatMap((row) => (row.doc ? [row.doc as PhotoDocument] : []))
}
