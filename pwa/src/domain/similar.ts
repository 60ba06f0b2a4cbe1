/** Whether somebody has already reported what is being reported: asked before a problem is saved, never decided for the person. */
import type { Job } from './documents'

const ENDED: readonly string[] = ['closed', 'declined']

/** The newest open job of the same category in the same building, if there is one. `buildingOf`: the code of the building a place is in. */
export function similarJob(
  jobs: Iterable<Job>,
  { place, category }: { place?: string | undefined; category?: string | undefined },
  buildingOf: (place: string) => string | undefined,
): Job | undefined {
  const building = place && buildingOf(place)
  if (!building || !category) return undefined
  return [...jobs]
    .filter((job) => job.category === category && !ENDED.includes(job.state) && buildingOf(job.place) === building)
    .sort((one, other) => other.opened_at - one.opened_at)[0]
}
