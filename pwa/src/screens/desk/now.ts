import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** The time of day, in ms, for ages on the screen; moves twice a minute. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = window.setInterval(() => (now.value = Date.now()), 30_000)
  onScopeDispose(() => window.clearInterval(timer))
  return readonly(now)
}
