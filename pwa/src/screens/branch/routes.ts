import type { RouteRecordRaw } from 'vue-router'

export const branchRoutes: RouteRecordRaw[] = [{ path: '/jobs', component: () => import('./jobs.vue'), meta: { home: 'branch' } }]
