/** The catalogue, read once for all screens of branch and office. Until it is there, and for codes it does not know, the code stands for itself. */
import { shallowRef } from 'vue'
import { readCatalogue, type Catalogue, type Category, type Entry } from '@/api/catalogue'
import { language } from '@/i18n'

const catalogue = shallowRef<Catalogue | null>(null)

/** Throws as `ask` does. */
export async function loadCatalogue(): Promise<void> {
  catalogue.value ??= await readCatalogue()
}

function nameIn(entries: readonly Entry[] | undefined, code: string): string {
  const entry = entries?.find((one) => one.code === code)
  return entry ? (language.value === 'en' ? entry.en : entry.zh) : code
}

export function categoryOf(code: string): Category | undefined {
  return catalogue.value?.categories.find((category) => category.code === code)
}

export const categoryName = (code: string) => nameIn(catalogue.value?.categories, code)
export const purposeName = (code: string) => nameIn(catalogue.value?.purposes, code)
export const needName = (code: string) => nameIn(catalogue.value?.needs, code)
