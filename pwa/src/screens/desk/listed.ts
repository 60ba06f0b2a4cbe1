/** Names in one line as the language lists them: "李网格和王楼长", "Li and Wang". */
export function listed(names: readonly string[], language: string): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names)
}
