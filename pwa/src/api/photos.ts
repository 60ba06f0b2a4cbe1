export type PhotoSize = 'thumb' | 'screen' | 'original'

export function photoAddress(id: string, size: PhotoSize): string {
  return `/api/photos/${encodeURIComponent(id)}?size=${size}`
}
