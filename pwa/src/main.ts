import { createApp } from 'vue'
import App from './App.vue'
import { restoreLanguage } from './i18n'
import { router } from './router'
import { restoreLargeType } from './ui/large-type'
import './ui/tokens.css'

restoreLanguage()
restoreLargeType()
createApp(App).use(router).mount('#app')
