/** One reviewer's verdict on one visit, on its way to the server. */
import { ref, watch } from 'vue'
import { ApiError } from '@/api/client'
import { judgeVisit, readVisit, type Judgement, type Verdict, type Visit } from '@/api/visits'
import { t } from '@/i18n'
import { signedOut, wordsFor } from '@/screens/failure'
import { freshId } from '@/screens/desk/fresh-id'
import { sessionExpired } from '@/sync/session'

interface Outcome {
  judged: (visit: Visit) => void
  /** It changed while it was looked at; nothing was kept. */
  changed: (visit: Visit) => void
}

export function verdict(visit: () => Visit, { judged, changed }: Outcome) {
  const sending = ref(false)
  const trouble = ref('')
  // An unanswered verdict is sent again as it was, under its id, so that it counts once.
  let unanswered: Judgement | null = null

  watch(
    () => visit().id,
    () => {
      unanswered = null
      trouble.value = ''
    },
  )

  async function give(wanted: Verdict, words: string): Promise<void> {
    if (sending.value) return
    const { id, version } = visit()
    sending.value = true
    trouble.value = ''
    const same = unanswered?.verdict === wanted && unanswered.words === words && unanswered.saw === version
    const judgement = same && unanswered ? unanswered : { id: freshId('review'), verdict: wanted, words, saw: version }
    try {
      const after = await judgeVisit(id, judgement)
      unanswered = null
      judged(after)
    } catch (error) {
      unanswered = error instanceof ApiError ? null : judgement
      await explain(id, error)
    } finally {
      sending.value = false
    }
  }

  async function explain(id: string, error: unknown): Promise<void> {
    if (signedOut(error)) sessionExpired()
    if (!(error instanceof ApiError)) {
      trouble.value = t('review.unsure')
    } else if (error.code === 'late') {
      trouble.value = t('review.late')
      await readVisit(id).then(changed, (again: unknown) => (trouble.value = wordsFor(again)))
    } else {
      trouble.value = wordsFor(error)
    }
  }

  return { sending, trouble, give }
}
