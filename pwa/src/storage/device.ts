/** Small facts about this phone itself that are not worth a document: how wrong its clock is, when it last had everything delivered, whether its copy has to be made anew. */

const PREFIX = 'doorstep.'

export type Fact = 'offset' | 'delivered' | 'place' | 'behind'

/** The fact kept for one person, or null. */
export function recall(fact: Fact, userId: string): string | null {
  return localStorage.getItem(`${PREFIX}${fact}.${userId}`)
}

export function keepFact(fact: Fact, userId: string, value: string): void {
  try {
    localStorage.setItem(`${PREFIX}${fact}.${userId}`, value)
  } catch {
    // A full disk costs us a convenience here, never a record.
  }
}

export function dropFact(fact: Fact, userId: string): void {
  localStorage.removeItem(`${PREFIX}${fact}.${userId}`)
}
