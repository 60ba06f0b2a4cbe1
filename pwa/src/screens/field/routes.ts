import type { RouteRecordRaw } from 'vue-router'

export const fieldRoutes: RouteRecordRaw[] = [{ path: '/', name: 'today', component: () => import('./today.vue'), meta: { home: 'field' } }]
