import { createApp } from 'vue'
import App from './App.vue'
import { restoreLanguage } from './i18n'
import { router } from './router'
import { refreshSession } from './sync/session'
import { restoreLargeType } from './ui/large-type'
import './ui/tokens.css'

restoreLanguage()
restoreLargeType()
void refreshSession()
createApp(App).use(router).mount('#app')
