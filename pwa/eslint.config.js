import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import tseslint from 'typescript-eslint'

/** screens → ui, sync, storage, api → domain: what each folder must not name. */
const FORBIDDEN = {
  domain: ['storage', 'sync', 'api', 'screens', 'ui', 'i18n'],
  storage: ['sync', 'api', 'screens', 'ui', 'i18n'],
  api: ['storage', 'sync', 'screens', 'ui', 'i18n'],
  sync: ['screens', 'ui', 'i18n'],
  i18n: ['storage', 'sync', 'api', 'screens', 'ui'],
  ui: ['screens', 'storage', 'sync', 'api'],
}

const pouchdb = { group: ['pouchdb-*'], message: 'Only src/storage knows PouchDB.' }
const vant = { group: ['vant', 'vant/*'], message: 'Vant is for the phone.' }
const elementPlus = { group: ['element-plus', 'element-plus/*'], message: 'Element Plus is for branch and office, loaded lazily.' }
const domPackages = { group: ['vue', 'vue-*', 'vant', 'vant/*', 'element-plus', 'element-plus/*'], message: 'src/domain is pure: no screen in it.' }

function folder(name, patterns) {
  const others = (FORBIDDEN[name] ?? []).map((other) => ({
    group: [`@/${other}`, `@/${other}/**`, `**/../${other}`, `**/../${other}/**`],
    message: `src/${name} may not use src/${other}: screens → ui, sync, storage, api → domain.`,
  }))
  return {
    files: [`src/${name}/**/*.{ts,vue}`],
    rules: { 'no-restricted-imports': ['error', { patterns: [...others, ...patterns] }] },
  }
}

export default tseslint.config(
  { ignores: ['dist', 'dev-dist', '.types', 'node_modules'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'no-eval': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
    },
  },
  folder('domain', [pouchdb, domPackages]),
  folder('storage', [vant, elementPlus]),
  folder('api', [pouchdb, domPackages]),
  folder('sync', [pouchdb, vant, elementPlus]),
  folder('i18n', [pouchdb, vant, elementPlus]),
  folder('ui', [pouchdb, elementPlus]),
  folder('screens/field', [pouchdb, elementPlus, { group: ['**/screens/branch/**', '**/screens/office/**'], message: 'Field code loads nothing of the office.' }]),
  folder('screens/sign-in', [pouchdb, elementPlus, vant]),
  folder('screens/branch', [pouchdb]),
  folder('screens/office', [pouchdb, vant]),
  folder('screens/desk', [pouchdb, vant]),
  { files: ['src/**/*.test.ts'], rules: { 'no-restricted-imports': 'off' } },
)
