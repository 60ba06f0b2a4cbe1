import { createApp } from 'vue'
import App from './App.vue'
import { restoreLanguage } from './i18n'
import { router } from './router'
import './ui/tokens.css'

restoreLanguage()
createApp(App).use(router).mount('#app')
