/** The steps on a job that are taken in the field, and what each asks for (docs/protocol.md section 6). What the branch does has its own screens. */
export const STEPS = ['verify', 'reopen', 'note', 'sign', 'resolve', 'rate'] as const
export type Step = (typeof STEPS)[number]

export function isStep(verb: string): verb is Step {
  return (STEPS as readonly string[]).includes(verb)
}

/** Under which argument the text goes. */
export function textOf(step: Step): 'words' | 'reason' {
  return step === 'reopen' ? 'reason' : 'words'
}

export function takesPhotos(step: Step): boolean {
  return step === 'note' || step === 'verify' || step === 'resolve'
}

/** Whether nothing is left out that the step cannot do without: a photo alone is a note, a score alone is a rating. */
export function isStepComplete(step: Step, { words, score, photos }: { words: string; score: number | undefined; photos: number }): boolean {
  if (step === 'rate') return score !== undefined
  if (step === 'note') return words.trim() !== '' || photos > 0
  return (step !== 'reopen' && step !== 'resolve') || words.trim() !== ''
}
