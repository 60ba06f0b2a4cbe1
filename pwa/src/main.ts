import { createApp } from 'vue'
import App from './App.vue'
import { restoreLanguage } from './i18n'
import { followNotices } from './notices'
import { router } from './router'
import { refreshSession } from './sync/session'
import { restoreLargeType } from './ui/large-type'
import './ui/tokens.css'

restoreLanguage()
restoreLargeType()
void refreshSession()
followNotices(router)
createApp(App).use(router).mount('#app')
