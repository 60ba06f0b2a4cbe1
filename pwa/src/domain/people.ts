/** Who is signed in, and where each role is at home. */

export const ROLES = ['head', 'grid', 'secretary', 'responder', 'dispatcher', 'reviewer', 'admin'] as const
export type Role = (typeof ROLES)[number]

export interface User {
  id: string
  name: string
  roles: Role[]
  /** Place codes. */
  scope: string[]
}

export const HOMES = ['field', 'branch', 'office'] as const
export type Home = (typeof HOMES)[number]

export const HOME_PATH: Record<Home, string> = { field: '/', branch: '/jobs', office: '/office' }

const HOME_OF_ROLE: Record<Role, Home> = {
  head: 'field',
  grid: 'field',
  secretary: 'branch',
  responder: 'branch',
  dispatcher: 'branch',
  reviewer: 'office',
  admin: 'office',
}

/** The homes a person may switch between, field first; the first is where he lands. Roles this version does not know open nothing. */
export function homesOf(roles: readonly string[]): Home[] {
  const open = new Set(roles.map((role) => HOME_OF_ROLE[role as Role]))
  return HOMES.filter((home) => open.has(home))
}
