/** Turning this device's notices on and off, and saying in words why it cannot where it cannot: in the settings of the phone and in the bar of the desk. */
import { computed, onMounted, ref } from 'vue'
import { t } from '@/i18n'
import { push } from '@/sync/push'
import { wordsFor } from './failure'

export function useNotices() {
  const { state, start, turnOn, turnOff } = push()
  const busy = ref(false)
  const told = ref('')
  const switchable = computed(() => state.value === 'on' || state.value === 'off')

  onMounted(() => void start().catch(() => undefined))

  async function press(): Promise<void> {
    told.value = ''
    if (!switchable.value) {
      told.value = t(`notify.why.${state.value}`)
      return
    }
    busy.value = true
    try {
      await (state.value === 'on' ? turnOff() : turnOn())
      told.value = t(`notify.why.${state.value}`)
    } catch (error) {
      told.value = error instanceof DOMException ? t('notify.refused') : wordsFor(error)
    } finally {
      busy.value = false
    }
  }

  return { state, busy, told, switchable, press }
}
