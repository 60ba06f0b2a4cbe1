let worker: Worker | undefined

/** This file is not a picture the browser can open. */
export class NotAPicture extends Error {}

/** The picture in `file` as it will be sent: upright, at most 1600 px, JPEG without EXIF, with its SHA-256. Throws `NotAPicture`. */
export async function shrink(file: Blob): Promise<{ picture: Blob; sha256: string }> {
  worker ??= new Worker(new URL('./shrink.worker.ts', import.meta.url), { type: 'module' })
  const { port1, port2 } = new MessageChannel()
  const shrunk = await new Promise<{ picture: Blob; sha256: string } | null>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data as { picture: Blob; sha256: string } | null)
    worker?.postMessage(file, [port2])
  })
  port1.close()
  if (!shrunk) throw new NotAPicture()
  return shrunk
}
