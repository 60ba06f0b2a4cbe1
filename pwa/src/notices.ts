/** Takes the open app to what a tapped notice is about, by the router: a reload would cost a form what is being typed. */
import type { Router } from 'vue-router'
import { isOpenNotice } from '@/domain/notice'

export function followNotices(router: Router): void {
  // Absent where the page is not served securely.
  const worker = (navigator as Partial<Navigator>).serviceWorker
  worker?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isOpenNotice(data)) void router.push(data.url)
  })
}
