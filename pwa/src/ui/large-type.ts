/** Larger letters, for eyes that are not young any more; kept on this phone. */
import { readonly, ref } from 'vue'

const KEPT_AS = 'doorstep.large-type'
const on = ref(false)

export const largeType = readonly(on)

export function setLargeType(wanted: boolean): void {
  on.value = wanted
  localStorage.setItem(KEPT_AS, wanted ? '1' : '')
  document.documentElement.classList.toggle('large-type', wanted)
}

export function restoreLargeType(): void {
  setLargeType(localStorage.getItem(KEPT_AS) === '1')
}
