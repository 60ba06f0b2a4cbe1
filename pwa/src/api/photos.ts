export type PhotoSize = 'thumb' | 'screen' | 'original'

/** Where a photo's bytes are. Until they are confirmed the answer is 404 `photo_pending`. */
export function photoAddress(id: string, size: PhotoSize): string {
  return `/api/photos/${encodeURIComponent(id)}?size=${size}`
}
