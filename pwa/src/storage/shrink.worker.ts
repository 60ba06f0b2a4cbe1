/**
 * Makes a photo small enough to send, off the screen's thread: the right way up, at most `LONGEST` pixels on its longer side, JPEG.
 * Drawing it anew drops everything the camera wrote beside the picture (EXIF: place, device, owner).
 */
import { sha256 } from './digest'

declare const self: DedicatedWorkerGlobalScope

const LONGEST = 1600
const QUALITY = 0.8

interface Shrunk {
  picture: Blob
  sha256: string
}

async function shrink(file: Blob): Promise<Shrunk> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height))
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)))
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas to draw on')
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  const picture = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })
  return { picture, sha256: await sha256(await picture.arrayBuffer()) }
}

self.addEventListener('message', (event: MessageEvent<Blob>) => {
  const port = event.ports[0]
  shrink(event.data).then(
    (shrunk) => port?.postMessage(shrunk),
    () => port?.postMessage(null),
  )
})
