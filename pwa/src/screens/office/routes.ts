import type { RouteRecordRaw } from 'vue-router'

export const officeRoutes: RouteRecordRaw[] = [{ path: '/office', name: 'office', component: () => import('./visits.vue'), meta: { home: 'office' } }]
