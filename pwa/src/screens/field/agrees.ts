import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/button/index.css'
import 'vant/es/dialog/index.css'
import { showConfirmDialog } from 'vant/es/dialog'
import { t } from '@/i18n'

/** Ask before something cannot be taken back. True when the person agrees. */
export async function agrees(title: string, message: string, yes: string): Promise<boolean> {
  try {
    await showConfirmDialog({ title, message, confirmButtonText: yes, cancelButtonText: t('cancel') })
    return true
  } catch {
    return false
  }
}
