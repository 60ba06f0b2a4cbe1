import { ask } from './client'
import type { Severity } from './jobs'

/** One thing the catalogue names, in both languages. */
export interface Entry {
  code: string
  zh: string
  en: string
  icon?: string
}

export interface Category extends Entry {
  group: string
  severity: Severity
}

export interface Catalogue {
  version: number
  groups: Entry[]
  categories: Category[]
  purposes: Entry[]
  needs: Entry[]
}

export async function readCatalogue(): Promise<Catalogue> {
  return ask<Catalogue>('/api/catalogue')
}
